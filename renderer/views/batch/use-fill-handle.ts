import { ref, type Ref } from 'vue'
import type { BatchRow } from '../../../contract/batch'
import type { useGrid } from './use-grid'
import { rowHeight } from './use-window'

/** The little square at the corner of a cell: pulled over rows, it gives them what the cell says. */
export function useFillHandle(
  scroller: Ref<HTMLElement | undefined>,
  rows: () => readonly BatchRow[],
  grid: ReturnType<typeof useGrid>,
  copyTo: (from: BatchRow, to: readonly BatchRow[]) => Promise<void>,
) {
  /** Places of the first and the last row that it is pulled over. */
  const range = ref<[number, number] | null>(null)

  const indexAt = (event: PointerEvent): number => {
    const box = scroller.value
    if (!box) return -1
    // The head is one row high and stays.
    const y = event.clientY - box.getBoundingClientRect().top - rowHeight + box.scrollTop
    return Math.max(0, Math.min(rows().length - 1, Math.floor(y / rowHeight)))
  }
  function begin(down: PointerEvent): void {
    const from = grid.rowIndex.value
    const source = rows()[from]
    const target = down.currentTarget
    if (!(target instanceof HTMLElement) || source === undefined) return
    target.setPointerCapture(down.pointerId)
    const over = (event: PointerEvent): void => {
      const to = indexAt(event)
      range.value = [Math.min(from, to), Math.max(from, to)]
    }
    const end = (event: PointerEvent): void => {
      target.removeEventListener('pointermove', over)
      const [first, last] = range.value ?? [from, from]
      range.value = null
      if (event.type === 'pointerup') void copyTo(source, rows().slice(first, last + 1))
    }
    target.addEventListener('pointermove', over)
    for (const name of ['pointerup', 'pointercancel'] as const) target.addEventListener(name, end, { once: true })
  }
  const covers = (index: number): boolean => range.value !== null && index >= range.value[0] && index <= range.value[1]
  return { begin, covers }
}
