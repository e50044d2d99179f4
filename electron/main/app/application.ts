import { app, type BrowserWindow, clipboard, ipcMain, nativeTheme, protocol, session, shell } from 'electron'
import type { Settings } from '../../../contract/settings'
import { createSettingsStore } from '../../core/store/settings'
import { registerCommands, type Handlers } from '../ipc/register'
import { createSender } from '../ipc/send'
import { documentHandlers } from '../ipc/handlers/documents'
import { runHandlers } from '../ipc/handlers/runs'
import { settingsHandlers } from '../ipc/handlers/settings'
import { systemHandlers } from '../ipc/handlers/system'
import { toolchainHandlers } from '../ipc/handlers/toolchain'
import { appScheme, createAppHandler } from '../security/app-protocol'
import { lockAllNavigation } from '../security/navigation'
import { blockNetwork } from '../security/network'
import { denyPermissions } from '../security/permissions'
import { logChildExits, reviveWindow } from '../windows/crashes'
import { backgroundOf, createMainWindow, rememberedState } from '../windows/main-window'
import { parseArguments } from './arguments'
import { lazyCore } from './core'
import { askClose, askOpen, askSave } from './dialogs'
import { createAppLog, describeFault } from './log'
import { OpenRuns } from './open-runs'
import type { AppPaths } from './paths'
import { sampleFile, sampleRecipe } from './sample'
import { textsFor } from './texts'

export interface ApplicationOptions {
  paths: AppPaths
  dataFolder: string
  /** Files and run folders that this start was given. */
  openFirst: string[]
}

/** How long a run may take to stop, and the processes to end, once the window is to be closed. */
const closingMs = 6_000

/** The app with its window: everything is made here and handed to what needs it. */
export async function startApplication({ paths, dataFolder, openFirst }: ApplicationOptions): Promise<void> {
  const log = createAppLog(dataFolder).write
  const core = lazyCore({ paths, dataFolder, version: app.getVersion() })
  const early = createSettingsStore(dataFolder).current()
  const settings = (): Settings => core.made()?.settings() ?? early
  const systemLanguage = (): string => app.getPreferredSystemLanguages()[0] ?? app.getLocale()
  const texts = (): ReturnType<typeof textsFor> => textsFor(settings().language, systemLanguage())
  let window: BrowserWindow | null = null
  let waiting = openFirst
  let listening = false
  const send = createSender(() => window?.webContents ?? null)
  const runs = new OpenRuns(core.get, send, log)

  process.on('uncaughtException', (error) => log(`uncaught: ${describeFault(error)}`))
  process.on('unhandledRejection', (reason) => log(`unhandled: ${describeFault(reason)}`))
  logChildExits(app, log)
  lockAllNavigation(app)
  nativeTheme.themeSource = early.theme

  const openPaths = (given: string[]): void => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
    if (given.length === 0) return
    if (listening) send('app.openPaths', { paths: given })
    else waiting = [...waiting, ...given]
  }
  app.on('second-instance', (_event, argv, cwd) => openPaths(parseArguments(argv, cwd, app.isPackaged ? null : app.getAppPath()).paths))
  app.on('open-file', (event, file) => {
    event.preventDefault()
    openPaths([file])
  })

  const theWindow = (): BrowserWindow => {
    if (!window) throw new Error('There is no window')
    return window
  }
  const handlers: Handlers = {
    ...systemHandlers({
      info: () => ({
        version: app.getVersion(),
        electron: process.versions['electron'] ?? '',
        platform: process.platform,
        systemLanguage: systemLanguage(),
        dark: nativeTheme.shouldUseDarkColors,
        sample: sampleFile(paths.installation.samples),
        isRoot: process.getuid?.() === 0,
      }),
      takePaths: () => {
        listening = true
        return waiting.splice(0)
      },
      askOpen: (kind) => askOpen(theWindow(), kind, texts()),
      writeClipboard: (text) => clipboard.writeText(text),
      openExternal: (url) => shell.openExternal(url),
      controlWindow: (action) => controlWindow(theWindow(), action),
    }),
    ...settingsHandlers({
      core: core.get,
      early: settings,
      send,
      applied: (next) => {
        nativeTheme.themeSource = next.theme
      },
    }),
    ...toolchainHandlers(core.get, send),
    ...runHandlers({
      core: core.get,
      runs,
      ownRecipe: (path) => (path === sampleFile(paths.installation.samples) ? sampleRecipe(paths.installation.samples) : null),
      trash: (folder) => shell.trashItem(folder),
      showFolder: (folder) => shell.showItemInFolder(folder),
    }),
    ...documentHandlers({
      runs,
      askSave: (what, suggested) => askSave(theWindow(), what, suggested, texts()),
      openFile: async (file) => {
        const fault = await shell.openPath(file)
        if (fault !== '') log(`open ${file}: ${fault}`)
      },
    }),
  }

  await app.whenReady()
  protocol.handle(appScheme, createAppHandler(paths.renderer))
  denyPermissions(session.defaultSession)
  blockNetwork(session.defaultSession)
  registerCommands(ipcMain, handlers, log)
  const made = createMainWindow({ preload: paths.preload, icon: paths.icon, dark: nativeTheme.shouldUseDarkColors, remembered: early.window })
  window = made
  // Loaded while the page paints, so that the first command does not wait for it.
  core.get().catch((error: unknown) => log(`core: ${describeFault(error)}`))

  reviveWindow(made, log)
  made.on('maximize', () => send('window.state', { maximized: true }))
  made.on('unmaximize', () => send('window.state', { maximized: false }))
  nativeTheme.on('updated', () => {
    made.setBackgroundColor(backgroundOf(nativeTheme.shouldUseDarkColors))
    send('theme.system', { dark: nativeTheme.shouldUseDarkColors })
  })

  let closing: 'asking' | 'ending' | null = null
  const end = async (): Promise<void> => {
    if (closing === 'ending') return
    closing = 'ending'
    const remembered = made.isDestroyed() ? null : rememberedState(made)
    const tidy = async (): Promise<void> => {
      await runs.cancelAll()
      await runs.closeAll()
      const running = core.made()
      if (remembered) await running?.saveSettings({ window: remembered })
      await running?.dispose()
    }
    await Promise.race([tidy().catch((error: unknown) => log(`closing: ${describeFault(error)}`)), new Promise((resolve) => setTimeout(resolve, closingMs))])
    app.exit(0)
  }
  made.on('close', (event) => {
    event.preventDefault()
    if (closing !== null) return
    if (!runs.running) {
      void end()
      return
    }
    closing = 'asking'
    void askClose(made, texts()).then((yes) => {
      closing = null
      if (yes) void end()
    })
  })
  app.on('before-quit', (event) => {
    if (closing === 'ending') return
    event.preventDefault()
    made.close()
  })
  // Asked to end by the system: nobody is there to answer a question.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
}

function controlWindow(window: BrowserWindow, action: 'minimize' | 'maximize' | 'close'): void {
  if (action === 'close') window.close()
  else if (action === 'minimize') window.minimize()
  else if (window.isMaximized()) window.unmaximize()
  else window.maximize()
}
