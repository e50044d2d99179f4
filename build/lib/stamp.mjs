// What was made from what: a step that finds its stamp unchanged has nothing to do.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { folders, root } from './paths.mjs'

/**
 * Every file under the given files and folders, sorted.
 * @param {string[]} places absolute
 * @param {(relative: string) => boolean} [keep]
 * @returns {string[]}
 */
export function filesUnder(places, keep = () => true) {
  /** @type {string[]} */
  const found = []
  /** @param {string} place */
  const visit = (place) => {
    const info = fs.statSync(place, { throwIfNoEntry: false })
    if (!info) return
    if (!keep(path.relative(root, place).split(path.sep).join('/'))) return
    if (info.isDirectory()) for (const name of fs.readdirSync(place)) visit(path.join(place, name))
    else found.push(place)
  }
  for (const place of places) visit(place)
  return found.sort()
}

/**
 * Hash of names and contents, so that a touched or moved clone is not a changed one.
 * @param {{ files?: string[], values?: unknown }} inputs
 */
export function keyOf({ files = [], values = null }) {
  const hash = createHash('sha256').update(JSON.stringify(values ?? null))
  for (const file of files) hash.update(`\0${path.relative(root, file).split(path.sep).join('/')}\0`).update(fs.readFileSync(file))
  return hash.digest('hex')
}

/** @param {string} name */
const stampFile = (name) => path.join(folders.stamps, `${name}.json`)

/** @param {string} name @returns {string | null} the key of the last time that the step ended well */
export function readStamp(name) {
  try {
    return JSON.parse(fs.readFileSync(stampFile(name), 'utf8')).key
  } catch {
    return null
  }
}

/** @param {string} name @param {string} key */
export function writeStamp(name, key) {
  fs.mkdirSync(folders.stamps, { recursive: true })
  const temporary = `${stampFile(name)}.${process.pid}`
  fs.writeFileSync(temporary, JSON.stringify({ key, at: new Date().toISOString() }) + '\n')
  fs.renameSync(temporary, stampFile(name))
}

/** @param {string} name */
export const clearStamp = (name) => fs.rmSync(stampFile(name), { force: true })
