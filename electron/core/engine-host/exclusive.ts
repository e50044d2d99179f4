import { throwIfCancelled } from '../cancelled'

/** Lets one call at a time through, in order: a GPU runs one build or one engine at a time. */
export function createExclusive(): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (signal, work) => {
    const turn = last.then(() => {
      throwIfCancelled(signal)
      return work()
    })
    last = turn.catch(() => undefined)
    return turn
  }
}
