import type { App, BrowserWindow } from 'electron'

/** A page that dies this often within the time is left as it is: reloading would go on for ever. */
const reloadLimit = 3
const reloadWindowMs = 60_000

/** Whether one more reload is sensible, given when the earlier ones were. */
export function mayReload(earlier: readonly number[], now: number): boolean {
  return earlier.filter((at) => now - at < reloadWindowMs).length < reloadLimit
}

/** A dead page comes back: main holds the truth, so a reload loses nothing. */
export function reviveWindow(window: BrowserWindow, log: (text: string) => void): void {
  const reloads: number[] = []
  window.webContents.on('render-process-gone', (_event, details) => {
    log(`the page's process is gone: ${details.reason}, exit code ${details.exitCode}`)
    if (details.reason === 'clean-exit' || window.isDestroyed() || !mayReload(reloads, Date.now())) return
    reloads.push(Date.now())
    window.webContents.reload()
  })
  window.on('unresponsive', () => log('the page does not answer'))
  window.on('responsive', () => log('the page answers again'))
}

export function logChildExits(app: Pick<App, 'on'>, log: (text: string) => void): void {
  app.on('child-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit') log(`process gone: ${details.type} ${details.name ?? ''} ${details.reason}, exit code ${details.exitCode}`)
  })
}
