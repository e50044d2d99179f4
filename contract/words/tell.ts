import type { Evidence, Finding, RemedyAction } from '../finding'
import { tellPhase } from './phase'
import { tellReason } from './reason'
import type { Sentence } from './words'
import { findings } from './zh-CN'
import { kinds, options } from './zh-CN/actions'
import { terms } from './zh-CN/terms'

export type Language = 'en' | 'zh-CN'

/** A finding as people are told of it. */
export interface Told {
  /** Null where the code is its own title. */
  title: string | null
  message: string
  remedy: string
  /** The core's own message and remedy, where they carry detail that `message` lacks. */
  original: string | null
}

const mostNames = 12
const hole = /\{(\??)([\w.]+)\}/g

/** The finding in `language`; the core speaks English, so there it is told as it stands. */
export function tell(finding: Finding, language: Language): Told {
  const { code, message, remedy, evidence } = finding
  if (language === 'en') return { title: null, message, remedy, original: null }
  const words = findings[code]
  // The command line words its own refusals in the language of the call.
  if (/[。：]/.test(remedy)) return { title: words.title, message, remedy, original: null }
  const whole = filled(words.whole, evidence)
  return {
    title: words.title,
    message: whole ?? filled(words.gist, evidence) ?? words.title,
    remedy: filled(words.remedy, evidence) ?? remedy,
    original: whole === null ? `${message}\n${remedy}` : null,
  }
}

/** What the button of an action says. */
export function tellAction(action: RemedyAction, language: Language): string {
  if (language === 'en') return action.label
  const own = options[action.path ?? '']
  const evidence = { value: action.value ?? null, label: action.path ?? '' }
  return (own === undefined ? null : filled(own, evidence)) ?? filled(kinds[action.kind], evidence) ?? action.label
}

/** The first of the sentences whose holes the evidence can all fill; null where there is none. */
function filled(sentence: Sentence | undefined, evidence: Evidence): string | null {
  for (const each of typeof sentence === 'string' ? [sentence] : (sentence ?? [])) {
    let fits = true
    const text = each.replace(hole, (_, sign: string, place: string) => {
      const value = valueAt(evidence, place)
      const text = shown(place, value)
      fits &&= sign === '' ? text !== null : isThere(value)
      return sign === '' ? (text ?? '') : ''
    })
    if (fits) return text
  }
  return null
}

/** `a.b`, `list.length` and `list.0.name`; undefined where there is nothing. */
function valueAt(evidence: Evidence, place: string): unknown {
  return place.split('.').reduce<unknown>((value, key) => {
    if (Array.isArray(value) && key === 'length') return value.length
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }, evidence)
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)

/** A text of the evidence: a reason and a phase have words of their own, and so have some terms. */
function told(place: string, value: string): string {
  if (place === 'reason') return tellReason(value, 'zh-CN')
  return place === 'phase' ? tellPhase(value, 'zh-CN') : (terms[place]?.[value] ?? value)
}

/** A value as text; null where it has nothing to show. */
function shown(place: string, value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : told(place, value)
  if (typeof value === 'number') {
    if (place.endsWith('Bytes')) return `${(value / 1024 ** 2).toFixed(1)} MiB`
    return Number.isInteger(value) ? String(value) : value.toExponential(2)
  }
  if (!Array.isArray(value) || value.length === 0 || value.some((item) => typeof item !== 'string' && typeof item !== 'number')) return null
  if (value.every((item) => typeof item === 'number')) return value.join(' × ')
  const names = value.slice(0, mostNames).map(String)
  const more = value.length > mostNames ? ` 等 ${value.length} 项` : ''
  // Lines of a command are to be copied as they are.
  return names.join(names.every((name) => name.startsWith('--')) ? ' ' : '、') + more
}
