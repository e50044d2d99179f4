import { BrowserWindow, screen } from 'electron'
import type { Settings } from '../../../contract/settings'
import { hardenedPreferences } from '../security/web-preferences'
import { indexUrl } from '../security/app-protocol'
import { smallest, startSize } from './window-state'

export interface MainWindowOptions {
  preload: string
  icon: string
  dark: boolean
  remembered: Settings['window']
}

/** The `chrome` token of each theme: what is seen until the page paints. */
const background = { light: '#F3F4F6', dark: '#14161A' }
export const backgroundOf = (dark: boolean): string => (dark ? background.dark : background.light)

/** The one window: frameless, since the page draws its own title bar; on a Mac the system's buttons stay. */
export function createMainWindow({ preload, icon, dark, remembered }: MainWindowOptions): BrowserWindow {
  const size = startSize(remembered, screen.getPrimaryDisplay().workAreaSize)
  const mac = process.platform === 'darwin'
  const window = new BrowserWindow({
    ...size,
    minWidth: Math.min(smallest.width, size.width),
    minHeight: Math.min(smallest.height, size.height),
    show: false,
    title: 'Enginesmith',
    backgroundColor: backgroundOf(dark),
    ...(mac ? { titleBarStyle: 'hidden', trafficLightPosition: { x: 12, y: 11 } } : { frame: false, icon }),
    webPreferences: hardenedPreferences(preload),
  })
  window.setMenu(null)
  window.once('ready-to-show', () => {
    if (remembered?.maximized) window.maximize()
    window.show()
  })
  void window.loadURL(indexUrl)
  return window
}

/** The window's size as it is to be remembered: its ordinary one, even while it is maximized. */
export function rememberedState(window: BrowserWindow): NonNullable<Settings['window']> {
  const { width, height } = window.getNormalBounds()
  return { width, height, maximized: window.isMaximized() }
}

export function controlWindow(window: BrowserWindow, action: 'minimize' | 'maximize' | 'close'): void {
  if (action === 'close') window.close()
  else if (action === 'minimize') window.minimize()
  else if (window.isMaximized()) window.unmaximize()
  else window.maximize()
}
