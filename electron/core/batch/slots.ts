import { once, waitIn, type Waiting } from './waiting'

/** A counted resource shared by rows: processors, a GPU, memory. First come, first served. */
export class Slots {
  private used = 0
  private readonly queue: Array<Waiting<number, () => void>> = []

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
    return waitIn(this.queue, Math.min(amount, this.size), () => this.admit(), signal)
  }

  /** True where `amount` could be had at once. */
  free(amount: number): boolean {
    return this.queue.length === 0 && this.used + Math.min(amount, this.size) <= this.size
  }

  private admit(): void {
    for (let first = this.queue[0]; first !== undefined && (this.used === 0 || this.used + first.wanted <= this.size); first = this.queue[0]) {
      const { wanted, enter } = first
      this.queue.shift()
      this.used += wanted
      enter(
        once(() => {
          this.used -= wanted
          this.admit()
        }),
      )
    }
  }
}
