import type { LogLine } from '../../contract/run'

/** `text` cut at every place where `query` is found; odd parts are the hits. Case is ignored. */
export function splitHits(text: string, query: string): string[] {
  if (query === '') return [text]
  const lower = text.toLowerCase()
  const needle = query.toLowerCase()
  const parts: string[] = []
  let from = 0
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + needle.length))
    from = at + needle.length
  }
  parts.push(text.slice(from))
  return parts
}

export type LevelFilter = 'all' | 'warnings'

export function filterLines(lines: readonly LogLine[], level: LevelFilter): readonly LogLine[] {
  return level === 'all' ? lines : lines.filter((line) => line.level === 'warning' || line.level === 'error')
}

/** Indexes of the lines that hold `query`. */
export function findLines(lines: readonly LogLine[], query: string): number[] {
  if (query === '') return []
  const needle = query.toLowerCase()
  return lines.flatMap((line, i) => (line.text.toLowerCase().includes(needle) ? [i] : []))
}

/** `0:49.31` since the first line; `at` is in milliseconds. */
export function lineTime(at: number, start: number): string {
  const seconds = Math.max(0, at - start) / 1000
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, '0')}`
}
