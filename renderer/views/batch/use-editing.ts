import { computed, ref, shallowRef, type ComputedRef } from 'vue'
import type { BatchRow, RowEdit } from '../../../contract/batch'
import { call } from '../../api'
import { t } from '../../i18n'
import { count } from '../../i18n/format'
import { useBatch } from '../../stores/batch'
import { useUi } from '../../stores/ui'
import type { Column } from './columns'
import { confirmTyped } from './classes'
import { applyRecipeFile, canEdit, type Choice, type Editor } from './editors'
import { chooseRecipe } from './recipes'
import { together } from './state'
import type { useGrid } from './use-grid'

export type Then = 'down' | 'next' | 'previous' | 'all' | 'stay'

/** Editing in place: one cell is open at most, and what is refused keeps it open with the reason. */
export function useEditing(
  grid: ReturnType<typeof useGrid>,
  rows: () => readonly BatchRow[],
  columns: ComputedRef<Column[]>,
  selected: () => readonly string[],
) {
  const batch = useBatch()
  const ui = useUi()
  const open = shallowRef<{ row: string; editor: Editor; options: Choice[]; label: string; start: string } | null>(null)
  const refused = ref<string | null>(null)
  const common = computed(() => batch.head!.recipe)
  const editable = (row: BatchRow | undefined, column: Column | undefined): Editor | null =>
    row !== undefined && canEdit(row, column?.editor) ? (column?.editor ?? null) : null
  const editor = computed(() => editable(grid.row.value, grid.column.value))

  /** Opens the cell that has the focus; `typed` begins it anew. */
  function begin(typed?: string): boolean {
    const { row, column } = grid
    if (!editor.value || !row.value || !column.value) return false
    refused.value = null
    if (editor.value.kind === 'toggle') {
      void batch.edit([row.value.id], { excluded: !row.value.excluded })
      return true
    }
    const label = t('batch.editCell', { column: column.value.title, name: row.value.name })
    const options = editor.value.kind === 'choice' ? editor.value.options(row.value) : []
    open.value = { row: row.value.id, editor: editor.value, options, label, start: typed ?? editor.value.text(row.value, common.value) }
    return true
  }
  function cancel(): void {
    open.value = null
    refused.value = null
    void grid.focus()
  }
  /** Rows that an edit goes to: this one, or with Ctrl all that are chosen. */
  function targetsOf(id: string, all: boolean): string[] {
    const { column } = grid
    if (!all || !selected().includes(id)) return [id]
    return rows()
      .filter((row) => selected().includes(row.id) && editable(row, column.value) !== null)
      .map((row) => row.id)
  }
  async function commit(text: string, then: Then): Promise<void> {
    const now = open.value
    const row = rows().find(({ id }) => id === now?.row)
    if (now === null || row === undefined) return cancel()
    if (now.editor.kind === 'choice' && text === applyRecipeFile) {
      open.value = null
      return chooseRecipe(targetsOf(row.id, true))
    }
    const unchanged = text === now.editor.text(row, common.value) && then !== 'all'
    const parsed = now.editor.parse(text)
    if ('refused' in parsed) refused.value = parsed.refused
    else if (!unchanged) {
      const ids = targetsOf(row.id, then === 'all')
      refused.value = await attempt(ids, parsed.edit)
      const edited = rows().filter(({ id }) => ids.includes(id))
      if (refused.value === null) await confirmTyped(parsed.edit, edited, common.value)
    }
    if (refused.value !== null) return
    open.value = null
    const here = grid.rowIndex.value
    if (then === 'down') return grid.go(Math.min(here + 1, rows().length - 1), grid.at.column)
    if (then === 'next' || then === 'previous') return beside(then === 'next' ? 1 : -1)
    await grid.focus()
  }
  async function attempt(ids: string[], edit: RowEdit): Promise<string | null> {
    try {
      await batch.change(ids, edit)
      return null
    } catch (error) {
      const { text, remedy } = ui.told(error)
      return [text, remedy ?? ''].join(' ').trim()
    }
  }
  /** The next cell that can be edited, in this row or the one after it. */
  async function beside(by: 1 | -1): Promise<void> {
    const width = columns.value.length
    let at = grid.rowIndex.value * width + grid.columnIndex.value
    for (at += by; at >= 0 && at < rows().length * width; at += by) {
      const row = rows()[Math.floor(at / width)]
      const column = columns.value[at % width]
      if (column === undefined || editable(row, column) === null) continue
      await grid.go(Math.floor(at / width), column.key)
      if (column.editor?.kind !== 'toggle') begin()
      return
    }
    await grid.focus()
  }
  async function browse(): Promise<void> {
    const now = open.value
    open.value = null
    const answer = await ui.attempt(() => call('dialog.open', { kind: 'npz' }))
    const parsed = answer?.path == null ? undefined : now?.editor.parse(answer.path)
    if (now && parsed && 'edit' in parsed) await batch.edit([now.row], parsed.edit)
    await grid.focus()
  }

  /** Gives the cell of one row to others; rows without such a cell stay as they are. */
  async function copyTo(from: BatchRow, to: readonly BatchRow[]): Promise<void> {
    const { column } = grid
    const own = column.value?.editor
    if (own === undefined || !from.model) return
    const others = to.filter((row) => row.id !== from.id && editable(row, column.value) !== null)
    if (others.length === 0) return
    await batch.editEach(together(others.map((row) => [row.id, own.copy(from, common.value, row)])))
    ui.announce(t('batch.filled', { n: others.length, count: count(others.length), column: column.value?.title ?? '' }))
  }
  /** From the first chosen row to the others; where none are chosen, from the row above. */
  async function fillDown(): Promise<void> {
    const chosen = rows().filter((row) => selected().includes(row.id))
    const above = rows()[grid.rowIndex.value - 1]
    const [from, ...to] = chosen.length > 1 ? chosen : above && grid.row.value ? [above, grid.row.value] : []
    if (from) await copyTo(from, to)
  }
  async function clear(): Promise<void> {
    if (!editor.value || !grid.row.value) return
    await batch.edit(targetsOf(grid.row.value.id, true), editor.value.clear)
  }
  return { open, refused, editor, editable, begin, cancel, commit, browse, fillDown, copyTo, clear }
}
