import { tellReason } from '../../contract/words'
import { locale } from './index'

/** A reason of the core in the language of the window; undefined where there is none. */
export function reasonText(reason: string | null | undefined): string | undefined {
  return reason === null || reason === undefined ? undefined : tellReason(reason, locale())
}
