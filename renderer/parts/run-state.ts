import type { RunSummary, StageName } from '../../contract/run'
import type { ChipState } from './Chip.vue'

const fromLast: StageName[] = ['validate', 'build', 'convert', 'load']

/** One sign for a whole run: running, what went wrong, the verdict, else how far it got. */
export function runState(run: Pick<RunSummary, 'running' | 'stages' | 'verdict'>): ChipState {
  if (run.running) return 'running'
  const states = fromLast.map((stage) => run.stages[stage])
  const stopped = states.find((state) => state === 'crashed' || state === 'failed' || state === 'cancelled')
  if (stopped) return stopped
  if (run.verdict) return run.verdict
  return states.some((state) => state !== 'pending') ? 'completed' : 'pending'
}
