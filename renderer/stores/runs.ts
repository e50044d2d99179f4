import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import type { Recipe } from '../../contract/recipe'
import type { ComparisonDetail, LogLine, RunSnapshot, RunSummary, StageName } from '../../contract/run'
import { ApiError, call, on } from '../api'
import { announceChanges } from './announce'
import { useUi } from './ui'

/** Lines kept in the window; the whole log is in the run folder. */
export const logLimit = 20_000

export interface RunLog {
  readonly lines: readonly LogLine[]
  /** Lines that were here once and gave way to newer ones. */
  readonly dropped: number
  readonly next: number
}
const emptyLog: RunLog = { lines: [], dropped: 0, next: 0 }

/** Mirrors main's runs: snapshots by revision, logs bounded, the list of History. Every change goes by command. */
export const useRuns = defineStore('runs', () => {
  const ui = useUi()
  const summaries = shallowRef<RunSummary[]>([])
  const listed = ref(false)
  const snapshots = shallowReactive(new Map<string, RunSnapshot>())
  const logs = shallowReactive(new Map<string, RunLog>())
  const current = computed(() => (ui.runId ? (snapshots.get(ui.runId) ?? null) : null))
  // A snapshot knows at once; the list is asked for a moment later.
  const running = computed(() => summaries.value.filter((run) => snapshots.get(run.id)?.running ?? run.running).length)
  let listTimer: ReturnType<typeof setTimeout> | undefined

  on('run.changed', apply)
  on('run.logged', (event) => appendLog(event.id, event.lines, event.next))

  /** Takes a snapshot unless a newer one is here. */
  function apply(snapshot: RunSnapshot): RunSnapshot {
    const before = snapshots.get(snapshot.id)
    if (before && before.revision >= snapshot.revision) return before
    snapshots.set(snapshot.id, snapshot)
    if (ui.runId === snapshot.id) announceChanges(before ?? null, snapshot, (text) => ui.announce(text))
    if (!before || before.running !== snapshot.running || before.verdict !== snapshot.verdict) listSoon()
    return snapshot
  }
  function appendLog(id: string, lines: readonly LogLine[], next: number): void {
    const before = logs.get(id) ?? emptyLog
    if (next <= before.next) return
    if (next - lines.length > before.next) {
      void fetchLog(id)
      return
    }
    const fresh = lines.slice(lines.length - (next - before.next))
    const all = [...before.lines, ...fresh]
    const over = Math.max(0, all.length - logLimit)
    logs.set(id, { lines: over > 0 ? all.slice(over) : all, dropped: before.dropped + over, next })
  }
  async function fetchLog(id: string): Promise<void> {
    const from = logs.get(id)?.next ?? 0
    const answer = await call('run.log', { id, from })
    appendLog(id, answer.lines, answer.next)
  }
  function log(id: string): RunLog {
    return logs.get(id) ?? emptyLog
  }

  async function list(): Promise<void> {
    summaries.value = await call('run.list', {})
    listed.value = true
  }
  function listSoon(): void {
    clearTimeout(listTimer)
    listTimer = setTimeout(() => void ui.attempt(list), 300)
  }

  /** Opens a model file as a new run, or a run folder as it was, and shows it. */
  async function openPath(
    path: string,
    recipe: Recipe | null = null,
    otherwise?: (error: ApiError) => Promise<void> | undefined,
  ): Promise<RunSnapshot | undefined> {
    return show(path, () => call('run.create', { path, recipe }), otherwise)
  }
  async function openFolder(folder: string): Promise<RunSnapshot | undefined> {
    return show(folder, () => call('run.open', { folder }))
  }
  /** @param otherwise takes a refusal over where it returns a promise */
  async function show(
    path: string,
    work: () => Promise<RunSnapshot>,
    otherwise?: (error: ApiError) => Promise<void> | undefined,
  ): Promise<RunSnapshot | undefined> {
    ui.opening = path
    ui.clearErrors()
    try {
      const snapshot = apply(await work())
      ui.showRun(snapshot.id, firstStageToSee(snapshot))
      listSoon()
      await fetchLog(snapshot.id)
      return snapshot
    } catch (error) {
      const taken = error instanceof ApiError ? otherwise?.(error) : undefined
      if (taken === undefined) ui.report(error)
      ui.opening = null
      await taken
      return undefined
    } finally {
      ui.opening = null
    }
  }

  const setRecipe = async (id: string, recipe: Recipe): Promise<RunSnapshot> => apply(await call('run.setRecipe', { id, recipe }))
  const start = async (id: string, upTo: StageName): Promise<RunSnapshot> => apply(await call('run.start', { id, upTo }))
  const cancel = async (id: string): Promise<RunSnapshot> => apply(await call('run.cancel', { id }))
  const detail = (id: string, hop: string, output: string): Promise<ComparisonDetail | null> => call('run.detail', { id, hop, output })
  /** A copied run has the id of its original: opening the folder first makes sure that it is this one. */
  async function showFolder(run: RunSummary): Promise<void> {
    apply(await call('run.open', { folder: run.folder }))
    await call('run.showFolder', { id: run.id })
  }
  async function remove(run: RunSummary): Promise<void> {
    const { id } = apply(await call('run.open', { folder: run.folder }))
    await call('run.remove', { id })
    snapshots.delete(id)
    logs.delete(id)
    if (ui.runId === id) ui.runId = null
    await list()
  }

  return {
    summaries,
    listed,
    snapshots,
    current,
    running,
    list,
    openPath,
    openFolder,
    log,
    fetchLog,
    setRecipe,
    start,
    cancel,
    detail,
    showFolder,
    remove,
    apply,
  }
})

/** The stage to show first: the one that runs, else the last that has a result, else Load. */
export function firstStageToSee(run: RunSnapshot): StageName {
  const order: StageName[] = ['validate', 'build', 'convert', 'load']
  return order.find((stage) => run.stages[stage].state === 'running') ?? order.find((stage) => run.stages[stage].state !== 'pending') ?? 'load'
}
