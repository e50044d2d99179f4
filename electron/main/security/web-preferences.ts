import type { WebPreferences } from 'electron'

/** All of them are Electron's defaults today; written down so that a changed default changes nothing here. */
export function hardenedPreferences(preload: string): WebPreferences {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    // A file dropped beside the drop zone must not replace the page.
    navigateOnDragDrop: false,
    spellcheck: false,
    disableDialogs: true,
  }
}
