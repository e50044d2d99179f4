import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { StageName } from '../../contract/run'
import { call, on } from '../api'
import { toldError } from '../i18n/told'
import { useSettings } from './settings'

export type ViewName = 'home' | 'run' | 'batch' | 'engine' | 'history' | 'toolchain' | 'settings'

/** A lasting fact in the strip under the title bar; it stays until it is dismissed. */
export interface Notice {
  id: number
  severity: 'info' | 'error'
  text: string
  remedy?: string
  /** The core's own words, where they say more than `text`. */
  original?: string
}

/** What only the window knows: which view, which run, what is open. Nothing of it is the truth about a run. */
export const useUi = defineStore('ui', () => {
  const settings = useSettings()
  const view = ref<ViewName>('home')
  const runId = ref<string | null>(null)
  /** The step that the wizard shows. */
  const stage = ref<StageName>('load')
  const paletteOpen = ref(false)
  const maximized = ref(false)
  /** What is being opened, for the crumb and the drop zone. */
  const opening = ref<string | null>(null)
  const notices = ref<Notice[]>([])
  /** The polite live region's text. */
  const announcement = ref('')
  const wide = ref(window.innerWidth >= 1200)
  const narrowInspector = ref(false)
  const inspectorOpen = computed(() => (wide.value ? settings.value.inspectorOpen : narrowInspector.value))
  /** What was asked for and is not answered yet: keys that follow each other at once go by it. */
  const logAsked = ref<boolean | null>(null)
  const logOpen = computed(() => logAsked.value ?? settings.value.logOpen)
  let lastNotice = 0
  let lastLogAsk = 0

  window.addEventListener('resize', () => (wide.value = window.innerWidth >= 1200))
  on('window.state', (state) => (maximized.value = state.maximized))
  watch(view, () => (paletteOpen.value = false))

  function go(next: ViewName): void {
    view.value = next
  }
  function showRun(id: string, at?: StageName): void {
    runId.value = id
    if (at) stage.value = at
    view.value = 'run'
  }
  function toggleInspector(): void {
    if (wide.value) void settings.save({ inspectorOpen: !settings.value.inspectorOpen })
    else narrowInspector.value = !narrowInspector.value
  }
  /** Opens or closes the log at once; the settings follow. */
  async function setLog(open: boolean): Promise<void> {
    const ask = ++lastLogAsk
    logAsked.value = open
    await attempt(() => settings.save({ logOpen: open }))
    if (ask === lastLogAsk) logAsked.value = null
  }
  function toggleLog(): void {
    void setLog(!logOpen.value)
  }
  /** Opens the log, or leaves it open: what was asked just before does not close it again. */
  function openLog(): void {
    if (!logOpen.value) void setLog(true)
  }
  function notify(notice: Omit<Notice, 'id'>): void {
    if (notices.value.some((other) => other.text === notice.text)) return
    notices.value = [...notices.value.slice(-2), { ...notice, id: ++lastNotice }]
  }
  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }
  /** What was refused before says nothing about the next attempt. */
  function clearErrors(): void {
    notices.value = notices.value.filter((notice) => notice.severity !== 'error')
  }
  /** What a command refused, in the words of the language. */
  function told(error: unknown): Pick<Notice, 'text' | 'remedy' | 'original'> {
    const { message, remedy, original } = toldError(error)
    return { text: message, ...(remedy === '' ? {} : { remedy }), original: original ?? undefined }
  }
  /** Shows what a command refused: code, message, remedy. */
  function report(error: unknown): void {
    notify({ severity: 'error', ...told(error) })
  }
  /** Says something once to a screen reader. */
  function announce(text: string): void {
    announcement.value = text
  }
  /** Runs a command and shows its refusal; undefined where it was refused. */
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      report(error)
      return undefined
    }
  }
  async function control(action: 'minimize' | 'maximize' | 'close'): Promise<void> {
    await attempt(() => call('window.control', { action }))
  }

  return {
    view,
    runId,
    stage,
    paletteOpen,
    maximized,
    opening,
    notices,
    announcement,
    wide,
    inspectorOpen,
    logOpen,
    go,
    showRun,
    toggleInspector,
    toggleLog,
    openLog,
    notify,
    dismiss,
    clearErrors,
    told,
    report,
    announce,
    attempt,
    control,
  }
})
