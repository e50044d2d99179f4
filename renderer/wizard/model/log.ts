import type { LogLine } from '../../../contract/run'

/** `important`: warnings and errors alone. */
export type LogLevel = 'all' | 'noVerbose' | 'important'

export const levelLetters = { verbose: 'V', info: 'I', warning: 'W', error: 'E' } as const

const shown: Record<LogLevel, readonly LogLine['level'][]> = {
  all: ['verbose', 'info', 'warning', 'error'],
  noVerbose: ['info', 'warning', 'error'],
  important: ['warning', 'error'],
}

export const filterLog = (lines: readonly LogLine[], level: LogLevel): LogLine[] => lines.filter((line) => shown[level].includes(line.level))

/** A line cut at the places where `query` stands: even parts are plain, odd parts are matches. */
export function splitMatches(text: string, query: string): string[] {
  if (query === '') return [text]
  const parts: string[] = []
  const low = text.toLowerCase()
  const wanted = query.toLowerCase()
  let from = 0
  for (let at = low.indexOf(wanted, from); at >= 0; at = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  return [...parts, text.slice(from)]
}

/** Indices of the lines that hold `query`. */
export function matchingLines(lines: readonly LogLine[], query: string): number[] {
  if (query === '') return []
  const wanted = query.toLowerCase()
  return lines.flatMap((line, index) => (line.text.toLowerCase().includes(wanted) ? [index] : []))
}

/** The match after (or, backwards, before) the one at `current`, going round. */
export function nextMatch(matches: readonly number[], current: number, backwards: boolean): number {
  if (matches.length === 0) return -1
  if (backwards) return [...matches].reverse().find((index) => index < current) ?? (matches[matches.length - 1] as number)
  return matches.find((index) => index > current) ?? (matches[0] as number)
}

/** Rows of a fixed height that lie in view, with a few on either side. */
export function visibleRange(count: number, scrollTop: number, height: number, rowHeight: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - 10)
  return { from, to: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + 10) }
}
