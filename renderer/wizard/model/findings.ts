import type { Finding, FindingCode } from '../../../contract/finding'
import type { RunSnapshot, StageName } from '../../../contract/run'
import type { TrustState } from './trust'

/** The key of a code's title in the message files. */
export const titleKey = (code: FindingCode): string => `findings.title.${code}`

const weight = { error: 0, warning: 1, info: 2 } as const

const identity = (finding: Finding): string => `${finding.code}\u0000${finding.message}`

/** Each once, errors first, otherwise in the order they were found. */
export function orderFindings(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  const unique = findings.filter((finding) => !seen.has(identity(finding)) && seen.add(identity(finding)))
  return unique
    .map((finding, index) => ({ finding, index }))
    .sort((a, b) => weight[a.finding.severity] - weight[b.finding.severity] || a.index - b.index)
    .map((entry) => entry.finding)
}

/** What a step shows: the stage's own findings; at Load those of the file too, and at Validate those of the run as a whole. */
export function stageFindings(run: RunSnapshot, stage: StageName, trust: TrustState = 'none'): Finding[] {
  const own = run.stages[stage].findings
  // What a decision has settled is no news any more.
  const settled = (finding: Finding): boolean => trust !== 'none' && (finding.code === 'LOAD_UNSAFE_GLOBALS' || finding.code === 'LOAD_LEGACY_MODULE')
  if (stage === 'load') return orderFindings([...own, ...run.input.findings].filter((finding) => !settled(finding)))
  if (stage !== 'validate') return orderFindings(own)
  const others = new Set(
    ['load', 'convert', 'build'].flatMap((name) => run.stages[name as StageName].findings.map(identity)).concat(run.input.findings.map(identity)),
  )
  return orderFindings([...own, ...run.findings.filter((finding) => !others.has(identity(finding)))])
}

/** Evidence that is shown on its own line in mono: where in a file it happened. */
export function whereOf(finding: Finding): string | null {
  const { file, line, source, where } = finding.evidence
  if (typeof where === 'string') return where
  const place = typeof file === 'string' ? `${file}${typeof line === 'number' ? `:${line}` : ''}` : null
  if (place === null) return typeof source === 'string' ? source : null
  return typeof source === 'string' ? `${place}   ${source}` : place
}

/** A line of an evidence table: the name as it stands in the document, and one value or many. */
export interface EvidenceRow {
  name: string
  values: string[]
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Evidence as rows, except what `whereOf` already shows. */
export function evidenceRows(finding: Finding): EvidenceRow[] {
  const hidden = new Set(['file', 'line', 'source', 'where'])
  return Object.entries(finding.evidence)
    .filter(([name, value]) => !hidden.has(name) && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => ({ name, values: (Array.isArray(value) ? value : [value]).map(text) }))
}
