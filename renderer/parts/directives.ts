import type { Directive } from 'vue'

/** Gives Naive UI's controls the role and the name that they leave out: NSelect, NProgress, NInput, NInputNumber, NSwitch. */
export const vName: Directive<HTMLElement, string> = {
  mounted: (element, binding) => applyName(element, binding.value),
  updated: (element, binding) => applyName(element, binding.value),
}

function applyName(element: HTMLElement, name: string): void {
  if (element.getAttribute('role') === 'progressbar') {
    element.setAttribute('aria-label', name)
    return
  }
  const selection = element.querySelector<HTMLElement>('.n-base-selection-label, .n-base-selection-tags')
  if (selection) {
    nameSelect(element, selection, name)
    return
  }
  const input = element.querySelector<HTMLElement>('input,textarea')
  ;(input ?? element).setAttribute('aria-label', name)
}

function nameSelect(element: HTMLElement, selection: HTMLElement, name: string): void {
  const target = selection.querySelector<HTMLElement>('input') ?? selection
  target.setAttribute('role', 'combobox')
  target.setAttribute('aria-haspopup', 'listbox')
  target.setAttribute('aria-label', name)
  target.setAttribute('aria-expanded', String(element.querySelector('.n-base-selection--active') !== null))
  if (!target.hasAttribute('tabindex')) target.tabIndex = 0
}

/** NDataTable's selection boxes have no name: each gets its row's cell number `cell`, the one in the head `all`. */
export const vRows: Directive<HTMLElement, { all: string; cell: number }> = {
  mounted: (element, binding) => nameRows(element, binding.value),
  updated: (element, binding) => nameRows(element, binding.value),
}

function nameRows(element: HTMLElement, names: { all: string; cell: number }): void {
  requestAnimationFrame(() => {
    for (const box of element.querySelectorAll<HTMLElement>('[role=checkbox]')) {
      const row = box.closest('tbody tr')
      box.removeAttribute('aria-labelledby')
      box.setAttribute('aria-label', row ? (row.children[names.cell]?.textContent?.trim() ?? '') : names.all)
    }
  })
}
