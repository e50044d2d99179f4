import { join } from 'node:path'
import type { Artifact } from '../../../contract/run'
import { artifactName, artifactPath } from '../store/artifacts'

/** `compiled`: what Torch-TensorRT computed in memory. */
export type TensorSet = 'inputs' | 'reference' | 'compiled'

/** Name of the n-th file of a kind of tensor set. */
export function setName(kind: TensorSet, index: number): string {
  return `${kind}-${index}.safetensors`
}

/** Absolute paths of the run's sample inputs of PyTorch's outputs for them, or of the compiled module's, in the order of the sets. */
export function tensorSets(folder: string, artifacts: readonly Artifact[], kind: TensorSet): string[] {
  const pattern = new RegExp(`^${kind}-(\\d+)\\.safetensors$`)
  return artifacts
    .flatMap((artifact) => {
      const match = artifact.kind === 'tensors' ? pattern.exec(artifactName(artifact)) : null
      return match === null ? [] : [{ index: Number(match[1]), path: artifactPath(folder, artifact) }]
    })
    .sort((a, b) => a.index - b.index)
    .map((one) => one.path)
}

/** As many output files in the scratch folder as there are input sets. */
export function outputFiles(scratch: string, name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => join(scratch, `${name}-${index}.safetensors`))
}
