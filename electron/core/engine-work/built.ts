import type { SheetBackend } from '../../../contract/engine-sheet'
import type { WorkProgress } from '../../../contract/engine-work'
import type { Finding } from '../../../contract/finding'
import type { Recipe } from '../../../contract/recipe'
import type { RunSnapshot } from '../../../contract/run'
import type { RunHandle, Runs } from '../api'
import { cancelledError } from '../cancelled'
import { flavourNames } from '../engines/library'
import { notHere } from '../engines/not-here'
import { makeFinding } from '../errors'

/** Hears what is being done. */
export type Tell = (progress: WorkProgress) => void

export interface EngineOrder {
  /** An ONNX file. */
  onnx: string
  recipe: Recipe
  backend: SheetBackend
  folder: string
}

/** A run that is open in a folder of its own, closed when `use` is over. */
export async function withRun<T>(runs: Runs, { onnx, recipe, backend, folder }: EngineOrder, tell: Tell, use: (handle: RunHandle) => Promise<T>): Promise<T> {
  const handle = await runs.create({ path: onnx, recipe: { ...recipe, build: { ...recipe.build, backend } }, folder })
  const unfollow = handle.onChange((snapshot) => {
    const progress = Object.values(snapshot.stages).find(({ state }) => state === 'running')?.progress ?? null
    if (progress !== null) tell({ phase: 'build', detail: `${flavourNames[backend]}: ${progress.phase}`, fraction: progress.fraction })
  })
  try {
    return await use(handle)
  } finally {
    unfollow()
    await handle.close()
  }
}

/**
 * What kept a run from an engine; null where it has one. What a machine merely lacks is a reason to judge nothing, no error.
 * @throws EnginesmithError CANCELLED
 */
export function whyNotBuilt({ stages }: RunSnapshot): Finding | null {
  if (stages.build.state === 'completed' || stages.build.state === 'cached') return null
  const states = Object.values(stages)
  if (states.some(({ state }) => state === 'cancelled')) throw cancelledError()
  const fault = states.flatMap(({ findings }) => findings).find(({ severity }) => severity === 'error')
  if (fault === undefined) throw new Error('A build ended without an engine and without a reason')
  return notHere.has(fault.code) ? { ...fault, severity: 'warning' } : fault
}

/** Of an engine that is there but that this machine does not run. */
export const engineNotRun = (backend: SheetBackend, reason: string, builtFor: readonly string[], remedy: string): Finding =>
  makeFinding('ENGINE_NOT_RUN', 'warning', `The engine of ${flavourNames[backend]} was built but not run on this machine: ${reason}`, remedy, {
    reason,
    backend,
    builtFor: [...builtFor],
  })
