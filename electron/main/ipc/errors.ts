import { z } from 'zod'
import type { IpcError } from '../../../contract/ipc'
import { EnginesmithError, findingOf } from '../../core/errors'

/** Whatever a handler threw, as it crosses to the page: code, message, remedy; a bug keeps its message, never its stack. */
export function toIpcError(error: unknown): IpcError {
  if (error instanceof z.ZodError) {
    const bad = new EnginesmithError('USAGE', `The window sent what is not valid: ${z.prettifyError(error)}`, 'Reload the window; if it repeats, report it.')
    return toIpcError(bad)
  }
  const finding = findingOf(error)
  return { code: finding.code, message: finding.message, remedy: finding.remedy, details: finding.evidence, findings: [finding] }
}
