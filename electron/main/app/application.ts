import { app, type BrowserWindow, Notification, clipboard, ipcMain, nativeTheme, protocol, session, shell } from 'electron'
import type { Settings } from '../../../contract/settings'
import { createSettingsStore } from '../../core/store/settings'
import { batchHandlers } from '../ipc/handlers/batches'
import { engineHandlers } from '../ipc/handlers/engines'
import { conversionHandlers } from '../ipc/handlers/conversion'
import { takeAwayHandlers } from '../ipc/handlers/take-away'
import { documentHandlers } from '../ipc/handlers/documents'
import { runHandlers } from '../ipc/handlers/runs'
import { settingsHandlers } from '../ipc/handlers/settings'
import { systemHandlers } from '../ipc/handlers/system'
import { toolchainHandlers } from '../ipc/handlers/toolchain'
import { trustHandlers } from '../ipc/handlers/trust'
import { registerCommands, type Handlers } from '../ipc/register'
import { createSender } from '../ipc/send'
import { appScheme, createAppHandler } from '../security/app-protocol'
import { lockAllNavigation } from '../security/navigation'
import { blockNetwork } from '../security/network'
import { denyPermissions } from '../security/permissions'
import { logChildExits, reviveWindow } from '../windows/crashes'
import { backgroundOf, controlWindow, createMainWindow } from '../windows/main-window'
import { guardClosing } from './closing'
import { lazyCore } from './core'
import { askOpen, askSave } from './dialogs'
import { EngineJobs } from './engine-jobs'
import { Incoming } from './incoming'
import { createAppLog, describeFault } from './log'
import { OpenBatches } from './open-batches'
import { OpenRuns } from './open-runs'
import type { AppPaths } from './paths'
import { sampleFile, sampleRun } from './sample'
import { textsFor, type Texts } from './texts'

export interface ApplicationOptions {
  paths: AppPaths
  dataFolder: string
  /** Files and run folders that this start was given. */
  openFirst: string[]
}

/** The app with its window: everything is made here and handed to what needs it. */
export async function startApplication({ paths, dataFolder, openFirst }: ApplicationOptions): Promise<void> {
  const log = createAppLog(dataFolder).write
  const core = lazyCore({ paths, dataFolder, version: app.getVersion() })
  // Read before the core is there: the window needs its size and theme at once.
  const early = createSettingsStore(dataFolder).current()
  const settings = (): Settings => core.made()?.settings() ?? early
  const systemLanguage = (): string => app.getPreferredSystemLanguages()[0] ?? app.getLocale()
  const texts = (): Texts => textsFor(settings().language, systemLanguage())
  let window: BrowserWindow | null = null
  const send = createSender(() => window?.webContents ?? null)
  const runs = new OpenRuns(core.get, send, log)
  const batches = new OpenBatches({
    core: core.get,
    send,
    log,
    notify: ({ name, counts, total }) => {
      if (Notification.isSupported()) new Notification({ title: texts().batchDone, body: texts().batchDetail(name, counts.pass, total - counts.pass) }).show()
    },
  })
  const engineJobs = new EngineJobs(send)
  const incoming = new Incoming(openFirst, () => window, send)
  const { samples } = paths.installation

  process.on('uncaughtException', (error) => log(`uncaught: ${describeFault(error)}`))
  process.on('unhandledRejection', (reason) => log(`unhandled: ${describeFault(reason)}`))
  logChildExits(app, log)
  lockAllNavigation(app)
  incoming.listen()
  nativeTheme.themeSource = early.theme

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
        sample: sampleFile(samples),
        isRoot: process.getuid?.() === 0,
      }),
      takePaths: () => incoming.take(),
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
    ...trustHandlers({ core: core.get, runs, send }),
    ...runHandlers({
      core: core.get,
      runs,
      ownRun: async (path) => (path === sampleFile(samples) ? sampleRun(samples, (await (await core.get()).toolchain.doctor()).torch !== null) : null),
      trash: (folder) => shell.trashItem(folder),
      showFolder: (folder) => shell.showItemInFolder(folder),
    }),
    ...batchHandlers({ core: core.get, batches, askSave: (suggested) => askSave(theWindow(), 'results', suggested, texts()) }),
    ...engineHandlers({ core: core.get, jobs: engineJobs, askSave: (suggested) => askSave(theWindow(), 'results', suggested, texts()) }),
    ...conversionHandlers({ core: core.get, runs, askSave: (suggested) => askSave(theWindow(), 'copy', suggested, texts()) }),
    ...takeAwayHandlers({ core: core.get, runs, askSave: (what, suggested) => askSave(theWindow(), what, suggested, texts()) }),
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
  // Loaded as soon as the page has painted: before that, this thread serves the page its files.
  made.once('ready-to-show', () => core.get().catch((error: unknown) => log(`core: ${describeFault(error)}`)))

  reviveWindow(made, log)
  guardClosing({ window: made, runs, otherWork: () => ({ batch: batches.atWork, engine: engineJobs.atWork }), core: core.made, texts, log })
  made.on('maximize', () => send('window.state', { maximized: true }))
  made.on('unmaximize', () => send('window.state', { maximized: false }))
  nativeTheme.on('updated', () => {
    made.setBackgroundColor(backgroundOf(nativeTheme.shouldUseDarkColors))
    send('theme.system', { dark: nativeTheme.shouldUseDarkColors })
  })
}
