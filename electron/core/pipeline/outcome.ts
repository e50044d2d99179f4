import type { Finding } from '../../../contract/finding'
import { EnginesmithError, findingOf, isAbort, makeFinding } from '../errors'
import type { StageEvent } from './transition'

/** Codes that say that something died or went wrong in the program, not that a stage said no. */
const crashCodes: ReadonlySet<Finding['code']> = new Set(['HOST_CRASHED', 'WORKER_CRASHED', 'WORKER_PROTOCOL', 'STAGE_TIMEOUT', 'APP_CRASHED', 'INTERNAL'])

/** How a stage that threw ends: by which event, with which finding. */
export function outcomeOf(error: unknown, signal: AbortSignal): { event: StageEvent; finding: Finding } {
  // The reason for the abort decides: what the work threw on its way out is a consequence.
  const cause: unknown = signal.aborted ? signal.reason : error
  if (signal.aborted && !(cause instanceof EnginesmithError && crashCodes.has(cause.code))) return { event: 'stopped', finding: cancelledFinding() }
  if (isAbort(cause)) return { event: 'stopped', finding: cancelledFinding() }
  const finding = findingOf(cause)
  return { event: crashCodes.has(finding.code) ? 'crash' : 'refuse', finding }
}

function cancelledFinding(): Finding {
  return makeFinding('CANCELLED', 'error', 'Cancelled before it was finished.', 'Run it again; finished stages are reused.', {}, [
    { kind: 'run-again', label: 'Run again' },
  ])
}

/** What a stage gets that was at work when its process ended without a word. */
export function appCrashedFinding(stage: string): Finding {
  return makeFinding(
    'APP_CRASHED',
    'error',
    `The program ended while ${stage} was at work: it was killed, it crashed, or the machine went down.`,
    'Run it again: finished stages are reused, and nothing half-made was kept.',
    { stage },
    [{ kind: 'run-again', label: 'Run again' }],
  )
}
