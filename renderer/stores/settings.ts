import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { CommandOutput } from '../../contract/ipc'
import type { Settings } from '../../contract/settings'
import { call, on } from '../api'
import { resolveLocale, setLocale } from '../i18n'
import { dark, light } from '../theme/tokens'

/** Mirrors main's settings; changes go by command and come back as an event. */
export const useSettings = defineStore('settings', () => {
  const value = ref<Settings>({
    language: 'system',
    theme: 'system',
    python: null,
    project: null,
    tensorrtPath: null,
    tensorrtRtxPath: null,
    device: null,
    operatorLibraries: [],
    plugins: [],
    timingCache: true,
    runtimeCache: true,
    runsFolder: null,
    engineHost: 'child',
    stageTimeoutMinutes: 240,
    inspectorOpen: true,
    logOpen: false,
    window: null,
  })
  const info = ref<CommandOutput<'app.info'> | null>(null)
  const systemDark = ref(window.matchMedia('(prefers-color-scheme: dark)').matches)
  const isDark = computed(() => (value.value.theme === 'system' ? systemDark.value : value.value.theme === 'dark'))
  const tokens = computed(() => (isDark.value ? dark : light))

  on('settings.changed', apply)
  on('theme.system', (event) => (systemDark.value = event.dark))

  function apply(next: Settings): void {
    value.value = next
    setLocale(resolveLocale(next.language, info.value?.systemLanguage ?? navigator.language))
  }
  async function load(): Promise<void> {
    const [about, settings] = await Promise.all([call('app.info', {}), call('settings.get', {})])
    info.value = about
    systemDark.value = about.dark
    apply(settings)
  }
  async function save(patch: Partial<Settings>): Promise<void> {
    apply(await call('settings.set', patch))
  }

  return { value, info, isDark, tokens, load, save }
})
