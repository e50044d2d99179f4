import { onBeforeUnmount, onMounted } from 'vue'

/** Every key of the app in one table. `Ctrl` is Command on a Mac. */
export const keymap = {
  search: 'Ctrl+k',
  newRun: 'Ctrl+n',
  openFile: 'Ctrl+o',
  openFolder: 'Ctrl+Shift+o',
  rail1: 'Ctrl+1',
  rail2: 'Ctrl+2',
  rail3: 'Ctrl+3',
  rail4: 'Ctrl+4',
  rail5: 'Ctrl+5',
  rail6: 'Ctrl+6',
  settings: 'Ctrl+,',
  stage1: 'Alt+1',
  stage2: 'Alt+2',
  stage3: 'Alt+3',
  stage4: 'Alt+4',
  primary: 'Ctrl+Enter',
  cancel: 'Escape',
  undo: 'Ctrl+z',
  redo: 'Ctrl+Shift+z',
  inspector: 'Ctrl+i',
  log: 'Ctrl+j',
  find: 'Ctrl+f',
  findNext: 'F3',
  findPrevious: 'Shift+F3',
  compare: 'Ctrl+d',
  copyHash: 'Ctrl+Shift+c',
  lookAgain: 'F5',
} as const
export type ActionName = keyof typeof keymap

/** What an action does; `false` hands the key on to whoever registered before, then to the browser. */
export type ActionHandler = () => unknown

const handlers = new Map<ActionName, ActionHandler[]>()
const byKey = new Map<string, ActionName>(Object.entries(keymap).map(([name, key]) => [key.toLowerCase(), name as ActionName]))

/** Registers a handler while the component is mounted; the one that was mounted last is asked first. */
export function useAction(name: ActionName, handler: ActionHandler): void {
  let remove: (() => void) | undefined
  onMounted(() => (remove = addAction(name, handler)))
  onBeforeUnmount(() => remove?.())
}

export function addAction(name: ActionName, handler: ActionHandler): () => void {
  const list = handlers.get(name) ?? []
  handlers.set(name, list)
  list.push(handler)
  return () => {
    const i = list.lastIndexOf(handler)
    if (i >= 0) list.splice(i, 1)
  }
}

/** Runs an action by name, as the palette does; false where nobody took it. */
export function runAction(name: ActionName): boolean {
  const list = handlers.get(name) ?? []
  for (let i = list.length - 1; i >= 0; i--) if (list[i]?.() !== false) return true
  return false
}

/** The name of a key press in the form of the table: `ctrl+shift+o`. Digits go by position: Alt changes their character on some layouts. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const digit = /^Digit(\d)$/.exec(event.code)?.[1]
  const key = digit ?? event.key.toLowerCase()
  const parts = [event.ctrlKey || event.metaKey ? 'ctrl' : '', event.altKey ? 'alt' : '', event.shiftKey ? 'shift' : '', key]
  return parts.filter(Boolean).join('+')
}

/** Listens on the window, after the controls: a control that took a key keeps it, and an open menu keeps its Esc. */
export function installKeys(): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return
    const name = byKey.get(keyOf(event))
    if (name === 'cancel' && document.querySelector('.n-base-selection--active')) return
    if (name && runAction(name)) event.preventDefault()
  }
  window.addEventListener('keydown', listener)
  return () => window.removeEventListener('keydown', listener)
}
