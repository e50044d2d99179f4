import { cancelledError } from '../cancelled'

/** Somebody in a queue: what is wanted, and how to let them in with what they get. */
export interface Waiting<Wanted, Given> {
  wanted: Wanted
  enter(given: Given): void
}

/**
 * Stands in a queue until `admit` lets this one in. `admit` is asked at once, and again where a stop leaves room for those behind.
 * @throws EnginesmithError CANCELLED where the signal says stop while waiting
 */
export function waitIn<Wanted, Given>(queue: Array<Waiting<Wanted, Given>>, wanted: Wanted, admit: () => void, signal?: AbortSignal): Promise<Given> {
  if (signal?.aborted) return Promise.reject(cancelledError())
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      queue.splice(queue.indexOf(waiting), 1)
      reject(cancelledError())
      admit()
    }
    const waiting: Waiting<Wanted, Given> = {
      wanted,
      enter: (given) => {
        signal?.removeEventListener('abort', stop)
        resolve(given)
      },
    }
    signal?.addEventListener('abort', stop, { once: true })
    queue.push(waiting)
    admit()
  })
}

/** Does it the first time only. */
export function once(act: () => void): () => void {
  let left = true
  return () => {
    if (!left) return
    left = false
    act()
  }
}
