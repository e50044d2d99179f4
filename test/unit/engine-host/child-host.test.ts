import { describe, expect, it } from 'vitest'
import type { HostProcess } from '../../../electron/core/api'
import { ChildEngineHost } from '../../../electron/core/engine-host/child-host'
import { describeExit } from '../../../electron/core/engine-host/exit'
import { createExclusive } from '../../../electron/core/engine-host/exclusive'

/** A host process whose faults the test decides. */
class FaultyProcess implements HostProcess {
  pid = 4242
  readonly posted: unknown[] = []
  killed = false
  private message: (message: unknown) => void = () => undefined
  private exit: (exit: { code: number | null; signal: string | null }) => void = () => undefined
  private stderr: (text: string) => void = () => undefined
  post(message: unknown): void {
    this.posted.push(message)
  }
  onMessage(listener: (message: unknown) => void): void {
    this.message = listener
  }
  onExit(listener: (exit: { code: number | null; signal: string | null }) => void): void {
    this.exit = listener
  }
  onStderr(listener: (text: string) => void): void {
    this.stderr = listener
  }
  kill(): void {
    this.killed = true
  }
  say(message: unknown): void {
    this.message(message)
  }
  print(text: string): void {
    this.stderr(text)
  }
  end(code: number | null, signal: string | null = null): void {
    this.exit({ code, signal })
  }
}

function makeHost(): { host: ChildEngineHost; processes: FaultyProcess[] } {
  const processes: FaultyProcess[] = []
  const host = new ChildEngineHost(() => {
    const process = new FaultyProcess()
    processes.push(process)
    return process
  })
  return { host, processes }
}

const ready = { ready: { pid: 4242 } }
const devices = { driver: null, devices: [], reason: 'none' }

describe('ChildEngineHost', () => {
  it('waits for ready, sends, and parses the answer', async () => {
    const { host, processes } = makeHost()
    const call = host.call('cuda.devices', {})
    const [process] = processes
    expect(process!.posted).toEqual([])
    process!.say(ready)
    expect(process!.posted).toEqual([{ id: 1, method: 'cuda.devices', params: {} }])
    process!.say({ id: 1, result: devices })
    await expect(call).resolves.toEqual(devices)
  })

  it('keeps lines that the library printed, whole and half, for the crash', async () => {
    const { host, processes } = makeHost()
    const heard: string[] = []
    const call = host.call('cuda.devices', {}, { onEvent: (event) => event.kind === 'log' && heard.push(event.text) })
    processes[0]!.say(ready)
    processes[0]!.say({ id: 1, event: { kind: 'phase', action: 'start', name: 'Timing tactics', parent: null, step: 0, steps: 3 } })
    processes[0]!.print('first li')
    processes[0]!.print('ne\nterminate called')
    processes[0]!.end(134)
    await expect(call).rejects.toMatchObject({
      code: 'HOST_CRASHED',
      message: expect.stringMatching(/SIGABRT.*Timing tactics.*terminate called/) as string,
      evidence: { exitCode: 134, phase: 'Timing tactics', log: ['first line', 'terminate called'] },
    })
    expect(heard).toEqual(['first line'])
  })

  it('takes garbage for a log line and goes on', async () => {
    const { host, processes } = makeHost()
    const call = host.call('cuda.devices', {})
    processes[0]!.say('nonsense')
    processes[0]!.say({ id: 99, result: {} })
    processes[0]!.say(ready)
    processes[0]!.say({ id: 1, result: devices })
    await expect(call).resolves.toEqual(devices)
  })

  it('rejects an answer that breaks the contract', async () => {
    const { host, processes } = makeHost()
    const call = host.call('cuda.devices', {})
    processes[0]!.say(ready)
    processes[0]!.say({ id: 1, result: { driver: 5 } })
    await expect(call).rejects.toThrow()
  })

  it('says that it could not be started, and tries again at the next call', async () => {
    const { host, processes } = makeHost()
    const first = host.call('cuda.devices', {})
    processes[0]!.end(null)
    await expect(first).rejects.toMatchObject({ code: 'HOST_CRASHED', message: expect.stringContaining('could not be started') as string })
    const second = host.call('cuda.devices', {})
    processes[1]!.say(ready)
    processes[1]!.say({ id: 2, result: devices })
    await expect(second).resolves.toEqual(devices)
  })

  it('asks first, then ends the process, and moves the other calls to a fresh one', async () => {
    const { host, processes } = makeHost()
    const controller = new AbortController()
    const stuck = host.call('addon.info', {}, { signal: controller.signal })
    const other = host.call('cuda.devices', {})
    processes[0]!.say(ready)
    controller.abort()
    expect(processes[0]!.posted.at(-1)).toEqual({ cancel: 1 })
    expect(processes[0]!.killed).toBe(false)
    await expect(stuck).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(processes[0]!.killed).toBe(true)
    processes[0]!.end(null, 'SIGKILL')
    processes[1]!.say(ready)
    processes[1]!.say({ id: 2, result: devices })
    await expect(other).resolves.toEqual(devices)
  })

  it('carries an error over with its code and remedy', async () => {
    const { host, processes } = makeHost()
    const call = host.call('addon.info', {})
    processes[0]!.say(ready)
    processes[0]!.say({ id: 1, error: { code: 'ADDON_MISSING', message: 'not there', remedy: 'npm run setup', details: { path: '/x' } } })
    await expect(call).rejects.toMatchObject({ code: 'ADDON_MISSING', remedy: 'npm run setup', evidence: { path: '/x' } })
  })

  it('does not start anything for a call that is cancelled already', async () => {
    const { host, processes } = makeHost()
    await expect(host.call('addon.info', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(processes).toEqual([])
  })
})

describe('describeExit', () => {
  it('names the signal, told directly or as 128 plus its number', () => {
    expect(describeExit({ code: null, signal: 'SIGSEGV' })).toBe('SIGSEGV')
    expect(describeExit({ code: 139, signal: null })).toBe('SIGSEGV')
    expect(describeExit({ code: 3, signal: null })).toBe('exit code 3')
  })
})

describe('createExclusive', () => {
  it('lets one through at a time, in order, past failures and cancelled ones', async () => {
    const exclusive = createExclusive()
    const order: string[] = []
    const live = new AbortController().signal
    const work =
      (name: string, fail = false) =>
      async (): Promise<string> => {
        order.push(`${name} in`)
        await new Promise((resolve) => setTimeout(resolve, 5))
        order.push(`${name} out`)
        if (fail) throw new Error(name)
        return name
      }
    const results = await Promise.allSettled([exclusive(live, work('a', true)), exclusive(AbortSignal.abort(), work('b')), exclusive(live, work('c'))])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect(order).toEqual(['a in', 'a out', 'c in', 'c out'])
  })
})
