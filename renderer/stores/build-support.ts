import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { Backend } from '../../contract/engine'
import type { CommandOutput } from '../../contract/ipc'
import { call, on } from '../api'
import { useUi } from './ui'

export type BuildSupport = CommandOutput<'build.options'>

/** Mirrors what each library on this machine can be asked for, by flavour and version; looked up once, and anew when the toolchain changes. */
export const useBuildSupport = defineStore('build-support', () => {
  const ui = useUi()
  const known = shallowReactive(new Map<Backend, BuildSupport>())
  const asked = new Set<Backend>()
  on('toolchain.changed', () => {
    known.clear()
    asked.clear()
  })
  async function ask(backend: Backend): Promise<void> {
    if (asked.has(backend)) return
    asked.add(backend)
    try {
      known.set(backend, await call('build.options', { backend }))
    } catch (error) {
      asked.delete(backend)
      ui.report(error)
    }
  }
  return { known, ask }
})
