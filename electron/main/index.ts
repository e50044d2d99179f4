import { join } from 'node:path'
import { app, protocol } from 'electron'
import { dataFolder } from '../cli/places'
import { startApplication } from './app/application'
import { parseArguments } from './app/arguments'
import { runCliMode } from './app/cli-mode'
import { resolvePaths } from './app/paths'
import { registerAppScheme } from './security/app-protocol'
import { enableSandbox } from './security/sandbox'
import { setMenu } from './windows/menu'

// Entry of the app. What has to be said before Electron is ready is said here; the rest is app/application.ts.

const data = dataFolder(process.env)
const packaged = app.isPackaged
const paths = resolvePaths({ packaged, appPath: app.getAppPath(), resourcesPath: process.resourcesPath, dataFolder: data, platform: process.platform })
const start = parseArguments(process.argv, process.cwd(), packaged ? null : app.getAppPath())

if (start.cli) {
  void runCliMode(start.cli, paths)
} else {
  app.setPath('userData', data)
  // What Chromium keeps (caches, its own state) in a folder of its own: the data folder is for people to look into.
  app.setPath('sessionData', join(data, 'session'))
  enableSandbox(app, process.getuid?.() === 0)
  registerAppScheme(protocol)
  setMenu()
  if (app.requestSingleInstanceLock()) void startApplication({ paths, dataFolder: data, openFirst: start.paths })
  // The first instance was told what to open.
  else app.quit()
}
