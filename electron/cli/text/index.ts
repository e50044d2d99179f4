import { en, type Text } from './en'
import { zh } from './zh-CN'

export type { Text }
export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

export const textOf = (language: Language): Text => (language === 'zh-CN' ? zh : en)

/** The terminal's language, by the variables that POSIX names and in its order; English where none says Chinese. */
export function systemLanguage(environment: Record<string, string | undefined>): Language {
  const said = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || ''
  return /^zh([_.-]|$)/i.test(said) ? 'zh-CN' : 'en'
}
