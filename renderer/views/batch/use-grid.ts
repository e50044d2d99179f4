import { computed, nextTick, reactive, ref, type Ref } from 'vue'
import type { BatchRow } from '../../../contract/batch'
import type { Column, ColumnKey } from './columns'

export interface GridOptions {
  rows: () => readonly BatchRow[]
  columns: () => readonly Column[]
  selected: Ref<string[]>
  /** Brings a row into the part that is drawn. */
  show: (index: number) => void
  page: () => number
  root: () => HTMLElement | undefined
}

/** The one cell that has the focus, and the rows that are chosen: arrows, Shift and Ctrl as in any table of figures. */
export function useGrid({ rows, columns, selected, show, page, root }: GridOptions) {
  /** `row` null: the head. */
  const at = reactive<{ row: string | null; column: ColumnKey }>({ row: '', column: 'file' })
  /** Where a range begins that Shift draws. */
  const anchor = ref<string | null>(null)

  const rowIndex = computed(() =>
    at.row === null
      ? -1
      : Math.max(
          0,
          rows().findIndex((row) => row.id === at.row),
        ),
  )
  const columnIndex = computed(() =>
    Math.max(
      0,
      columns().findIndex((column) => column.key === at.column),
    ),
  )
  const row = computed(() => (rowIndex.value < 0 ? undefined : rows()[rowIndex.value]))
  const column = computed(() => columns()[columnIndex.value])
  const isAt = (id: string | null, key: ColumnKey): boolean =>
    column.value?.key === key && (id === null ? rowIndex.value < 0 || rows().length === 0 : row.value?.id === id)

  async function focus(): Promise<void> {
    await nextTick()
    const cell = root()?.querySelector<HTMLElement>('[data-at=true]')
    cell?.focus({ preventScroll: true })
    cell?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' })
  }
  function place(index: number, key: ColumnKey): void {
    const last = rows().length - 1
    at.row = index < 0 ? null : (rows()[Math.min(index, last)]?.id ?? null)
    at.column = key
    show(Math.min(index, last))
  }
  function go(index: number, key: ColumnKey): Promise<void> {
    place(index, key)
    return focus()
  }
  const sideways = (by: number): ColumnKey => columns()[Math.min(Math.max(0, columnIndex.value + by), columns().length - 1)]?.key ?? 'file'

  function toggle(id: string): void {
    selected.value = selected.value.includes(id) ? selected.value.filter((one) => one !== id) : [...selected.value, id]
    anchor.value = id
  }
  /** The rows between the anchor and this one, and no others. */
  function extend(index: number): void {
    const from = rows().findIndex((one) => one.id === (anchor.value ?? row.value?.id))
    if (from < 0) return
    anchor.value = rows()[from]?.id ?? null
    selected.value = rows()
      .slice(Math.min(from, index), Math.max(from, index) + 1)
      .map((one) => one.id)
  }
  function choose(id: string, event: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>): void {
    const index = rows().findIndex((one) => one.id === id)
    if (event.shiftKey) extend(index)
    else if (event.ctrlKey || event.metaKey) toggle(id)
    else anchor.value = id
  }

  /** Keys that move and choose; false for any other. */
  function move(event: KeyboardEvent): boolean {
    const here = rowIndex.value
    const last = rows().length - 1
    const whole = event.ctrlKey || event.metaKey
    const rowsBy: Partial<Record<string, number>> = {
      ArrowDown: whole ? last : here + 1,
      ArrowUp: whole ? 0 : here - 1,
      PageDown: here + page(),
      PageUp: Math.max(0, here - page()),
    }
    const next = rowsBy[event.key]
    if (next !== undefined) {
      const index = Math.max(-1, Math.min(next, last))
      if (event.shiftKey && index >= 0) extend(index)
      void go(index, column.value?.key ?? 'file')
      return true
    }
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') void go(here, sideways(event.key === 'ArrowLeft' ? -1 : 1))
    else if (event.key === 'Home') void go(whole ? 0 : here, columns()[0]?.key ?? 'file')
    else if (event.key === 'End') void go(whole ? last : here, columns().at(-1)?.key ?? 'file')
    else if (event.key === ' ' && row.value) toggle(row.value.id)
    else if (event.key === 'a' && whole) selected.value = rows().map((one) => one.id)
    else if (event.key === 'Escape' && selected.value.length > 0) selected.value = []
    else return false
    return true
  }
  return { at, row, column, rowIndex, columnIndex, isAt, place, go, focus, choose, toggle, move }
}
