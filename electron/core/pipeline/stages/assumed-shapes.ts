import type { Finding, RemedyAction } from '../../../../contract/finding'
import { EnginesmithError } from '../../errors'

/** A failed build whose sizes nobody stated: those are the first thing to look at. Anything else is handed on as it is. */
export function blameAssumedShapes(error: unknown, findings: readonly Finding[]): unknown {
  const assumed = findings.find(({ code }) => code === 'PROFILE_ASSUMED')
  if (assumed === undefined || !(error instanceof EnginesmithError) || error.code !== 'BUILD_FAILED') return error
  const shapes = assumed.evidence['shapes']
  const shown = Array.isArray(shapes) ? shapes.map(String).join(' ') : ''
  return new EnginesmithError(
    error.code,
    error.message,
    `Its sizes were assumed (${shown}): state sizes that the model takes, then build again. Where they fit, another target or precision may be taken; the log holds the library's own words.`,
    { ...error.evidence, assumed: shown },
    [...(assumed.actions as RemedyAction[]), ...error.actions],
    { cause: error },
  )
}
