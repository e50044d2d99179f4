// SHA-256 of everything that lies outside of the asar and is run: the addon, ONNX Runtime's binaries, the Python files.
// The list itself goes inside the asar, so that the app can tell a file that was changed on disk.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { filesUnder } from './stamp.mjs'

/** @typedef {{ version: 1, files: Record<string, string> }} Manifest paths are relative to the app's resources folder */

/** @param {string} file */
const sha256 = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex')

/**
 * @param {Array<{ from: string, to: string, keep?: (relative: string) => boolean }>} sources absolute file or folder, and its place under resources
 * @returns {Manifest}
 */
export function manifestOf(sources) {
  /** @type {Record<string, string>} */
  const files = {}
  for (const { from, to, keep } of sources) {
    for (const file of filesUnder([from])) {
      const relative = path.relative(from, file).split(path.sep).join('/')
      if (keep && relative !== '' && !keep(relative)) continue
      files[relative === '' ? to : `${to}/${relative}`] = sha256(file)
    }
  }
  return { version: 1, files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/**
 * @param {Manifest} manifest
 * @param {string} resources
 * @returns {string[]} what is missing or changed
 */
export const manifestDiffers = (manifest, resources) =>
  Object.entries(manifest.files).flatMap(([name, expected]) => {
    const file = path.join(resources, name)
    if (!fs.existsSync(file)) return [`${name} is missing`]
    return sha256(file) === expected ? [] : [`${name} was changed`]
  })
