import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowReactive, shallowRef } from 'vue'
import type { BatchAction, BatchChange, BatchHead, BatchLimits, BatchRow, BatchSnapshot, BatchSummary, ExportFormat, RowEdit } from '../../contract/batch'
import type { Recipe } from '../../contract/recipe'
import { ApiError, call, on } from '../api'
import { t } from '../i18n'
import type { RowFilter } from '../views/batch/state'
import { inverseOf, useHistory, type Step } from './batch-history'
import { useUi } from './ui'

/** How the sheet is looked at; kept while a row's run is open. */
const freshLook = () => ({ filter: 'all' as RowFilter, kind: 'all', query: '', charts: false, scroll: 0, selected: [] as string[] })

/** Mirrors the batch that is shown: its head, its rows by id, and their order. Every change goes by command. */
export const useBatch = defineStore('batch', () => {
  const ui = useUi()
  const head = shallowRef<BatchHead | null>(null)
  const byId = shallowReactive(new Map<string, BatchRow>())
  const order = shallowRef<string[]>([])
  const rows = computed(() => order.value.flatMap((id) => byId.get(id) ?? []))
  const summaries = shallowRef<BatchSummary[]>([])
  /** Files looked at while a sheet is being made; null while none is. */
  const looking = ref<{ done: number; total: number } | null>(null)
  /** Interrupted batches that are offered for resuming, once a start. */
  const interrupted = computed(() => summaries.value.filter((one) => one.state === 'stopped' && one.ended < one.total && !dismissed.value.includes(one.id)))
  const dismissed = ref<string[]>([])
  const look = reactive(freshLook())
  /** What the recipe files that were applied are called, by their content. */
  const recipeNames = reactive(new Map<string, string>())
  const history = useHistory(carry)

  on('batch.changed', apply)
  on('batch.looking', (progress) => {
    if (looking.value !== null) looking.value = progress
  })

  function apply(change: BatchChange): void {
    if (head.value?.id !== change.head.id || change.head.revision < head.value.revision) return
    const before = head.value.state
    // What has run went by these edits: taking one back would throw its result away.
    if (before !== 'running' && change.head.state === 'running') history.clear()
    for (const row of change.rows) byId.set(row.id, row)
    if (change.order !== null) order.value = change.order
    head.value = change.head
    if (before !== 'done' && change.head.state === 'done') {
      const { counts, total } = change.head
      ui.announce(t('batch.announceDone', { pass: counts.pass, total }))
    }
  }
  function show(snapshot: BatchSnapshot): void {
    const { rows: all, ...rest } = snapshot
    if (head.value?.id !== rest.id) {
      history.clear()
      Object.assign(look, freshLook())
    }
    byId.clear()
    for (const row of all) byId.set(row.id, row)
    order.value = all.map((row) => row.id)
    head.value = rest
    ui.go('batch')
  }
  /** Makes a sheet of files and folders; more of them go into a plan that is open and not yet run. */
  async function openPaths(paths: string[]): Promise<void> {
    looking.value = { done: 0, total: 0 }
    ui.go('batch')
    ui.clearErrors()
    try {
      const adding = head.value?.state === 'plan' && !paths.some((path) => path.endsWith('.json'))
      show(adding && head.value !== null ? await call('batch.add', { id: head.value.id, paths }) : await call('batch.create', { paths }))
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'CANCELLED')) ui.report(error)
    } finally {
      looking.value = null
    }
  }
  async function open(folder: string): Promise<void> {
    await ui.attempt(async () => show(await call('batch.open', { folder })))
  }
  async function list(): Promise<void> {
    summaries.value = await call('batch.list', {})
  }
  function leave(): void {
    head.value = null
    byId.clear()
    order.value = []
    history.clear()
    void ui.attempt(list)
  }
  const withId = async (work: (id: string) => Promise<unknown>): Promise<void> => {
    const id = head.value?.id
    if (id !== undefined) await ui.attempt(() => work(id))
  }
  const act = (action: BatchAction, ids: string[] = []): Promise<void> => withId((id) => call('batch.act', { id, action, rows: ids }))
  /** Sets rows that are not at work; what they had can be taken back. @throws ApiError */
  async function set(ids: string[], change: RowEdit): Promise<Step> {
    const id = head.value?.id ?? ''
    const rows = ids.flatMap((one) => byId.get(one) ?? []).filter((row) => row.state !== 'running')
    const back = inverseOf(rows, change)
    const answer = await call('batch.edit', { id, rows: rows.map((row) => row.id), edit: change })
    for (const row of answer.rows) byId.set(row.id, row)
    return back
  }
  /** As `set`, and the step can be undone. @throws ApiError where the value is refused */
  async function change(ids: string[], what: RowEdit): Promise<void> {
    if (ids.length > 0) history.note(await set(ids, what))
  }
  async function edit(ids: string[], what: RowEdit): Promise<void> {
    await ui.attempt(() => change(ids, what))
  }
  /** Rows that get each its own, as one step. */
  async function editEach(edits: Array<{ rows: string[]; edit: RowEdit }>): Promise<void> {
    const back = edits.length === 0 ? null : await carry({ edits })
    if (back !== null) history.note(back)
  }
  /** Carries a step out; what undoes it, or null where it was refused. */
  async function carry(step: Step): Promise<Step | null> {
    const back = await ui.attempt(async (): Promise<Step> => {
      if ('order' in step) {
        const before = order.value
        await placeRows(step.order)
        return { order: before }
      }
      const edits = []
      for (const one of step.edits) {
        const undo = await set(one.rows, one.edit)
        if ('edits' in undo) edits.push(...undo.edits)
      }
      return { edits }
    })
    return back ?? null
  }
  const configure = (change: { name?: string; recipe?: Recipe; limits?: BatchLimits }): Promise<void> =>
    withId((id) => call('batch.configure', { id, ...change }))
  async function placeRows(next: string[]): Promise<void> {
    await call('batch.order', { id: head.value?.id ?? '', order: next })
    order.value = next
  }
  async function setOrder(next: string[]): Promise<void> {
    const before = order.value
    await ui.attempt(async () => {
      await placeRows(next)
      history.note({ order: before })
    })
  }
  const stopLooking = (): Promise<unknown> => ui.attempt(() => call('batch.cancelLooking', {}))
  const save = (format: ExportFormat): Promise<void> => withId((id) => call('batch.export', { id, format }))

  return {
    head,
    rows,
    summaries,
    looking,
    interrupted,
    dismissed,
    look,
    recipeNames,
    canUndo: history.canUndo,
    canRedo: history.canRedo,
    undo: history.undo,
    redo: history.redo,
    openPaths,
    stopLooking,
    open,
    list,
    leave,
    act,
    change,
    edit,
    editEach,
    configure,
    setOrder,
    save,
  }
})
