import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { Ready } from '../../contract/ready'
import { call, on } from '../api'
import { useUi } from './ui'

/** Null: there is no ONNX to ask about; `asking`: the parser reads it. */
export type ReadyAnswer = Ready | null | 'asking'

/** Mirrors what the library's parser says of each ONNX file, by whatever the answer hangs on; asked once, and anew when the toolchain changes. */
export const useReady = defineStore('ready', () => {
  const ui = useUi()
  const answers = shallowReactive(new Map<string, ReadyAnswer>())
  on('toolchain.changed', () => answers.clear())
  async function ask(key: string, id: string): Promise<void> {
    if (answers.has(key)) return
    answers.set(key, 'asking')
    try {
      answers.set(key, await call('run.ready', { id }))
    } catch (error) {
      answers.delete(key)
      ui.report(error)
    }
  }
  return { answers, ask }
})
