import type { ReadBack } from '../../../contract/engine'

/** What a row of "requested and achieved" is about: an option of the recipe, a part of a profile, a tensor's type, or something that has no word of its own. */
export type ReadBackName = { kind: 'option'; option: string } | { kind: 'profile'; index: number; input: string } | { kind: 'input' | 'output'; tensor: string }

/** Reads the name that the builder gave the row. */
export function readBackName(option: string): ReadBackName {
  const profile = /^profile (\d+) (.+)$/.exec(option)
  if (profile) return { kind: 'profile', index: Number(profile[1]), input: profile[2] ?? '' }
  const tensor = /^(input|output) (.+)$/.exec(option)
  if (tensor) return { kind: tensor[1] === 'input' ? 'input' : 'output', tensor: tensor[2] ?? '' }
  return { kind: 'option', option }
}

/** `as-asked` and `differs` are judgements; `default` was not asked for and is only told; `unread` gives no way to look. */
export type ReadBackState = 'as-asked' | 'differs' | 'default' | 'unread'

export function readBackState(row: ReadBack): ReadBackState {
  if (row.same !== null) return row.same ? 'as-asked' : 'differs'
  return row.requested === null && row.achieved !== null ? 'default' : 'unread'
}

/** A value cut at the places where it may wrap: three shapes of a profile, many targets. */
export const readBackParts = (value: string): string[] => value.split(/\s*[/,]\s*/)

/** Bytes out of `68719476736 bytes`; null for any other text. */
export function readBackBytes(value: string): number | null {
  const match = /^(\d+) bytes$/.exec(value)
  return match ? Number(match[1]) : null
}
