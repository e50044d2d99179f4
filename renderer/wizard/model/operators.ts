import type { RunSnapshot } from '../../../contract/run'
import { settingsPatchSchema } from '../../../contract/settings'

/** An operator of another library, and how the small check of it went; `fault` in the core's words. */
export interface CheckedOperator {
  name: string
  shapes: string[]
  fault: string | null
  checked: boolean
}

/** Operators that the last load spoke of; null where there are none. */
export function operatorsOf(run: RunSnapshot): CheckedOperator[] | null {
  const finding = run.stages.load.findings.find(({ code }) => code === 'EXPORT_CUSTOM_OP')
  if (finding === undefined) return null
  const { checks, operators } = finding.evidence
  if (!Array.isArray(checks))
    return (Array.isArray(operators) ? operators : []).map((name) => ({ name: String(name), shapes: [], fault: null, checked: false }))
  return checks.flatMap((row) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return []
    const shapes = Array.isArray(row['shapes']) ? row['shapes'].map((shape) => (Array.isArray(shape) ? shape.join(' × ') : String(shape))) : []
    return [{ name: String(row['operator']), shapes, fault: typeof row['fault'] === 'string' ? row['fault'] : null, checked: true }]
  })
}

/** Module names joined by commas or blanks; null where one is none. */
export function modulesIn(text: string): string[] | null {
  const parsed = settingsPatchSchema.shape.operatorLibraries.safeParse(text.split(/[\s,，]+/).filter((word) => word !== ''))
  return parsed.success ? (parsed.data ?? []) : null
}
