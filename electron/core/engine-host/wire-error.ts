import type { NativeError } from '../../../contract/native'
import { EnginesmithError, findingOf } from '../errors'

/** An error as it crosses the boundary: code, message, remedy, evidence; never a stack. */
export function packError(error: unknown): NativeError {
  const finding = findingOf(error)
  return { code: finding.code, message: finding.message, remedy: finding.remedy, details: finding.evidence }
}

/** The same error on this side of the boundary. */
export function unpackError(error: NativeError): EnginesmithError {
  return new EnginesmithError(error.code, error.message, error.remedy, error.details)
}
