import type { App } from 'electron'

/**
 * Every page is sandboxed, whatever a window or a switch asks for; must be called before the app is ready. The one
 * exception is root with `--no-sandbox`, which only our scripts pass: Chromium has no sandbox for root, and asking for
 * it there would end every process of the app at its start.
 */
export function enableSandbox(app: { enableSandbox: App['enableSandbox']; commandLine: Pick<App['commandLine'], 'hasSwitch'> }, isRoot: boolean): boolean {
  if (isRoot && app.commandLine.hasSwitch('no-sandbox')) return false
  app.enableSandbox()
  return true
}
