import { computed, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

export const rowHeight = 34
/** Rows kept ready above and below what is seen. */
const spare = 12
/** Where nothing is measured yet. */
const assumedHeight = 640

/** The rows of a long table that are in sight: the others are space. */
export function useWindow(scroller: Ref<HTMLElement | undefined>, length: () => number) {
  const top = ref(0)
  const height = ref(assumedHeight)
  const observer = new ResizeObserver(measure)
  function measure(): void {
    top.value = scroller.value?.scrollTop ?? 0
    height.value = scroller.value?.clientHeight || assumedHeight
  }
  onMounted(() => {
    if (scroller.value) observer.observe(scroller.value)
    measure()
  })
  onBeforeUnmount(() => observer.disconnect())

  const from = computed(() => Math.max(0, Math.min(Math.floor(top.value / rowHeight) - spare, length() - 1)))
  const to = computed(() => Math.min(length(), Math.ceil((top.value + height.value) / rowHeight) + spare))
  /** Scrolls so far that the row stands wholly below the head. */
  function show(index: number): void {
    const element = scroller.value
    if (!element || index < 0) return
    const room = height.value - 2 * rowHeight
    if (index * rowHeight < element.scrollTop) element.scrollTop = index * rowHeight
    else if (index * rowHeight > element.scrollTop + room) element.scrollTop = index * rowHeight - room
    measure()
  }
  return { from, to, measure, show, page: () => Math.max(1, Math.floor(height.value / rowHeight) - 2) }
}
