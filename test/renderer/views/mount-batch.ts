import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { nextTick } from 'vue'
import type { BatchRow, BatchSnapshot, RowEdit } from '../../../contract/batch'
import { commands, type CommandInput, type CommandName } from '../../../contract/ipc'
import { vName, vRows } from '../../../renderer/parts/directives'
import { installKeys } from '../../../renderer/shell/keys'
import { useBatch } from '../../../renderer/stores/batch'
import { useSettings } from '../../../renderer/stores/settings'
import Batch from '../../../renderer/views/Batch.vue'
import { setUpBridge, type FakeMain } from '../bridge'

export interface MountedBatch {
  wrapper: VueWrapper
  main: FakeMain
  inputs: <N extends CommandName>(name: N) => Array<CommandInput<N>>
  cell: (row: string, column: string) => ReturnType<VueWrapper['find']>
  /** The text of the cell that has the focus, and where it is. */
  focused: () => { row: string; column: string }
  /** Presses a key where the focus is. */
  press: (key: string, more?: KeyboardEventInit) => Promise<void>
  /** Main says that the batch changed. */
  push: (snapshot: BatchSnapshot) => Promise<void>
  end: () => void
}

/** The Batch view in the document, over a batch (or none), with main played by answers that keep what is edited. */
export async function mountBatch(
  snapshot: BatchSnapshot | null,
  patchOf: (edit: RowEdit, row: BatchRow) => Partial<BatchRow> = () => ({}),
): Promise<MountedBatch> {
  const main = setUpBridge()
  let rows = snapshot?.rows ?? []
  main.answer('batch.list', () => [])
  main.answer('batch.open', () => snapshot)
  main.answer('batch.act', () => ({}))
  main.answer('batch.order', () => ({}))
  main.answer('batch.configure', () => ({}))
  main.answer('batch.export', () => ({ path: null }))
  main.answer('batch.edit', (input: CommandInput<'batch.edit'>) => {
    const { rows: ids, edit } = commands['batch.edit'].input.parse(input)
    rows = rows.map((row) => (ids.includes(row.id) ? { ...row, ...patchOf(edit, row) } : row))
    return { rows: rows.filter((row) => ids.includes(row.id)) }
  })
  const settings = useSettings()
  settings.value = main.settings
  const batch = useBatch()
  if (snapshot) await batch.open(snapshot.folder)
  const wrapper = mount(Batch, { attachTo: document.body, global: { directives: { name: vName, rows: vRows }, stubs: { Chart: true } } })
  const uninstall = installKeys()
  await flushPromises()
  return {
    wrapper,
    main,
    inputs: (name) => main.calls.filter((entry) => entry.name === name).map((entry) => entry.input as never),
    cell: (row, column) => wrapper.find(`#row-${row} [data-column="${column}"]`),
    focused: () => {
      const cell = document.activeElement?.closest('[data-column]')
      return { row: cell?.parentElement?.id.replace('row-', '') ?? '', column: cell?.getAttribute('data-column') ?? '' }
    },
    press: async (key, more = {}) => {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
      await flushPromises()
      await nextTick()
    },
    push: async (next) => {
      const { rows: all, ...head } = next
      main.send('batch.changed', { head, rows: all, order: all.map((row) => row.id) })
      await flushPromises()
    },
    end: () => {
      uninstall()
      wrapper.unmount()
      document.body.innerHTML = ''
    },
  }
}
