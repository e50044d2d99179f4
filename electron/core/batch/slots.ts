import { cancelledError } from '../cancelled'

interface Waiting {
  amount: number
  enter(): void
}

/** A counted resource shared by rows: processors, a GPU, memory. First come, first served. */
export class Slots {
  private used = 0
  private readonly queue: Waiting[] = []

  constructor(private size: number) {}

  /** More or fewer from now on; what is held is not taken back. */
  resize(size: number): void {
    this.size = size
    this.admit()
  }

  /**
   * Waits for `amount`; more than there ever is counts as all of it.
   * @returns how to give it back; calling it twice does nothing
   * @throws EnginesmithError CANCELLED where the signal says stop while waiting
   */
  take(amount: number, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) return Promise.reject(cancelledError())
    const wanted = Math.min(amount, this.size)
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.queue.splice(this.queue.indexOf(waiting), 1)
        reject(cancelledError())
        this.admit()
      }
      const waiting: Waiting = {
        amount: wanted,
        enter: () => {
          signal?.removeEventListener('abort', stop)
          let held = true
          resolve(() => {
            if (!held) return
            held = false
            this.used -= wanted
            this.admit()
          })
        },
      }
      signal?.addEventListener('abort', stop, { once: true })
      this.queue.push(waiting)
      this.admit()
    })
  }

  /** True where `amount` could be had at once. */
  free(amount: number): boolean {
    return this.queue.length === 0 && this.used + Math.min(amount, this.size) <= this.size
  }

  private admit(): void {
    for (let first = this.queue[0]; first !== undefined && (this.used === 0 || this.used + first.amount <= this.size); first = this.queue[0]) {
      this.queue.shift()
      this.used += first.amount
      first.enter()
    }
  }
}
