// What set-up says while it works: on standard error, so that standard output stays with the command that called it.
import fs from 'node:fs'
import path from 'node:path'

const started = Date.now()
const seconds = (since = started) => ((Date.now() - since) / 1000).toFixed(1)

/** @param {string} text */
export const say = (text) => process.stderr.write(`${text}\n`)

/** A step that failed, with what a person can do about it. */
export class SetupFailure extends Error {
  /** @param {string} what @param {string} why @param {string} remedy */
  constructor(what, why, remedy) {
    super(why)
    this.name = 'SetupFailure'
    this.what = what
    this.why = why
    this.remedy = remedy
  }
}

/** @param {string} name of the step @returns {(message: string) => void} */
export const logger = (name) => (message) => say(`  [${seconds()} s] ${name}: ${message}`)

/** @param {number} bytes */
export const megabytes = (bytes) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`)

/**
 * Bytes of a folder; files that vanish while it is read count nothing.
 * @param {string} folder
 * @returns {Promise<number>}
 */
export async function folderBytes(folder) {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => [])
  let sum = 0
  for (const entry of entries) {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) sum += await folderBytes(full)
    else if (entry.isFile()) sum += (await fs.promises.stat(full).catch(() => null))?.size ?? 0
  }
  return sum
}

/**
 * Says every few seconds that a long step lives, and how far the folder that it fills has come.
 * @template T
 * @param {(message: string) => void} log
 * @param {{ doing: string, folder?: string, every?: number }} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withHeartbeat(log, { doing, folder, every = 15_000 }, work) {
  const since = Date.now()
  const timer = setInterval(() => {
    const size = folder ? folderBytes(folder) : Promise.resolve(null)
    size.then(
      (bytes) => log(`${doing}: ${seconds(since)} s${bytes ? `, ${megabytes(bytes)} on disk` : ''}`),
      () => undefined,
    )
  }, every)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/** @param {number} since a Date.now() */
export const elapsed = (since) => `${seconds(since)} s`
