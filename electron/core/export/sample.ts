import { join } from 'node:path'
import type { ExportMetadata } from '../../../contract/export'
import type { Artifact, RunFile } from '../../../contract/run'
import type { EngineHost } from '../api'
import { isAbort } from '../errors'
import { tensorSets } from '../pipeline/tensor-sets'
import { artifactPath } from '../store/artifacts'
import { encodeNpy, readSafetensors, type Tensor } from '../tensors'

export interface Sample {
  inputs: Map<string, Tensor>
  outputs: Map<string, Tensor> | null
  from: ExportMetadata['sampleOutputsFrom']
}

/** The run's first set of inputs and the right answers: PyTorch's where the run has them, else ONNX Runtime's, which is asked now. */
export async function sampleOf(folder: string, run: RunFile, onnx: Artifact | null, host: EngineHost, scratch: string, signal: AbortSignal): Promise<Sample> {
  const [given] = tensorSets(folder, run.stages.load.artifacts, 'inputs')
  const [reference] = tensorSets(folder, run.stages.load.artifacts, 'reference')
  if (given === undefined) return { inputs: new Map(), outputs: null, from: null }
  const inputs = await readSafetensors(given)
  if (reference !== undefined) return { inputs, outputs: await readSafetensors(reference), from: 'pytorch' }
  if (onnx === null) return { inputs, outputs: null, from: null }
  const made = join(scratch, 'onnx.safetensors')
  try {
    await host.call('ort.run', { onnx: artifactPath(folder, onnx), inputs: [given], outputs: [made] }, { signal })
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error
    // ONNX Runtime need not know every operator: the export is then without answers.
    return { inputs, outputs: null, from: null }
  }
  return { inputs, outputs: await readSafetensors(made), from: 'onnxruntime' }
}

/** numpy has no 8-bit floats: their bytes are what an engine takes. */
const storable = (tensor: Tensor): Tensor => (tensor.dtype.startsWith('float8') ? { ...tensor, dtype: 'uint8' } : tensor)

export const storableTensors = (tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
  new Map([...tensors].map(([name, tensor]) => [name, storable(tensor)]))

/** A tensor's name as the name of a file: the C++ runner makes the same of it. */
export const fileNameOf = (name: string): string => `${name.replace(/[^A-Za-z0-9._-]/g, '_')}.npy`

export const npyOf = (tensor: Tensor, name: string): Buffer => encodeNpy(storable(tensor), name)
