import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { visibleRange } from './rows'

/** A long table of which only the rows in sight are drawn. */
export interface RowsInView<T> {
  range: ComputedRef<{ from: number; to: number }>
  drawn: ComputedRef<readonly T[]>
  /** Of the box that scrolls. */
  onScroll: (event: Event) => void
}

/** @param height pixels of the box before it was first scrolled */
export function useRowsInView<T>(rows: Ref<readonly T[]>, { rowHeight, height }: { rowHeight: number; height: number }): RowsInView<T> {
  const scroll = ref({ top: 0, height })
  const range = computed(() => visibleRange(rows.value.length, scroll.value.top, scroll.value.height, rowHeight))
  return {
    range,
    drawn: computed(() => rows.value.slice(range.value.from, range.value.to)),
    onScroll: ({ currentTarget }) => {
      if (currentTarget instanceof HTMLElement) scroll.value = { top: currentTarget.scrollTop, height: currentTarget.clientHeight }
    },
  }
}
