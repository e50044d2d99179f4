import { defineStore } from 'pinia'
import { computed } from 'vue'
import { targetOf, type Gpu } from '../../contract/environment'
import { bytes } from '../i18n/format'
import { useSettings } from './settings'
import { useToolchain } from './toolchain'
import { useUi } from './ui'

/** Which of several GPUs this machine's work goes to; what a recipe or a call names comes before it. */
export const useGpu = defineStore('gpu', () => {
  const ui = useUi()
  const settings = useSettings()
  const toolchain = useToolchain()
  const all = computed(() => toolchain.doctor?.gpus ?? [])
  const several = computed(() => all.value.length > 1)
  /** What the settings say; null: nothing. */
  const chosen = computed(() => settings.value.device)
  /** Where work goes that names no GPU; null where there is none, or the chosen one is gone. */
  const used = computed(() => {
    const index = chosen.value ?? 0
    return all.value[index] === undefined ? null : index
  })
  /** The chosen GPU where it is not among those here; a machine without any says so elsewhere. */
  const gone = computed(() => (chosen.value !== null && all.value.length > 0 && used.value === null ? chosen.value : null))

  /** `1: NVIDIA L4`; empty where there is no such GPU. */
  function label(index: number | null): string {
    const gpu = index === null ? undefined : all.value[index]
    return gpu === undefined ? '' : `${index}: ${gpu.name}`
  }
  /** `sm89, 22.0 GiB`. */
  const facts = (gpu: Gpu): string => `${targetOf(gpu)}, ${bytes(gpu.memoryBytes)}`
  /** Keeps the choice and looks again at what follows from it; null takes it back. */
  async function use(index: number | null): Promise<void> {
    await ui.attempt(() => settings.save({ device: index }))
    await toolchain.look()
  }

  return { all, several, chosen, used, gone, label, facts, use }
})
