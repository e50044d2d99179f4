import type { Evidence, Finding, FindingCode, RemedyAction, Severity } from '../../contract/finding'

/**
 * The one error class of the program: a stable code, a plain message, and what to do. Anything else that is thrown is
 * a bug and becomes `INTERNAL` at the boundary.
 */
export class EnginesmithError extends Error {
  override readonly name = 'EnginesmithError'
  constructor(
    readonly code: FindingCode,
    message: string,
    readonly remedy: string,
    readonly evidence: Evidence = {},
    readonly actions: RemedyAction[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  toFinding(severity: Severity = 'error'): Finding {
    return makeFinding(this.code, severity, this.message, this.remedy, this.evidence, this.actions)
  }
}

export function makeFinding(
  code: FindingCode,
  severity: Severity,
  message: string,
  remedy: string,
  evidence: Evidence = {},
  actions: RemedyAction[] = [],
): Finding {
  return actions.length > 0 ? { code, severity, message, remedy, evidence, actions } : { code, severity, message, remedy, evidence }
}

/** Maps whatever was thrown to a finding; a bug keeps its message but never its stack. */
export function findingOf(error: unknown): Finding {
  if (error instanceof EnginesmithError) return error.toFinding()
  if (isAbort(error)) return makeFinding('CANCELLED', 'error', 'Cancelled before it was finished.', 'Run it again; finished stages are reused.')
  const message = error instanceof Error ? error.message : String(error)
  return makeFinding('INTERNAL', 'error', `An internal fault stopped this: ${message}`, 'Run it again; if it repeats, report it with the log of this run.')
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error instanceof EnginesmithError && error.code === 'CANCELLED'))
}
