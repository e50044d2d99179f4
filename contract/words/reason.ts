import type { Language } from './tell'
import { reasons, subjects } from './zh-CN/reasons'

/** Why, in `language`: of a compared row, of an engine that does not run here, of a library that does not open. What is not known stays English. */
export function tellReason(reason: string, language: Language): string {
  if (language === 'en') return reason
  for (const [pattern, chinese] of reasons) {
    const found = pattern.exec(reason)
    if (found !== null) return chinese.replace(/\{(\w+)\}/g, (_, name: string) => part(name, found.groups?.[name] ?? '', language))
  }
  return reason
}

function part(name: string, text: string, language: Language): string {
  if (name === 'why') return tellReason(text, language)
  if (name !== 'what') return text
  const known = subjects.find(([pattern]) => pattern.test(text))
  return known === undefined ? text : text.replace(known[0], known[1])
}
