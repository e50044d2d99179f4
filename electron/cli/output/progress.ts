import type { LogLine, Progress, RunSnapshot, StageName, StageState } from '../../../contract/run'
import { stageNames } from '../../../contract/run'
import type { RunHandle } from '../../core/api'
import { isWork } from '../call-record'
import type { Text } from '../text'

/** Where progress and log go; never stdout. */
export interface Reporter {
  /** Tells of a run until the returned function is called. */
  follow(handle: RunHandle): () => void
  log(line: LogLine): void
  /** A line of its own. */
  note(words: string): void
  /** Where the whole stands: rewritten on a terminal, rare elsewhere. */
  status(words: string): void
  /** Clears the line that is being rewritten. */
  end(): void
}

export interface ReporterOptions {
  stream: NodeJS.WriteStream
  text: Text
  quiet: boolean
  /** The whole log, not warnings and errors alone. */
  verbose: boolean
  /** Milliseconds; a parameter so that tests need not wait. */
  now?: () => number
}

/** Seconds between two lines about the same stage where there is no terminal to rewrite a line on. */
const sparse = 10_000

/**
 * On a terminal one line that is rewritten: stage, phase, part done, time left. Elsewhere a line for each change of
 * state and, rarely, for a phase. Silent when quiet.
 */
export function createReporter({ stream, text, quiet, verbose, now = () => performance.now() }: ReporterOptions): Reporter {
  const live = stream.isTTY === true
  let open = false
  let shown = ''
  let lastPhase = Number.NEGATIVE_INFINITY
  let before: RunSnapshot['stages'] | null = null

  const clear = (): void => {
    if (open) stream.write('\r\u001b[2K')
    open = false
  }
  const line = (words: string): void => {
    if (quiet) return
    clear()
    stream.write(`${words}\n`)
  }
  const rewrite = (words: string): void => {
    const short = shortened(words, stream.columns || 80)
    if (open && short === shown) return
    clear()
    stream.write(short)
    open = true
    shown = short
  }

  const tell = (snapshot: RunSnapshot): void => {
    for (const name of stageNames) {
      const stage = snapshot.stages[name]
      const last = before?.[name]
      // A stage that is reused twice stays `cached`, and was worked on all the same.
      const reused = stage.state === 'cached' && last !== undefined && isWork(last, stage)
      if (last !== undefined && (last.state !== stage.state || reused)) {
        if (stage.state !== 'running' && stage.state !== 'pending') line(ended(name, stage.state, stage.seconds, text))
        else if (stage.state === 'running' && !live) line(`${text.words.stages[name]} …`)
        lastPhase = Number.NEGATIVE_INFINITY
      }
      if (stage.state === 'running' && stage.progress && !quiet) {
        const words = `${text.words.stages[name]}  ${described(stage.progress, text)}`
        if (live) rewrite(words)
        else if (now() - lastPhase >= sparse) {
          lastPhase = now()
          line(words)
        }
      }
    }
    before = snapshot.stages
  }

  return {
    follow(handle) {
      before = handle.snapshot().stages
      const offChange = handle.onChange(tell)
      const offLog = handle.onLog((lines) => lines.forEach((entry) => this.log(entry)))
      return () => {
        offChange()
        offLog()
        clear()
      }
    },
    log(entry) {
      if (verbose || entry.level === 'warning' || entry.level === 'error') line(`[${entry.source}] ${entry.text}`)
    },
    note: line,
    status(words) {
      if (quiet) return
      if (live) rewrite(words)
      else if (now() - lastPhase >= sparse) {
        lastPhase = now()
        line(words)
      }
    },
    end: clear,
  }
}

function ended(name: StageName, state: StageState, seconds: number, text: Text): string {
  const time = state === 'cached' ? '' : `  ${text.seconds(seconds)}`
  return `${text.words.stages[name]}  ${text.words.states[state]}${time}`
}

function described(progress: Progress, text: Text): string {
  const part = progress.fraction === null ? '' : `  ${Math.floor(progress.fraction * 100)} %`
  const left = progress.secondsLeft === null ? '' : `  ${text.words.secondsLeft(progress.secondsLeft)}`
  return `${progress.parent ? `${progress.parent} / ` : ''}${text.phase(progress.phase)}${part}${left}`
}

/** Cut so that the terminal does not wrap it, counting wide characters as two columns. */
function shortened(words: string, columns: number): string {
  let width = 0
  let cut = ''
  for (const character of words) {
    width += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1
    if (width >= columns) return `${cut}…`
    cut += character
  }
  return cut
}
