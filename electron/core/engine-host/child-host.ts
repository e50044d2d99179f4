import type { z } from 'zod'
import { hostReplySchema, nativeMethods, type NativeMethod, type NativeResult } from '../../../contract/native'
import type { EngineHost, HostEvent, HostLauncher, HostProcess } from '../api'
import { cancelledError } from '../cancelled'
import { EnginesmithError } from '../errors'
import { unpackError } from './wire-error'
import { describeExit, type HostExit } from './exit'

/** The builder's monitor is asked first; a call that is not over by then is ended with its process. */
const cancelGraceMs = 800
const keptLogLines = 20
/** A host that dies this often before it says a word is not started again within one call. */
const readyTimeoutMs = 30_000

interface PendingCall {
  id: number
  method: NativeMethod
  params: unknown
  onEvent: ((event: HostEvent) => void) | undefined
  phase: string | null
  settle(outcome: { result: unknown } | { error: unknown }): void
}

/** One living process and what it is doing. */
interface LiveHost {
  process: HostProcess
  ready: boolean
  /** Replaced or disposed: its exit is expected and means nothing to the calls. */
  retired: boolean
  log: string[]
  partial: string
  readyTimer: NodeJS.Timeout
}

/** The engine host in a process of its own: dies alone, is replaced at the next call. */
export class ChildEngineHost implements EngineHost {
  private readonly pending = new Map<number, PendingCall>()
  private live: LiveHost | null = null
  private nextId = 1
  private disposed = false

  constructor(private readonly launch: HostLauncher) {}

  /** The process's number while one is alive. */
  get pid(): number | undefined {
    return this.live?.process.pid
  }

  call<M extends NativeMethod>(
    method: M,
    params: z.input<(typeof nativeMethods)[M]['params']>,
    options: { signal?: AbortSignal; onEvent?: (event: HostEvent) => void } = {},
  ): Promise<NativeResult<M>> {
    const { signal } = options
    if (this.disposed) return Promise.reject(new Error('The engine host is disposed'))
    if (signal?.aborted) return Promise.reject(cancelledError())
    return new Promise<NativeResult<M>>((resolve, reject) => {
      const id = this.nextId++
      let graceTimer: NodeJS.Timeout | undefined
      const onAbort = (): void => {
        this.post({ cancel: id })
        graceTimer = setTimeout(() => this.endStuckCall(id), cancelGraceMs)
      }
      const call: PendingCall = {
        id,
        method,
        params: nativeMethods[method].params.parse(params),
        onEvent: options.onEvent,
        phase: null,
        settle: (outcome) => {
          this.pending.delete(id)
          clearTimeout(graceTimer)
          signal?.removeEventListener('abort', onAbort)
          if ('error' in outcome) reject(outcome.error)
          else resolve(outcome.result as NativeResult<M>)
        },
      }
      this.pending.set(id, call)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.send(call)
    })
  }

  async dispose(): Promise<void> {
    this.disposed = true
    this.retire()
    for (const call of [...this.pending.values()]) call.settle({ error: cancelledError() })
  }

  /** Sends at once where the host is up; else the call waits for `ready`. */
  private send(call: PendingCall): void {
    this.live ??= this.start()
    if (this.live.ready) this.post({ id: call.id, method: call.method, params: call.params })
  }

  private post(message: unknown): void {
    if (this.live?.ready) this.live.process.post(message)
  }

  private start(): LiveHost {
    const host: LiveHost = {
      process: this.launch(),
      ready: false,
      retired: false,
      log: [],
      partial: '',
      readyTimer: setTimeout(() => host.process.kill(), readyTimeoutMs),
    }
    host.process.onMessage((message) => {
      if (!host.retired) this.receive(host, message)
    })
    host.process.onStderr((text) => this.hear(host, text))
    host.process.onExit((exit) => this.buried(host, exit))
    return host
  }

  private receive(host: LiveHost, message: unknown): void {
    const parsed = hostReplySchema.safeParse(message)
    if (!parsed.success) {
      this.keepLine(host, `unreadable message: ${JSON.stringify(message).slice(0, 200)}`)
      return
    }
    const reply = parsed.data
    if ('ready' in reply) {
      host.ready = true
      clearTimeout(host.readyTimer)
      for (const call of this.pending.values()) this.post({ id: call.id, method: call.method, params: call.params })
      return
    }
    const call = this.pending.get(reply.id)
    if (call === undefined) return
    if ('event' in reply) {
      if (reply.event.kind === 'phase') call.phase = reply.event.name
      else this.keepLine(host, reply.event.text)
      call.onEvent?.(reply.event)
    } else if ('error' in reply) {
      call.settle({ error: unpackError(reply.error) })
    } else {
      const result = nativeMethods[call.method].result.safeParse(reply.result)
      call.settle(result.success ? { result: result.data } : { error: result.error })
    }
  }

  /** What the process itself printed: TensorRT does that on both streams. */
  private hear(host: LiveHost, text: string): void {
    const lines = (host.partial + text).split(/\r?\n/)
    host.partial = lines.pop() ?? ''
    for (const line of lines) {
      if (line.trim() === '') continue
      this.keepLine(host, line)
      if (host.retired) continue
      for (const call of this.pending.values()) call.onEvent?.({ kind: 'log', level: 'info', source: 'engine host', text: line })
    }
  }

  private keepLine(host: LiveHost, line: string): void {
    host.log.push(line.slice(0, 1000))
    if (host.log.length > keptLogLines) host.log.shift()
  }

  private buried(host: LiveHost, exit: HostExit): void {
    clearTimeout(host.readyTimer)
    if (host.retired) return
    host.retired = true
    if (this.live === host) this.live = null
    if (host.partial.trim() !== '') this.keepLine(host, host.partial)
    for (const call of [...this.pending.values()]) call.settle({ error: crashError(call, exit, host.log) })
  }

  /** A cancelled call that did not end by itself: its process goes, the other calls move to a fresh one. */
  private endStuckCall(id: number): void {
    const call = this.pending.get(id)
    if (call === undefined) return
    this.retire()
    call.settle({ error: cancelledError() })
    for (const other of this.pending.values()) this.send(other)
  }

  private retire(): void {
    const host = this.live
    if (host === null) return
    this.live = null
    host.retired = true
    clearTimeout(host.readyTimer)
    host.process.kill()
  }
}

function crashError(call: PendingCall, exit: HostExit, log: string[]): EnginesmithError {
  const how = describeExit(exit)
  const where = call.phase === null ? '' : `, in the phase "${call.phase}"`
  const last = log.at(-1)
  return new EnginesmithError(
    'HOST_CRASHED',
    `The engine host died (${how}) during ${call.method}${where}.${last === undefined ? '' : ` Its last line: ${last}`}`,
    'Run the stage again: a fresh host is started. If it dies at the same place, change the option or the library that the log names.',
    { method: call.method, signal: exit.signal, exitCode: exit.code, phase: call.phase, log },
    [{ kind: 'run-again', label: 'Run again' }],
  )
}
