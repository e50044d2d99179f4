import { EnginesmithError } from './errors'

/** What every cancelled call rejects with. */
export function cancelledError(): EnginesmithError {
  return new EnginesmithError('CANCELLED', 'Cancelled before it was finished.', 'Run it again; finished stages are reused.')
}

/** @throws EnginesmithError CANCELLED, or the reason that the signal was given where that is one of ours */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return
  throw signal.reason instanceof EnginesmithError ? signal.reason : cancelledError()
}
