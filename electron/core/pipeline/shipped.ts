import type { Artifact, RunFile } from '../../../contract/run'
import { engineBackend } from '../engines'

/** What ships: an engine, or a program of Torch-TensorRT; null for a backend that makes no file. */
export function shipped({ cards, stages }: Pick<RunFile, 'cards' | 'stages'>): Artifact | null {
  const backend = cards.build === null ? null : engineBackend(cards.build.backend)
  return stages.build.artifacts.find(({ kind }) => backend?.hasEngine === true && kind === backend.engineKind) ?? null
}
