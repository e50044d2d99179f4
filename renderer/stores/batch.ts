import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import type { BatchAction, BatchChange, BatchHead, BatchLimits, BatchRow, BatchSnapshot, BatchSummary, ExportFormat, RowEdit } from '../../contract/batch'
import type { Recipe } from '../../contract/recipe'
import { call, on } from '../api'
import { t } from '../i18n'
import { useUi } from './ui'

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

  on('batch.changed', apply)
  on('batch.looking', (progress) => {
    if (looking.value !== null) looking.value = progress
  })

  function apply(change: BatchChange): void {
    if (head.value?.id !== change.head.id || change.head.revision < head.value.revision) return
    const before = head.value.state
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
      ui.report(error)
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
    void ui.attempt(list)
  }
  const withId = async (work: (id: string) => Promise<unknown>): Promise<void> => {
    const id = head.value?.id
    if (id !== undefined) await ui.attempt(() => work(id))
  }
  const act = (action: BatchAction, ids: string[] = []): Promise<void> => withId((id) => call('batch.act', { id, action, rows: ids }))
  const edit = (ids: string[], change: RowEdit): Promise<void> => withId((id) => call('batch.edit', { id, rows: ids, edit: change }))
  const configure = (change: { name?: string; recipe?: Recipe; limits?: BatchLimits }): Promise<void> =>
    withId((id) => call('batch.configure', { id, ...change }))
  const setOrder = (next: string[]): Promise<void> => withId((id) => call('batch.order', { id, order: next }))
  const save = (format: ExportFormat): Promise<void> => withId((id) => call('batch.export', { id, format }))

  return {
    head,
    rows,
    summaries,
    looking,
    interrupted,
    dismissed,
    openPaths,
    open,
    list,
    leave,
    act,
    edit,
    configure,
    setOrder,
    save,
  }
})
