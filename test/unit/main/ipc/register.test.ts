import { describe, expect, it, vi } from 'vitest'
import { commands } from '../../../../contract/ipc'
import { EnginesmithError } from '../../../../electron/core/errors'
import { toIpcError } from '../../../../electron/main/ipc/errors'
import { registerCommands, type Handlers } from '../../../../electron/main/ipc/register'

type Listener = (event: unknown, input: unknown) => Promise<unknown>

function setUp(own: Partial<Handlers>): { call: (name: string, input: unknown, frame?: unknown) => Promise<unknown>; names: string[]; log: string[] } {
  const listeners = new Map<string, Listener>()
  const log: string[] = []
  const rest = Object.fromEntries(Object.keys(commands).map((name) => [name, () => ({})])) as unknown as Handlers
  registerCommands({ handle: (channel, listener) => void listeners.set(channel, listener as Listener) }, { ...rest, ...own }, (text) => log.push(text))
  const trusted = { url: 'app://enginesmith/index.html', parent: null }
  return {
    call: (name, input, frame = trusted) =>
      listeners.get(`enginesmith:command:${name}`)?.({ senderFrame: frame }, input) ?? Promise.reject(new Error('no such command')),
    names: [...listeners.keys()],
    log,
  }
}

describe('registerCommands', () => {
  it('registers every command of the contract', () => {
    expect(setUp({}).names.sort()).toEqual(
      Object.keys(commands)
        .map((name) => `enginesmith:command:${name}`)
        .sort(),
    )
  })
  it('hands the parsed input on and wraps the answer', async () => {
    const handler = vi.fn(() => ({}))
    const { call } = setUp({ 'run.showFolder': handler })
    expect(await call('run.showFolder', { id: 'r1', extra: 1 })).toEqual({ ok: true, value: {} })
    expect(handler).toHaveBeenCalledWith({ id: 'r1' })
  })
  it('changes one setting and no other', async () => {
    const handler = vi.fn(() => ({}) as never)
    await setUp({ 'settings.set': handler }).call('settings.set', { theme: 'dark' })
    expect(handler).toHaveBeenCalledWith({ theme: 'dark' })
  })
  it('refuses a foreign sender before it reads anything', async () => {
    const handler = vi.fn(() => ({}))
    const { call, log } = setUp({ 'run.showFolder': handler })
    expect(await call('run.showFolder', { id: 'r1' }, { url: 'https://example.com/', parent: null })).toMatchObject({ ok: false, error: { code: 'USAGE' } })
    expect(await call('run.showFolder', { id: 'r1' }, null)).toMatchObject({ ok: false })
    expect(handler).not.toHaveBeenCalled()
    expect(log[0]).toContain('https://example.com/')
  })
  it.each([
    ['run.start', { id: 'r1', upTo: 'everything' }],
    ['run.start', null],
    ['settings.set', { theme: 'purple' }],
    ['window.control', { action: 'explode' }],
    ['clipboard.write', { text: 'x'.repeat(1_000_001) }],
  ])('refuses a wrong input of %s', async (name, input) => {
    expect(await setUp({}).call(name, input)).toMatchObject({ ok: false, error: { code: 'USAGE', message: expect.stringContaining('not valid') } })
  })
  it('maps what a handler throws', async () => {
    const { call } = setUp({
      'run.get': () => {
        throw new EnginesmithError('RUN_BUSY', 'Busy.', 'Wait.', { pid: 7 })
      },
    })
    expect(await call('run.get', { id: 'r1' })).toEqual({
      ok: false,
      error: {
        code: 'RUN_BUSY',
        message: 'Busy.',
        remedy: 'Wait.',
        details: { pid: 7 },
        findings: [{ code: 'RUN_BUSY', severity: 'error', message: 'Busy.', remedy: 'Wait.', evidence: { pid: 7 } }],
      },
    })
  })
})

it('never sends a stack trace', () => {
  const error = toIpcError(new TypeError('x is undefined'))
  expect(error.code).toBe('INTERNAL')
  expect(JSON.stringify(error)).not.toMatch(/register\.test|\n {4}at /)
})
