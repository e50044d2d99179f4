import type { BatchRow } from '../../../contract/batch'

/** What people look at first of a row's findings: the gravest. */
export function worstFinding(row: BatchRow): BatchRow['findings'][number] | null {
  const all = row.result?.findings ?? row.findings
  const order = ['error', 'warning', 'info'] as const
  for (const severity of order) {
    const found = all.find((finding) => finding.severity === severity && (severity !== 'info' || row.state !== 'done'))
    if (found !== undefined) return found
  }
  return null
}
