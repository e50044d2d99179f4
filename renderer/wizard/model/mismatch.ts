import type { Finding, RemedyAction } from '../../../contract/finding'
import type { RunSnapshot } from '../../../contract/run'

export type MismatchKind = 'missing' | 'unexpected' | 'misshapen'
export const mismatchKinds = ['missing', 'unexpected', 'misshapen'] as const satisfies readonly MismatchKind[]

/** A key on which the weights and the class disagree; shapes only where both have the key. */
export interface MismatchRow {
  kind: MismatchKind
  name: string
  file: number[] | null
  class: number[] | null
}

/** Where weights and class disagree, and the prefix that explains it all, where one does. */
export interface Mismatch {
  class: string
  rows: MismatchRow[]
  counts: Record<MismatchKind, number>
  prefix: string | null
  repair: RemedyAction | null
}

type Evidence = Finding['evidence'][string] | undefined
const list = (value: Evidence): NonNullable<Evidence>[] => (Array.isArray(value) ? value.filter((item) => item !== null) : [])
const sizes = (value: Evidence): number[] | null => (Array.isArray(value) ? value.map(Number) : null)

/** The table of a refused load; null where the last load of this run did not end so. */
export function mismatchOf(run: RunSnapshot): Mismatch | null {
  const finding = run.stages.load.findings.find(({ code }) => code === 'LOAD_STATE_DICT_MISMATCH')
  if (finding === undefined) return null
  const { evidence, actions = [] } = finding
  const names = (kind: 'missing' | 'unexpected'): MismatchRow[] => list(evidence[kind]).map((name) => ({ kind, name: String(name), file: null, class: null }))
  const misshapen = list(evidence['misshapen']).flatMap((row): MismatchRow[] => {
    if (typeof row !== 'object' || Array.isArray(row)) return []
    return [{ kind: 'misshapen', name: String(row['name'] ?? ''), file: sizes(row['file']), class: sizes(row['class']) }]
  })
  const rows = [...names('missing'), ...names('unexpected'), ...misshapen]
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
