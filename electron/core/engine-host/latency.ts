import type { Latency } from '../../../contract/run'
import { throwIfCancelled } from '../cancelled'

const mostRuns = 5
/** Enough is known of a fast model, and a slow one is not kept waiting for. */
const budgetSeconds = 0.5
/** At this length what a first run does besides (memory, threads) no longer counts. */
const longSeconds = 2

/**
 * The middle one of a few runs more on the same inputs, after a first that warmed up; of what takes seconds the first
 * run itself, rather than wait for it again.
 * @param first seconds of the run before
 * @param again one more run; resolves to its seconds
 */
export async function warmLatency(first: number, again: () => Promise<number>, signal?: AbortSignal): Promise<Latency> {
  if (first > longSeconds) return { ms: first * 1000, runs: 1 }
  const times: number[] = []
  for (let spent = 0; times.length < mostRuns && (times.length === 0 || spent < budgetSeconds); spent += times.at(-1) ?? 0) {
    throwIfCancelled(signal)
    times.push(await again())
  }
  const sorted = times.sort((a, b) => a - b)
  return { ms: (sorted[Math.floor((sorted.length - 1) / 2)] ?? first) * 1000, runs: sorted.length }
}
