import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ShownEngine, TimeAsk } from '../../contract/engine-ipc'
import type { DrillDocument, SheetDocument } from '../../contract/engine-sheet'
import type { DiffDocument, LayersDocument, TimeDocument, WorkProgress } from '../../contract/engine-work'
import type { CommandInput } from '../../contract/ipc'
import { call, on } from '../api'
import { t } from '../i18n'
import { defaultBuild } from '../views/engine/engine-build'
import { useUi } from './ui'

export const engineTabs = ['layers', 'graph', 'timing', 'diff', 'refit', 'sheet'] as const
export type EngineTab = (typeof engineTabs)[number]
/** What main knows the work of a tab by; a second one of a kind ends the first. */
export type EngineJob = 'layers' | 'time' | 'diff' | 'drill' | 'sheet'

export interface Working {
  job: EngineJob
  since: number
  progress: WorkProgress | null
  cancelling: boolean
}

type Asked<C extends 'engine.sheet' | 'engine.drill'> = Omit<CommandInput<C>, 'job'>

/** The engine that is looked at, what was asked of it, and what is being done. Nothing here outlives the window. */
export const useEngine = defineStore('engine', () => {
  const ui = useUi()
  const shown = shallowRef<ShownEngine | null>(null)
  const tab = ref<EngineTab>('layers')
  const opening = ref<string | null>(null)
  const layers = shallowRef<LayersDocument | null>(null)
  const time = shallowRef<TimeDocument | null>(null)
  const diff = shallowRef<DiffDocument | null>(null)
  const drill = shallowRef<DrillDocument | null>(null)
  const sheet = shallowRef<SheetDocument | null>(null)
  const drillBuild = shallowRef(defaultBuild())
  const sheetBuild = shallowRef(defaultBuild())
  /** The engine that `shown` was last held against. */
  const other = ref<string | null>(null)
  const working = ref<Working | null>(null)
  /** The GPU that everything runs on; null: the one that this machine chose. */
  const device = ref<number | null>(null)
  /** Name of the layer that is pointed at, in the table and in the graph alike. */
  const layer = ref<string | null>(null)
  const busy = computed(() => working.value !== null)

  on('engine.progress', ({ job, ...progress }) => {
    if (working.value?.job === job) working.value = { ...working.value, progress }
  })

  /** One piece of work at a time: they would take the same GPU, and spoil each other's times. */
  async function work<T>(job: EngineJob, ask: () => Promise<T>): Promise<T | undefined> {
    if (working.value !== null) return undefined
    const mine: Working = { job, since: Date.now(), progress: null, cancelling: false }
    working.value = mine
    const answer = await ui.attempt(ask)
    working.value = null
    if (answer !== undefined) ui.announce(t('engine.done', { work: t(`engine.jobs.${job}`) }))
    return answer
  }

  /** Shows an engine file, or the engine of a run folder, and lists its layers. */
  async function open(path: string, at?: EngineTab): Promise<void> {
    if (at) tab.value = at
    ui.go('engine')
    if (shown.value?.path === path) return
    opening.value = path
    ui.clearErrors()
    const engine = await ui.attempt(() => call('engine.open', { path }))
    opening.value = null
    if (engine === undefined) return
    shown.value = engine
    layers.value = time.value = diff.value = null
    other.value = layer.value = null
    await listLayers()
  }
  async function listLayers(): Promise<void> {
    const path = shown.value?.path
    if (path === undefined) return
    const answer = await work('layers', () => call('engine.layers', { job: 'layers', path, device: device.value }))
    if (answer !== undefined && shown.value?.path === path) layers.value = answer
  }
  async function runTimes(options: Omit<TimeAsk, 'job' | 'path' | 'device'>): Promise<void> {
    const path = shown.value?.path
    if (path === undefined) return
    const answer = await work('time', () => call('engine.time', { job: 'time', path, device: device.value, ...options }))
    if (answer !== undefined) time.value = answer
  }
  async function compareWith(path: string): Promise<void> {
    const a = shown.value?.path
    if (a === undefined) return
    other.value = path
    const answer = await work('diff', () => call('engine.diff', { job: 'diff', a, b: path, device: device.value }))
    if (answer !== undefined) diff.value = answer
  }
  async function rehearse(asked: Asked<'engine.drill'>): Promise<void> {
    const answer = await work('drill', () => call('engine.drill', { job: 'drill', ...asked }))
    if (answer !== undefined) drill.value = answer
  }
  async function makeSheet(asked: Asked<'engine.sheet'>): Promise<void> {
    const answer = await work('sheet', () => call('engine.sheet', { job: 'sheet', ...asked }))
    if (answer !== undefined) sheet.value = answer
  }
  async function cancel(): Promise<void> {
    const now = working.value
    if (now === null) return
    working.value = { ...now, cancelling: true }
    await ui.attempt(() => call('engine.cancel', { job: now.job }))
  }
  /** Saves the last document of a kind and says where it went. */
  async function save(job: EngineJob, format: 'json' | 'csv'): Promise<void> {
    const answer = await ui.attempt(() => call('engine.save', { job, format }))
    if (!answer?.path) return
    const text = t('engine.saved', { path: answer.path })
    ui.notify({ severity: 'info', text })
    ui.announce(text)
  }
  async function choose(kind: 'engine' | 'onnx' | 'weights' | 'folder'): Promise<string | null> {
    return (await ui.attempt(() => call('dialog.open', { kind })))?.path ?? null
  }
  async function chooseEngine(): Promise<void> {
    const path = await choose('engine')
    if (path !== null) await open(path)
  }
  /** Points at a layer and shows its row. */
  function showLayer(name: string): void {
    layer.value = name
    tab.value = 'layers'
  }

  return {
    shown,
    tab,
    opening,
    layers,
    time,
    diff,
    drill,
    sheet,
    drillBuild,
    sheetBuild,
    other,
    working,
    busy,
    device,
    layer,
    open,
    listLayers,
    runTimes,
    compareWith,
    rehearse,
    makeSheet,
    cancel,
    save,
    choose,
    chooseEngine,
    showLayer,
  }
})
