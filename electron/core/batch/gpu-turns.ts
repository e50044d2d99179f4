import type { Gpu } from '../../../contract/environment'
import { cancelledError } from '../cancelled'

export interface GpuTurn {
  device: number
  /** Calling it twice does nothing. */
  leave(): void
}

interface Waiting {
  devices: readonly number[]
  enter(device: number): void
}

/**
 * Turns on the GPUs of a machine, one at a time on each. Who names none gets the first that is free among those like the
 * first GPU: on another kind the same recipe would make another engine.
 */
export class GpuTurns {
  private readonly busy = new Set<number>()
  private readonly queue: Waiting[] = []
  private readonly alike: readonly number[]

  constructor(private readonly gpus: readonly Gpu[]) {
    this.alike = gpus.flatMap(({ name, computeCapability }, index) =>
      name === gpus[0]?.name && computeCapability === gpus[0].computeCapability ? [index] : [],
    )
  }

  get count(): number {
    return this.gpus.length
  }

  /** True where a turn could be had at once. @param device null: any of those alike */
  free(device: number | null): boolean {
    const wanted = this.wanted(device)
    return wanted.some((one) => !this.busy.has(one)) && !this.queue.some(({ devices }) => devices.some((one) => wanted.includes(one)))
  }

  /** @throws EnginesmithError CANCELLED where the signal says stop while waiting */
  take(device: number | null, signal: AbortSignal): Promise<GpuTurn> {
    if (signal.aborted) return Promise.reject(cancelledError())
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.queue.splice(this.queue.indexOf(waiting), 1)
        reject(cancelledError())
        this.admit()
      }
      const waiting: Waiting = {
        devices: this.wanted(device),
        enter: (given) => {
          signal.removeEventListener('abort', stop)
          let held = true
          const leave = (): void => {
            if (!held) return
            held = false
            this.busy.delete(given)
            this.admit()
          }
          resolve({ device: given, leave })
        },
      }
      signal.addEventListener('abort', stop, { once: true })
      this.queue.push(waiting)
      this.admit()
    })
  }

  /** A GPU that is not here is the library's to refuse; its turn is one of the first. */
  private wanted(device: number | null): readonly number[] {
    if (device === null) return this.alike
    return device < this.gpus.length ? [device] : [0]
  }

  /** First come, first served; who waits for one GPU does not hold up who can have another. */
  private admit(): void {
    for (const waiting of [...this.queue]) {
      const free = waiting.devices.find((one) => !this.busy.has(one))
      if (free === undefined) continue
      this.queue.splice(this.queue.indexOf(waiting), 1)
      this.busy.add(free)
      waiting.enter(free)
    }
  }
}
