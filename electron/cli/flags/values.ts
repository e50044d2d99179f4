import { nearest } from '../nearest'
import type { Text } from '../text'
import { UsageError } from '../usage'

/** One of a list of words. */
export function choice<T extends string>(flag: string, given: string, allowed: readonly T[], text: Text): T {
  const found = allowed.find((name) => name === given)
  if (found !== undefined) return found
  throw new UsageError(text.usage.choice(flag, given), text.usage.choiceRemedy(nearest(given, allowed) ?? '', allowed.join(', ')), {
    flag: `--${flag}`,
    given,
    allowed: [...allowed],
    nearest: nearest(given, allowed),
  })
}

export interface Limits {
  least: number
  most?: number
}

/** A whole number within limits. */
export function wholeNumber(flag: string, given: string, limits: Limits, text: Text): number {
  const number = /^[+-]?\d+$/.test(given.trim()) ? Number(given) : Number.NaN
  if (!Number.isSafeInteger(number) || !within(number, limits)) throw notANumber(flag, given, text.usage.wholeNumber(limits.least, limits.most ?? null), text)
  return number
}

/** A finite number within limits, as `0.001` or `1e-3`. */
export function realNumber(flag: string, given: string, limits: Limits & { above?: boolean }, text: Text): number {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(given.trim()) ? Number(given) : Number.NaN
  if (!Number.isFinite(number) || !within(number, limits) || (limits.above === true && number === limits.least)) {
    throw notANumber(flag, given, text.usage.realNumber(limits.least, limits.above === true), text)
  }
  return number
}

const within = (number: number, { least, most }: Limits): boolean => number >= least && (most === undefined || number <= most)

const notANumber = (flag: string, given: string, wanted: string, text: Text): UsageError =>
  new UsageError(text.usage.number(flag, given, wanted), text.usage.numberRemedy(flag), { flag: `--${flag}`, given, wanted })
