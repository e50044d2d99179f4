import type { Copy, CopyTarget } from '../../../../contract/copy'
import type { LogLine } from '../../../../contract/run'
import { makeScratch, removeScratch } from '../../store/run-folder'
import { makeProgress } from '../progress'
import type { RunState } from '../run-state'
import { stageInputs } from '../stage-inputs'
import type { StageProgress, StageServices } from '../stage'
import { makeCopy } from './make-copy'

export interface SaveCopy {
  target: CopyTarget
  path: string
  shapes: Record<string, number[]> | null
}

/** Writes a copy of a run's model, tells how far it is, and notes in run.json what was written where. */
export async function saveCopy(
  { target, path, shapes }: SaveCopy,
  { state, services, signal, log }: { state: RunState; services: StageServices; signal: AbortSignal; log: (line: LogLine) => void },
): Promise<Copy> {
  const begin = performance.now()
  const name = `copy ${target} ${state.file.input.sha256 ?? path}`
  const before = services.durations.get(name)
  const seconds = (): number => Math.round(performance.now() - begin) / 1000
  let last: StageProgress = { phase: target, fraction: null }
  const tell = (): void => state.setCopying({ target, progress: makeProgress(last, seconds(), before) })
  const timer = setInterval(tell, 500)
  tell()
  try {
    const scratch = await makeScratch(state.folder, 'copy')
    const progress = (event: StageProgress): void => {
      last = event
      tell()
    }
    const copy = await makeCopy({ target, path, shapes, inputs: stageInputs(state, false), services, signal, scratch, progress, log })
    services.durations.set(name, seconds())
    state.update((run) => ({ ...run, copies: [...(run.copies ?? []).filter((one) => one.path !== path), copy] }))
    await state.save()
    return copy
  } finally {
    clearInterval(timer)
    state.setCopying(null)
    await removeScratch(state.folder)
  }
}
