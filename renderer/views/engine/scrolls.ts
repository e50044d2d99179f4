import type { Directive } from 'vue'

/** NDataTable's virtual list scrolls but takes no focus: with it, the keys scroll too. */
export const vScrolls: Directive<HTMLElement, string> = {
  mounted: (element, { value }) => focusable(element, value),
  updated: (element, { value }) => focusable(element, value),
}

function focusable(element: HTMLElement, name: string): void {
  const list = element.querySelector<HTMLElement>('.v-vl')
  if (list === null) return
  list.tabIndex = 0
  list.setAttribute('role', 'region')
  list.setAttribute('aria-label', name)
}
