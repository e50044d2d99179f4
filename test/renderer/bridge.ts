import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import type { Bridge, CommandName, EventName, IpcAnswer } from '../../contract/ipc'
import { settingsSchema, type Settings } from '../../contract/settings'

/** The main process at the other end of the bridge, as far as a test needs it: answers that are set, events that are sent. */
export interface FakeMain {
  /** What was asked, in order. */
  calls: Array<{ name: CommandName; input: unknown }>
  answer<N extends CommandName>(name: N, answer: (input: never) => unknown): void
  refuse(name: CommandName, error: { code: string; message: string; remedy: string }): void
  send(name: EventName, payload: unknown): void
  settings: Settings
}

/** Puts a bridge into the window and a fresh Pinia in place; call it before each test. */
export function setUpBridge(): FakeMain {
  const answers = new Map<string, (input: never) => IpcAnswer<unknown>>()
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const main: FakeMain = {
    calls: [],
    settings: settingsSchema.parse({ language: 'en', theme: 'light' }),
    answer: (name, answer) => void answers.set(name, (input) => ({ ok: true, value: answer(input) })),
    refuse: (name, error) => void answers.set(name, () => ({ ok: false, error: { ...error, details: {}, findings: [] } })),
    send: (name, payload) => listeners.get(name)?.forEach((listener) => listener(payload as never)),
  }
  main.answer('settings.get', () => main.settings)
  main.answer('settings.set', (patch: Partial<Settings>) => (main.settings = { ...main.settings, ...patch }))
  main.answer('run.list', () => [])
  main.answer('run.log', () => ({ lines: [], next: 0 }))
  const invoke = new Proxy({} as Bridge['invoke'], {
    get: (_target, name: CommandName) => (input: never) => {
      // What crosses must be cloneable: a Vue proxy is not.
      main.calls.push({ name, input: structuredClone(input) })
      const answer = answers.get(name)
      return answer ? Promise.resolve(answer(input)) : Promise.reject(new Error(`no answer is set for ${name}`))
    },
  })
  window.enginesmith = {
    invoke,
    on: (name, listener) => {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      set.add(listener as never)
      return () => void set.delete(listener as never)
    },
    getPathForFile: (file) => (file as { path?: string }).path ?? '',
  }
  window.matchMedia = vi.fn(() => ({ matches: false })) as never
  setActivePinia(createPinia())
  return main
}
