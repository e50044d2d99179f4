import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { onTestFinished } from 'vitest'
import { createPinia, setActivePinia } from 'pinia'
import { commands, type CommandInput, type CommandName, type CommandOutput } from '../../../contract/ipc'
import type { RunSnapshot, StageName } from '../../../contract/run'
import type { TrustDecision } from '../../../contract/trust'
import { settingsSchema } from '../../../contract/settings'
import { EnginesmithError } from '../../../electron/core/errors'
import { installKeys } from '../../../renderer/shell/keys'
import { vName, vRows } from '../../../renderer/parts/directives'
import { useRuns } from '../../../renderer/stores/runs'
import { useSettings } from '../../../renderer/stores/settings'
import { useToolchain } from '../../../renderer/stores/toolchain'
import { useUi } from '../../../renderer/stores/ui'
import Wizard from '../../../renderer/wizard/Wizard.vue'
import { detail, doctor } from './snapshots'

type Answers = { [N in CommandName]?: (input: CommandInput<N>) => CommandOutput<N> }

export interface Mounted {
  wrapper: VueWrapper
  /** Every command that reached main, in order; each input was accepted by its schema. */
  sent: Array<{ name: CommandName; input: unknown }>
  inputs: <N extends CommandName>(name: N) => Array<CommandInput<N>>
  /** Main says that the run changed. */
  push: (run: RunSnapshot) => Promise<void>
  run: () => RunSnapshot
  find: (testid: string) => ReturnType<VueWrapper['find']>
  press: (key: string, more?: Partial<KeyboardEventInit>) => Promise<void>
  end: () => void
}

/** The wizard over a run, with main played by `answers`; every command is parsed as main would parse it. */
export async function mountWizard(run: RunSnapshot, at: StageName, answers: Answers = {}): Promise<Mounted> {
  setActivePinia(createPinia())
  // Wide enough for the inspector to stand beside the details.
  Object.assign(window, { innerWidth: 1280 })
  const sent: Mounted['sent'] = []
  const listeners = new Map<string, Array<(payload: never) => void>>()
  let current = run
  const decisions: TrustDecision[] = []
  const settings = settingsSchema.parse({ language: 'en', theme: 'light' })
  const main: Answers = {
    'settings.set': (patch) => Object.assign(settings, patch),
    'build.options': () => ({ version: null, options: null }),
    'toolchain.get': () => ({ doctor, pythons: [], checkedAt: '2026-11-24T10:00:00.000Z' }),
    'run.ready': () => null,
    'run.log': () => ({ lines: [], next: 0 }),
    'run.list': () => [],
    'run.detail': ({ hop, output }) => detail({ hop: hop as 'onnx-engine', output }),
    'run.setRecipe': ({ recipe }) =>
      (current = { ...current, recipe: commands['run.setRecipe'].input.shape.recipe.parse(recipe), revision: current.revision + 1 }),
    'run.start': () => current,
    'run.cancel': () => current,
    'trust.confirmClass': ({ model, modelArgs }) => {
      const names = [model ?? '', ...(modelArgs == null ? [] : [JSON.stringify(modelArgs)])]
      decisions.push({ sha256: String(decisions.length).padStart(64, '0'), kind: 'class', names, file: names[0] ?? '', at: '', run: null })
      return { decisions: [...decisions] }
    },
    'run.saveReport': () => ({ path: '/data/report.html' }),
    ...answers,
  }
  const invoke = Object.fromEntries(
    Object.entries(commands).map(([name, command]) => [
      name,
      async (input: unknown) => {
        const parsed = command.input.parse(input)
        sent.push({ name: name as CommandName, input: parsed })
        const answer = main[name as CommandName] as ((value: unknown) => unknown) | undefined
        try {
          return { ok: true, value: answer === undefined ? {} : answer(parsed) }
        } catch (error) {
          if (!(error instanceof EnginesmithError)) throw error
          const { code, message, remedy } = error
          return { ok: false, error: { code, message, remedy, details: {}, findings: [] } }
        }
      },
    ]),
  )
  const on = (name: string, listener: (payload: never) => void): (() => void) => {
    listeners.set(name, [...(listeners.get(name) ?? []), listener])
    return () => undefined
  }
  Object.assign(window, { enginesmith: { invoke, on, getPathForFile: () => '' } })
  useSettings().value = settings
  await useToolchain().look()
  const ui = useUi()
  useRuns().apply(run)
  ui.showRun(run.id, at)
  const Host = { components: { Wizard }, setup: () => ({ runs: useRuns() }), template: '<Wizard v-if="runs.current" :run="runs.current" />' }
  const wrapper = mount(Host, { attachTo: document.body, global: { directives: { name: vName, rows: vRows }, stubs: { Chart: true } } })
  const uninstall = installKeys()
  await flushPromises()
  return {
    wrapper,
    sent,
    inputs: (name) => sent.filter((entry) => entry.name === name).map((entry) => entry.input as never),
    push: async (next) => {
      current = next
      for (const listener of listeners.get('run.changed') ?? []) listener(next as never)
      await flushPromises()
    },
    run: () => current,
    find: (testid) => wrapper.find(`[data-testid="${testid}"]`),
    press: async (key, more = {}) => {
      window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
      await flushPromises()
    },
    end: () => {
      if (!document.body.contains(wrapper.element)) return
      uninstall()
      wrapper.unmount()
      document.body.innerHTML = ''
    },
  }
}

/** The wizard for one test: it is gone when the test ends. */
export async function show(...args: Parameters<typeof mountWizard>): Promise<Mounted> {
  const mounted = await mountWizard(...args)
  onTestFinished(() => mounted.end())
  return mounted
}
