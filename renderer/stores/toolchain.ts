import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CommandOutput } from '../../contract/ipc'
import { call, on } from '../api'
import { useUi } from './ui'

export type ToolchainSnapshot = CommandOutput<'toolchain.get'>

/** Mirrors what main found on this machine: Pythons, GPU, engines, each failed attempt with its reason. */
export const useToolchain = defineStore('toolchain', () => {
  const ui = useUi()
  const snapshot = shallowRef<ToolchainSnapshot | null>(null)
  const looking = ref(false)
  const doctor = computed(() => snapshot.value?.doctor ?? null)
  const pythons = computed(() => snapshot.value?.pythons ?? [])
  const checkedAt = computed(() => snapshot.value?.checkedAt ?? null)
  /** How much of what the app is for does not work here: warnings and errors, and a machine without a GPU. */
  const problems = computed(() => {
    const d = doctor.value
    if (!d) return 0
    return d.findings.filter((finding) => finding.severity !== 'info').length + (d.gpus.length === 0 ? 1 : 0)
  })
  /** What this machine can do; everything false until main has looked. */
  const can = computed(() => {
    const d = doctor.value
    const gpu = (d?.gpus.length ?? 0) > 0
    const torch = d?.torch != null
    return {
      load: d !== null,
      convert: torch,
      rtx: d?.engines['tensorrt-rtx'].available ?? false,
      trt: (d?.engines.tensorrt.available ?? false) && gpu,
      run: gpu && ((d?.engines.tensorrt.available ?? false) || (d?.engines['tensorrt-rtx'].available ?? false)),
    }
  })

  on('toolchain.changed', (next) => (snapshot.value = next))

  async function look(refresh = false): Promise<void> {
    if (looking.value) return
    looking.value = true
    try {
      snapshot.value = await call('toolchain.get', { refresh })
    } catch (error) {
      ui.report(error)
    } finally {
      looking.value = false
    }
  }

  return { snapshot, doctor, pythons, checkedAt, problems, can, looking, look }
})
