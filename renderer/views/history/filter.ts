import type { RunSummary, Verdict } from '../../../contract/run'

export type VerdictFilter = Verdict | 'all'

/** Runs whose name, format or backend holds every word of the query, and whose verdict is the one asked for. */
export function filterRuns(runs: readonly RunSummary[], query: string, verdict: VerdictFilter): RunSummary[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    if (verdict !== 'all' && run.verdict !== verdict) return false
    const text = `${run.name} ${run.format} ${run.backend ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
