import { createI18n } from 'vue-i18n'
import en from './en'
import zhCN from './zh-CN'

export type Locale = 'en' | 'zh-CN'

type Keys<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${K}` : Keys<T[K], `${Prefix}${K}.`>
}[keyof T & string]
/** The shape that both languages have: a key missing on one side does not compile. */
export type MessagesLike<T> = { [K in keyof T]: T[K] extends string ? string : MessagesLike<T[K]> }
/** Every key there is, dotted: a wrong one does not compile. */
export type MessageKey = Keys<typeof en>
export type MessageValues = Record<string, string | number>

/** Messages are compiled to a syntax tree and walked, never evaluated: the content security policy holds. */
export const i18n = createI18n({ legacy: false, locale: 'en' as Locale, fallbackLocale: 'en', messages: { en, 'zh-CN': zhCN } })

type Translate = (key: string, named: MessageValues, options: { plural: number }) => string
const translate = i18n.global.t as unknown as Translate

/**
 * The text of `key` in the current language; reactive inside a render function or a computed. `values.n` chooses
 * between the forms of a message that has a `|`; pass `values.count` for the same number as it is to be shown.
 */
export function t(key: MessageKey, values: MessageValues = {}): string {
  // A copy: the library writes the number that it chose by into what it is given.
  return translate(key, { ...values }, { plural: typeof values.n === 'number' ? values.n : 1 })
}

/** The text of a key made at run time (a finding's code, say), or null where there is none. */
export function textOf(key: string, values: MessageValues = {}): string | null {
  return i18n.global.te(key, 'en') ? translate(key, values, { plural: 1 }) : null
}

export function locale(): Locale {
  return i18n.global.locale.value
}

export function setLocale(next: Locale): void {
  i18n.global.locale.value = next
  document.documentElement.lang = next
}

/** `system` becomes the nearest language there is. */
export function resolveLocale(setting: 'system' | Locale, systemLanguage: string): Locale {
  if (setting !== 'system') return setting
  return systemLanguage.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}
