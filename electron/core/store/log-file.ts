import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { logLineSchema, type LogLine } from '../../../contract/run'

/** One log file holds this much; one older one is kept beside it. */
const maxFileBytes = 8 * 1024 * 1024
/** Lines in memory, and how many of an old log are read back. */
const maxLines = 5000
/** A single line is cut at this length: a tool may dump megabytes without a line break. */
const maxLineLength = 4000

/** The log of a run: a bounded window of lines in memory over `logs/run.jsonl`. */
export interface RunLog {
  add(line: LogLine): void
  /** Lines from number `from` on, as far as they are still in memory; `next` is the number after the last. */
  read(from: number): { lines: LogLine[]; next: number }
  /** Writes what is still in memory only. */
  flush(): void
}

function readBack(path: string): LogLine[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  const lines: LogLine[] = []
  for (const raw of text.split('\n').slice(-maxLines - 1)) {
    if (raw === '') continue
    try {
      lines.push(logLineSchema.parse(JSON.parse(raw)))
    } catch {
      // A line that a killed process left half written.
    }
  }
  return lines
}

export function openRunLog(folder: string): RunLog {
  const path = join(folder, 'logs', 'run.jsonl')
  const lines = readBack(path)
  let first = 0
  let waiting: string[] = []
  let timer: NodeJS.Timeout | null = null

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting.length === 0) return
    const text = waiting.join('')
    waiting = []
    try {
      mkdirSync(dirname(path), { recursive: true })
      rotate(path, text.length)
      appendFileSync(path, text)
    } catch {
      // A full or read-only disk must not end the run for its log's sake; the stage itself reports it.
    }
  }

  return {
    add(line) {
      const cut = line.text.length > maxLineLength ? { ...line, text: `${line.text.slice(0, maxLineLength)}…` } : line
      lines.push(cut)
      if (lines.length > maxLines) {
        const drop = lines.length - maxLines
        lines.splice(0, drop)
        first += drop
      }
      waiting.push(`${JSON.stringify(cut)}\n`)
      timer ??= setTimeout(flush, 250).unref()
    },
    read(from) {
      const start = Math.max(0, from - first)
      return { lines: lines.slice(start), next: first + lines.length }
    },
    flush,
  }
}

function rotate(path: string, more: number): void {
  let bytes: number
  try {
    bytes = statSync(path).size
  } catch {
    return
  }
  if (bytes + more > maxFileBytes) renameSync(path, path.replace(/\.jsonl$/, '.1.jsonl'))
}
