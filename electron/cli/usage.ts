import type { Evidence, FindingCode } from '../../contract/finding'
import { EnginesmithError } from '../core/errors'

/** A call that cannot be understood or must not be done: nothing was started. Exit 2. */
export class UsageError extends EnginesmithError {
  constructor(message: string, remedy: string, evidence: Evidence = {}, code: FindingCode = 'USAGE') {
    super(code, message, remedy, evidence)
  }
}
