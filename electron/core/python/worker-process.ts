import { execa } from 'execa'
import { workerLineSchema, type WorkerLine } from '../../../contract/worker'
import { LineSplitter } from '../process/lines'
import { disownTree, killTree, ownTree } from '../process/tree'
import { pythonVariables, scratchVariables } from './variables'

/** How a worker is started; tests start small programs that misbehave in its place. */
export interface WorkerCommand {
  python: string
  /** What follows the interpreter. */
  args: string[]
  /** The folder that holds `enginesmith_worker`. */
  importFolder: string
  /** A folder that is home and temporary folder to a worker that is not trusted with the user's own; absent for any other. */
  scratch?: string
  /** What stands before the interpreter: a program that takes the network away. */
  prefix?: readonly string[]
}

export interface WorkerExit {
  code: number | null
  signal: string | null
  /** Set where the system could not start it at all: its error code. */
  notStarted: string | null
}

export interface WorkerEvents {
  onLine(line: WorkerLine): void
  /** A line on the protocol's stream that is none. */
  onBadLine(why: string): void
  onStderr(text: string): void
  /** Exactly once, after the last line. */
  onExit(exit: WorkerExit): void
}

/** The protocol's own limit of a line, and room for a log line. */
const maxLine = 16 * 1024 * 1024
const maxLogLine = 8 * 1024

/** One running worker: lines in, lines out, an end. Knows nothing of calls. */
export class WorkerProcess {
  readonly pid: number | undefined
  private readonly stdin: NodeJS.WritableStream
  private readonly ended: Promise<void>

  constructor(command: WorkerCommand, events: WorkerEvents) {
    const [program = command.python, ...args] = [...(command.prefix ?? []), command.python, ...command.args]
    const child = execa(program, args, {
      buffer: false,
      reject: false,
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
      extendEnv: false,
      env: { ...pythonVariables(command.python, command.importFolder), ...(command.scratch === undefined ? {} : scratchVariables(command.scratch)) },
      cwd: command.scratch ?? command.importFolder,
      // A group of its own, so that whatever it starts ends with it.
      detached: process.platform !== 'win32',
      cleanup: true,
      windowsHide: true,
    })
    this.pid = child.pid
    this.stdin = child.stdin
    // The pipe breaks when the worker dies; its exit tells the story.
    child.stdin.on('error', () => undefined)
    if (child.pid !== undefined) ownTree(child.pid)
    const lines = new LineSplitter(
      maxLine,
      (line) => readLine(line, events),
      () => events.onBadLine(`a line longer than ${maxLine} bytes`),
    )
    const log = new LineSplitter(
      maxLogLine,
      (line) => events.onStderr(line),
      () => events.onStderr('(a very long line was left out)'),
    )
    child.stdout.on('data', (chunk: Buffer) => lines.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk))
    this.ended = child.then((result) => {
      log.end()
      if (child.pid !== undefined) disownTree(child.pid)
      events.onExit({ code: result.exitCode ?? null, signal: result.signal ?? null, notStarted: child.pid === undefined ? (result.code ?? 'unknown') : null })
    })
  }

  send(line: object): void {
    this.stdin.write(`${JSON.stringify(line)}\n`)
  }

  kill(): void {
    if (this.pid !== undefined) killTree(this.pid)
  }

  /** Lets it end by itself, which the end of its input asks for, and ends it by force after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.stdin.end()
    const timer = setTimeout(() => this.kill(), graceMs)
    await this.ended
    clearTimeout(timer)
  }
}

function readLine(line: string, events: WorkerEvents): void {
  if (line === '') return
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    events.onBadLine(`a line that is not JSON: ${line.slice(0, 200)}`)
    return
  }
  const parsed = workerLineSchema.safeParse(json)
  if (parsed.success) events.onLine(parsed.data)
  else events.onBadLine(`a line of an unknown kind: ${line.slice(0, 200)}`)
}
