import { findingCodeSchema } from '../../../contract/finding'
import { workerMethods, type WorkerError, type WorkerLine, type WorkerMethod, type WorkerParams, type WorkerResult } from '../../../contract/worker'
import type { CallOptions, PythonWorker } from '../api'
import { cancelledError, throwIfCancelled } from '../cancelled'
import { EnginesmithError } from '../errors'
import { WorkerProcess, type WorkerCommand, type WorkerExit } from './worker-process'

export interface WorkerTimes {
  /** Milliseconds until it must have said that it is ready. */
  ready: number
  /** Milliseconds a cancelled call may still take before the process is ended. */
  cancel: number
  /** Milliseconds it may take to end by itself. */
  close: number
}
const defaultTimes: WorkerTimes = { ready: 60_000, cancel: 800, close: 1_000 }

interface Call {
  method: WorkerMethod
  options: CallOptions
  phase: string | null
  cancelTimer: NodeJS.Timeout | null
  sent: boolean
  cancelled: boolean
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** One life of the process, from start to exit. */
interface Life {
  process: WorkerProcess
  ready: Promise<void>
  calls: Map<number, Call>
  /** The last lines that it wrote to its log. */
  log: string[]
  /** Why it was ended from here, if it was. */
  reason: EnginesmithError | null
}

/** A Python worker: started at the first call, kept warm, replaced after a crash at the next call. */
export class WorkerClient implements PythonWorker {
  private life: Life | null = null
  private nextId = 1
  private readonly times: WorkerTimes

  constructor(
    private readonly command: WorkerCommand,
    times: Partial<WorkerTimes> = {},
  ) {
    this.times = { ...defaultTimes, ...times }
  }

  /** @throws EnginesmithError PYTHON_BROKEN, WORKER_CRASHED, WORKER_PROTOCOL, CANCELLED, or what the worker says */
  async call<M extends WorkerMethod>(method: M, params: WorkerParams<M>, options: CallOptions = {}): Promise<WorkerResult<M>> {
    throwIfCancelled(options.signal)
    const life = (this.life ??= this.start())
    const id = this.nextId++
    let onAbort = (): void => undefined
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        const call: Call = { method, options, phase: null, cancelTimer: null, sent: false, cancelled: false, resolve, reject }
        life.calls.set(id, call)
        onAbort = () => this.cancel(life, id, call)
        options.signal?.addEventListener('abort', onAbort, { once: true })
        life.ready.then(
          () => {
            if (!life.calls.has(id)) return
            call.sent = true
            life.process.send({ v: 1, id, method, params })
          },
          () => undefined,
        )
      })
      const parsed = workerMethods[method].result.safeParse(result)
      if (!parsed.success)
        throw this.protocolError(`its answer to ${method} does not have the agreed form: ${parsed.error.issues[0]?.path.join('.') ?? ''}`, life)
      return parsed.data as WorkerResult<M>
    } finally {
      options.signal?.removeEventListener('abort', onAbort)
    }
  }

  /** The process's number while one is alive. */
  get pid(): number | undefined {
    return this.life?.process.pid
  }

  async dispose(): Promise<void> {
    const life = this.life
    this.life = null
    if (life === null) return
    life.reason ??= cancelledError()
    await life.process.close(this.times.close)
  }

  private start(): Life {
    let markReady = (): void => undefined
    let failReady = (_error: unknown): void => undefined
    const ready = new Promise<void>((resolve, reject) => {
      markReady = resolve
      failReady = reject
    })
    ready.catch(() => undefined)
    const calls = new Map<number, Call>()
    const log: string[] = []
    let isReady = false
    const timer = setTimeout(() => {
      const waited = `it did not become ready within ${this.times.ready / 1000} s`
      this.end(life, this.brokenError(waited, life))
    }, this.times.ready)
    const process = new WorkerProcess(this.command, {
      onLine: (line) => {
        // Whatever it still says after it was given up is not to be trusted.
        if (life.reason !== null) return
        if ('event' in line && line.event === 'ready') {
          isReady = true
          clearTimeout(timer)
          markReady()
        } else if ('id' in line) this.take(life, line)
      },
      onBadLine: (why) => this.end(life, this.protocolError(`it wrote ${why}`, life)),
      onStderr: (text) => {
        log.push(text)
        if (log.length > 40) log.shift()
        for (const call of calls.values()) call.options.onLog?.({ at: Date.now(), level: 'info', source: 'python', text })
      },
      onExit: (exit) => {
        clearTimeout(timer)
        if (this.life === life) this.life = null
        const error = life.reason ?? (isReady ? this.crashError(exit, life) : this.brokenError(exitWords(exit), life))
        failReady(error)
        for (const [id, call] of [...calls]) this.settle(life, id, () => call.reject(call.cancelled ? cancelledError() : error))
      },
    })
    const life: Life = { process, ready, calls, log, reason: null }
    return life
  }

  private take(life: Life, line: Extract<WorkerLine, { id: number }>): void {
    const call = life.calls.get(line.id)
    if (call === undefined) {
      // The worker says so where it could not read a line of ours; which call that was, it cannot know.
      if ('error' in line && line.id < 0) this.end(life, this.protocolError(line.error.message, life))
      return
    }
    if ('event' in line) {
      if (line.event === 'progress') {
        call.phase = line.phase
        call.options.onProgress?.({ phase: line.phase, fraction: line.fraction })
      } else call.options.onLog?.({ at: Date.now(), level: line.level, source: 'python', text: line.text })
    } else if ('error' in line) this.settle(life, line.id, () => call.reject(call.cancelled ? cancelledError() : this.toError(line.error, call)))
    else this.settle(life, line.id, () => (call.cancelled ? call.reject(cancelledError()) : call.resolve(line.result)))
  }

  private settle(life: Life, id: number, how: () => void): void {
    const call = life.calls.get(id)
    if (call?.cancelTimer) clearTimeout(call.cancelTimer)
    life.calls.delete(id)
    how()
  }

  private cancel(life: Life, id: number, call: Call): void {
    if (!life.calls.has(id) || call.cancelled) return
    call.cancelled = true
    if (!call.sent) {
      this.settle(life, id, () => call.reject(cancelledError()))
      return
    }
    life.process.send({ v: 1, cancel: id })
    // Python inside C code hears nothing: then the process goes, and the next call gets a fresh one.
    call.cancelTimer = setTimeout(() => this.end(life, endedForAnother), this.times.cancel)
  }

  /** Ends the process; its exit rejects what is still open. The next call starts another. */
  private end(life: Life, reason: EnginesmithError): void {
    life.reason ??= reason
    if (this.life === life) this.life = null
    life.process.kill()
  }

  private toError(error: WorkerError, call: Call): EnginesmithError {
    if (error.traceback !== null) {
      for (const text of error.traceback.split('\n')) call.options.onLog?.({ at: Date.now(), level: 'verbose', source: 'python', text })
    }
    if (error.code === 'CANCELLED') return cancelledError()
    const code = findingCodeSchema.safeParse(error.code)
    return new EnginesmithError(code.success ? code.data : 'INTERNAL', error.message, error.remedy, error.evidence, error.actions ?? [])
  }

  private evidence(life: Life): { python: string; log: string[]; phase: string | null } {
    const phase = [...life.calls.values()].find((call) => call.phase !== null)?.phase ?? null
    return { python: this.command.python, phase, log: life.log.slice(-20) }
  }

  private crashError(exit: WorkerExit, life: Life): EnginesmithError {
    const evidence = this.evidence(life)
    const killed = exit.signal === 'SIGKILL' ? ' The system may have ended it because memory ran out.' : ''
    return new EnginesmithError(
      'WORKER_CRASHED',
      `The Python process died (${exitWords(exit)})${evidence.phase === null ? '' : ` during "${evidence.phase}"`}.${killed}`,
      'Run it again: a fresh process is started. If it dies at the same place, try smaller inputs, free some memory, or another Python.',
      { ...evidence, exitCode: exit.code, signal: exit.signal },
      [{ kind: 'run-again', label: 'Run again' }],
    )
  }

  private brokenError(why: string, life: Life): EnginesmithError {
    const last = life.log.filter((line) => line.trim() !== '').at(-1)
    return new EnginesmithError(
      'PYTHON_BROKEN',
      `The Python at ${this.command.python} could not be made to work: ${why}${last === undefined ? '' : ` (${last.trim()})`}.`,
      'Choose another Python, or repair this one; npm run setup makes one that works.',
      this.evidence(life),
      [{ kind: 'choose-python', label: 'Choose a Python' }],
    )
  }

  private protocolError(why: string, life: Life): EnginesmithError {
    return new EnginesmithError(
      'WORKER_PROTOCOL',
      `The Python process broke the agreed way of speaking: ${why}.`,
      'Run it again. If it repeats, something in this Python writes where it should not: try another Python, or report it with the log of this run.',
      this.evidence(life),
      [{ kind: 'run-again', label: 'Run again' }],
    )
  }
}

/** What a call gets that shared the process with one that was cancelled and would not stop. */
const endedForAnother = new EnginesmithError(
  'WORKER_CRASHED',
  'The Python process was ended because other work in it was cancelled and did not stop.',
  'Run it again: a fresh process is started.',
)

function exitWords(exit: WorkerExit): string {
  if (exit.notStarted !== null) return `it cannot be started, ${exit.notStarted}`
  return exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`
}
