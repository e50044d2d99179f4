import type { Gpu } from '../../../contract/environment'
import { once, waitIn, type Waiting } from './waiting'

export interface GpuTurn {
  device: number
  /** Calling it twice does nothing. */
  leave(): void
}

/**
 * Turns on the GPUs of a machine, one at a time on each. Who names none gets the one that the settings choose; where they
 * choose none, the first that is free among those like the first GPU: on another kind the same recipe would make another engine.
 */
export class GpuTurns {
  private readonly busy = new Set<number>()
  private readonly queue: Array<Waiting<readonly number[], GpuTurn>> = []
  private readonly alike: readonly number[]

  /** @param chosen of the settings; null: none */
  constructor(
    private readonly gpus: readonly Gpu[],
    private readonly chosen: () => number | null,
  ) {
    this.alike = gpus.flatMap(({ name, computeCapability }, index) =>
      name === gpus[0]?.name && computeCapability === gpus[0].computeCapability ? [index] : [],
    )
  }

  get count(): number {
    return this.gpus.length
  }

  /** True where a turn could be had at once. @param device null: the one that the settings choose, or any of those alike */
  free(device: number | null): boolean {
    const wanted = this.wanted(device)
    return wanted.some((one) => !this.busy.has(one)) && !this.queue.some((waiting) => waiting.wanted.some((one) => wanted.includes(one)))
  }

  /** @throws EnginesmithError CANCELLED where the signal says stop while waiting */
  take(device: number | null, signal: AbortSignal): Promise<GpuTurn> {
    return waitIn(this.queue, this.wanted(device), () => this.admit(), signal)
  }

  /** A GPU that is not here is the library's to refuse; its turn is one of the first. */
  private wanted(device: number | null): readonly number[] {
    const named = device ?? this.chosen()
    if (named === null) return this.alike
    return named < this.gpus.length ? [named] : [0]
  }

  /** First come, first served; who waits for one GPU does not hold up who can have another. */
  private admit(): void {
    for (const waiting of [...this.queue]) {
      const free = waiting.wanted.find((one) => !this.busy.has(one))
      if (free === undefined) continue
      this.queue.splice(this.queue.indexOf(waiting), 1)
      this.busy.add(free)
      const leave = once(() => {
        this.busy.delete(free)
        this.admit()
      })
      waiting.enter({ device: free, leave })
    }
  }
}
