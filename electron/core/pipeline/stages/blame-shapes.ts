import type { Finding, RemedyAction } from '../../../../contract/finding'
import { EnginesmithError } from '../../errors'

const oneName = /Input dimensions with this name/

/**
 * A failed build whose sizes are the first thing to look at: nobody stated them, or the file calls two of them by one
 * name. Anything else is handed on as it is.
 */
export function blameShapes(error: unknown, findings: readonly Finding[]): unknown {
  if (!(error instanceof EnginesmithError) || error.code !== 'BUILD_FAILED') return error
  // An option is to blame already.
  if (error.evidence['option'] !== undefined) return error
  if (oneName.test(error.message)) {
    const remedy =
      'TensorRT takes sizes of one name for one size, also such as "?": give them names of their own in the ONNX file, or state equal sizes for them.'
    return new EnginesmithError(error.code, error.message, remedy, { ...error.evidence, oneName: true }, error.actions, { cause: error })
  }
  const assumed = findings.find(({ code }) => code === 'PROFILE_ASSUMED')
  if (assumed === undefined) return error
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
