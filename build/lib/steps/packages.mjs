// npm packages: exactly what package-lock.json says, with no package's own scripts run.
import fs from 'node:fs'
import path from 'node:path'
import { at, folders } from '../paths.mjs'
import { run } from '../process.mjs'
import { withHeartbeat } from '../report.mjs'

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} Entry */

/** @param {string} file @returns {Record<string, Entry>} */
const entries = (file) => JSON.parse(fs.readFileSync(file, 'utf8')).packages ?? {}

/**
 * npm writes what it installed beside the packages; that list is compared with the lock, and every folder must be there.
 * @param {string} [lock] @param {string} [nodeModules]
 * @returns {string | null} what differs
 */
export function packagesDiffer(lock = at('package-lock.json'), nodeModules = folders.nodeModules) {
  const list = path.join(nodeModules, '.package-lock.json')
  if (!fs.existsSync(list)) return 'node_modules is not there'
  const wanted = entries(lock)
  const installed = entries(list)
  for (const [place, entry] of Object.entries(wanted)) {
    if (place === '' || entry.link) continue
    const present = installed[place]
    if (!present) {
      // A package for another system is in the lock and rightly not here.
      if (entry.optional) continue
      return `${place} is missing`
    }
    if (present.version !== entry.version || (entry.integrity && present.integrity !== entry.integrity)) return `${place} has another version`
    if (!fs.existsSync(path.join(nodeModules, '..', place, 'package.json'))) return `${place} was removed`
  }
  return null
}

/** @type {import('../../setup.mjs').Step} */
export const packages = {
  name: 'packages',
  title: 'npm packages',
  cost: 'about 250 MB, 0.8 GB on disk, 20-70 s',
  needed: () => packagesDiffer(),
  async run({ log }) {
    await withHeartbeat(log, { doing: 'npm ci', folder: folders.nodeModules }, () =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {}),
    )
  },
  remedy: 'Check that the npm registry can be reached (npm ping) and that the disk has 1 GB free, then run: npm run setup',
}
