import type { App } from 'electron'

/** Every page is sandboxed, whatever a window asks for; must be called before the app is ready. */
export function enableSandbox(app: Pick<App, 'enableSandbox'>): void {
  app.enableSandbox()
}
