import type { App, WebContents } from 'electron'
import { indexUrl } from './app-protocol'

/** The page stays where it is: no navigation, redirect, frame, new window or webview. Reloading itself is not a navigation elsewhere. */
export function lockNavigation(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  contents.on('will-navigate', (event) => {
    if (event.url !== indexUrl) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || event.url !== indexUrl) event.preventDefault()
  })
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** For every page that is ever made. */
export function lockAllNavigation(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_event, contents) => lockNavigation(contents))
}
