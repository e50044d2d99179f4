import { findingSchema } from '../../contract/finding'
import { tell } from '../../contract/words'
import { ApiError } from '../api'
import { locale, t } from '.'

/** An error in the person's language, with the core's own words where they say more. */
export type ToldError = Pick<ReturnType<typeof tell>, 'message' | 'remedy' | 'original'>

/** What a refused or failed command says. */
export function toldError(error: unknown): ToldError {
  if (!(error instanceof ApiError)) return { message: error instanceof Error ? error.message : t('shell.unreadable'), remedy: '', original: null }
  const { code, message, remedy, details } = error
  const finding = findingSchema.safeParse({ code, severity: 'error', message, remedy, evidence: details })
  return finding.success ? tell(finding.data, locale()) : { message, remedy, original: null }
}
