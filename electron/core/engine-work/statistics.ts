import type { Statistics, TimeHistogram, TimingWarning } from '../../../contract/engine-work'

/** The value at trtexec's index of sorted values: `max(n-1-int((1-p/100)*n), 0)`. */
export function percentile(sorted: readonly number[], p: number): number {
  // 1 - p/100 of a whole p is rarely exact: 0.09999… of 10 must still count as 1.
  const left = Math.floor((1 - p / 100) * sorted.length + 1e-9)
  return sorted[Math.max(sorted.length - 1 - left, 0)] ?? Number.NaN
}

/** @param values milliseconds, at least one */
export function statisticsOf(values: readonly number[]): Statistics {
  const sorted = [...values].sort((a, b) => a - b)
  const count = sorted.length
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count
  const deviation = Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count)
  const half = Math.floor(count / 2)
  const median = count % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
  const at = (p: number): number => percentile(sorted, p)
  return { min: sorted[0]!, max: sorted[count - 1]!, mean, median, p90: at(90), p95: at(95), p99: at(99), cv: mean === 0 ? 0 : deviation / mean }
}

const histogramBins = 40

/** Bins from the fastest to the 99th percentile: a single stall of the machine must not squeeze all else into one bar. @param values at least one */
export function histogramOf(values: readonly number[]): TimeHistogram {
  const sorted = [...values].sort((a, b) => a - b)
  const low = sorted[0]!
  const high = percentile(sorted, 99)
  if (high <= low) return { edges: [low, low], counts: [sorted.filter((value) => value === low).length], beyond: sorted.filter((value) => value > low).length }
  const edges = Array.from({ length: histogramBins + 1 }, (_, index) => low + ((high - low) * index) / histogramBins)
  const counts = new Array<number>(histogramBins).fill(0)
  let beyond = 0
  for (const value of sorted) {
    if (value > high) beyond += 1
    else counts[Math.min(histogramBins - 1, Math.floor(((value - low) / (high - low)) * histogramBins))]! += 1
  }
  return { edges, counts, beyond }
}

/** GPU time whose deviation is more than this part of its mean is unstable. */
const unstable = 0.025

/** What speaks against the numbers. @param wallMs of the whole measurement */
export function warningsOf(row: { gpu: Statistics; h2d: Statistics; d2h: Statistics; enqueue: Statistics }): TimingWarning[] {
  const warnings: TimingWarning[] = []
  if (row.enqueue.median > row.gpu.median) warnings.push('enqueue-bound')
  if (row.h2d.median > row.gpu.median || row.d2h.median > row.gpu.median) warnings.push('transfer-bound')
  if (row.gpu.cv > unstable) warnings.push('unstable')
  return warnings
}

/**
 * The row with the most items a second whose p99 latency is within the limit.
 * @returns its index, or null where no row is
 */
export function bestOf(rows: ReadonlyArray<{ batch: number | null; throughput: number; latency: Statistics }>, limitMs: number | null): number | null {
  let best: number | null = null
  const rate = (index: number): number => rows[index]!.throughput * (rows[index]!.batch ?? 1)
  rows.forEach((row, index) => {
    if (limitMs !== null && row.latency.p99 > limitMs) return
    if (best === null || rate(index) > rate(best)) best = index
  })
  return best
}
