// Where Electron is. The one place that tells the electron CLI, electron-vite, Playwright and electron-builder.
import fs from 'node:fs'
import path from 'node:path'
import { folders, at } from './paths.mjs'

/**
 * @typedef {object} ElectronRuntime
 * @property {string} version the runtime's version; may differ from the npm package's (see docs/adr/0301)
 * @property {string} packageVersion the version of the npm package `electron`, which gives the types
 * @property {string} dist folder that holds the executable
 * @property {string} executable
 * @property {'download' | 'registry'} source
 */

const record = path.join(folders.electron, 'current.json')

/** The executable's name inside an unpacked Electron. */
export const executableName =
  process.platform === 'win32' ? 'electron.exe' : process.platform === 'darwin' ? path.join('Electron.app', 'Contents', 'MacOS', 'Electron') : 'electron'

/** @returns {string} the version of the npm package `electron` that package.json names */
export const packageVersion = () => JSON.parse(fs.readFileSync(at('package.json'), 'utf8')).devDependencies.electron

/** @returns {ElectronRuntime | null} null where set-up has not put an Electron there yet */
export function electronRuntime() {
  try {
    const { version, source } = JSON.parse(fs.readFileSync(record, 'utf8'))
    const dist = path.join(folders.electron, version)
    const executable = path.join(dist, executableName)
    if (fs.readFileSync(path.join(dist, 'version'), 'utf8').replace(/^v/, '').trim() !== version || !fs.existsSync(executable)) return null
    return { version, packageVersion: packageVersion(), dist, executable, source }
  } catch {
    return null
  }
}

/** @returns {ElectronRuntime} @throws where there is none, with what to do */
export function requireElectron() {
  const runtime = electronRuntime()
  if (!runtime) throw new Error('Electron is not set up in this clone. Run: npm run setup')
  return runtime
}

/** @param {{ version: string, source: ElectronRuntime['source'] }} runtime */
export function recordElectron({ version, source }) {
  fs.mkdirSync(folders.electron, { recursive: true })
  fs.writeFileSync(record, JSON.stringify({ version, source }) + '\n')
}

/**
 * The variables that make every tool take this Electron: the npm package's CLI and Playwright read the first,
 * electron-vite the second.
 * @returns {Record<string, string>}
 */
export function electronEnv() {
  const { dist, executable } = requireElectron()
  return { ELECTRON_OVERRIDE_DIST_PATH: dist, ELECTRON_EXEC_PATH: executable }
}

/** Switches that a start from a script needs here: Chromium refuses its sandbox to root, and Xvfb has no GPU. */
export function scriptSwitches() {
  const root = typeof process.getuid === 'function' && process.getuid() === 0
  return [...(root ? ['--no-sandbox'] : []), ...(process.platform === 'linux' ? ['--disable-gpu'] : [])]
}
