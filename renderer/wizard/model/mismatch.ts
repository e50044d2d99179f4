import type { RemedyAction } from '../../../contract/finding'
import { mismatchRows, type MismatchKind, type MismatchRow } from '../../../contract/mismatch'
import type { RunSnapshot } from '../../../contract/run'

/** Where weights and class disagree, and the prefix that explains it all, where one does. */
export interface Mismatch {
  class: string
  rows: MismatchRow[]
  counts: Record<MismatchKind, number>
  prefix: string | null
  repair: RemedyAction | null
}

/** The table of a refused load; null where the last load of this run did not end so. */
export function mismatchOf(run: RunSnapshot): Mismatch | null {
  const finding = run.stages.load.findings.find(({ code }) => code === 'LOAD_STATE_DICT_MISMATCH')
  if (finding === undefined) return null
  const { evidence, actions = [] } = finding
  const rows = mismatchRows(finding)
  if (rows.length === 0) return null
  const counts = evidence['counts']
  const count = (kind: MismatchKind): number => {
    const told = typeof counts === 'object' && counts !== null && !Array.isArray(counts) ? counts[kind] : undefined
    return typeof told === 'number' ? told : rows.filter((row) => row.kind === kind).length
  }
  return {
    class: String(evidence['class'] ?? ''),
    rows,
    counts: { missing: count('missing'), unexpected: count('unexpected'), misshapen: count('misshapen') },
    prefix: typeof evidence['prefix'] === 'string' ? evidence['prefix'] : null,
    repair: actions.find(({ kind, path }) => kind === 'set-option' && path === 'load.keyPrefix') ?? null,
  }
}

/** Rows of a kind (or of all) whose name holds the text. */
export function shownRows(rows: readonly MismatchRow[], kind: MismatchKind | 'all', text: string): MismatchRow[] {
  const wanted = text.trim().toLowerCase()
  return rows.filter((row) => (kind === 'all' || row.kind === kind) && (wanted === '' || row.name.toLowerCase().includes(wanted)))
}
