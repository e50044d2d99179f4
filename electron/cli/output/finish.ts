import type { z } from 'zod'
import { commandDocuments, plainDocumentSchema } from '../../../contract/documents'
import { findingSchema, type Finding } from '../../../contract/finding'
import { makeFinding } from '../../core/errors'
import type { Command, Outcome } from '../command'
import { allWell, exitCode, joined, type ExitCode, type Facts } from '../exit-code'
import type { Text } from '../text'
import { finite } from './finite'

export interface Finished {
  document: object
  findings: Finding[]
  code: ExitCode
}

/**
 * Makes an outcome fit to print: no NaN, never a silent failure, and exactly the form that the contract gives it. A
 * document of another form is an internal fault and is replaced by an empty one that says so.
 */
export function finish(command: Command | null, outcome: Outcome, text: Text): Finished {
  const schema: z.ZodType<object> = command ? commandDocuments[command.name] : plainDocumentSchema
  const { value, places } = finite(outcome.document)
  const findings = findingsOf(value)
  if (places.length > 0 && !findings.some(({ code }) => code === 'NUMBER_NOT_FINITE')) {
    findings.push(
      makeFinding('NUMBER_NOT_FINITE', 'warning', text.faults.notFinite(places.length), text.faults.notFiniteRemedy, { places: places.slice(0, 50) }),
    )
  }
  const code = exitCode(outcome.facts)
  if (code !== 0 && findings.length === 0) findings.push(unexplained(code, outcome.facts, text))
  const checked = schema.safeParse({ ...(value as object), findings })
  if (checked.success) return { document: checked.data, findings, code }

  const fault = makeFinding('INTERNAL', 'error', text.faults.documentInvalid, text.faults.documentInvalidRemedy, {
    issues: checked.error.issues.slice(0, 20).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  })
  const kept = findings.filter((finding) => findingSchema.safeParse(finding).success)
  const empty = command ? command.empty(text) : {}
  return {
    document: { ...empty, findings: [...kept, fault] },
    findings: [...kept, fault],
    code: exitCode(joined(outcome.facts, { ...allWell, crashed: true })),
  }
}

function findingsOf(document: unknown): Finding[] {
  if (document === null || typeof document !== 'object' || !('findings' in document) || !Array.isArray(document.findings)) return []
  return [...(document.findings as Finding[])]
}

function unexplained(code: ExitCode, facts: Facts, text: Text): Finding {
  const kind = facts.cancelled ? 'CANCELLED' : facts.crashed || facts.lacking || facts.refused ? 'INTERNAL' : facts.fail ? 'OUTPUT_MISMATCH' : 'HOP_NOT_JUDGED'
  return makeFinding(kind, kind === 'HOP_NOT_JUDGED' ? 'warning' : 'error', text.faults.nothingSaid(code), text.faults.nothingSaidRemedy)
}
