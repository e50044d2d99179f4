import { mkdir, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EnginesmithError } from './errors'
import { writeError } from './files/errors'

/** The code that the system gave an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}

/** True where the system says that the path is not there. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** Runs a write to `path` and translates what the system says when it fails. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw writeError(error, path)
  }
}

/**
 * Makes a folder and those above it. Not `mkdir` with `recursive`: that never comes back where the system answers
 * "no such folder" for a new name in one that exists, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (await isFolder(path)) return
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path || (await isFolder(dirname(path)))) throw error
    await makeFolder(dirname(path))
    await mkdir(path)
  }
}

/** True for a folder, or a link to one. */
export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** Bytes that an ordinary user may still write at `path` or at its nearest existing parent; null where the system does not say. */
export async function freeBytes(path: string): Promise<number | null> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const stats = await statfs(folder)
      return stats.bavail * stats.bsize
    } catch (error) {
      if (!isMissing(error) || dirname(folder) === folder) return null
    }
  }
}

/** Refuses work whose output cannot fit, before it begins. */
export async function needSpace(folder: string, bytes: number, what: string): Promise<void> {
  const free = await freeBytes(folder)
  if (free === null || free >= bytes) return
  throw new EnginesmithError(
    'DISK_FULL',
    `${what} may need ${mebibytes(bytes)}, but ${folder} has ${mebibytes(free)} left.`,
    'Free some disk space, or choose an output folder on another disk.',
    { folder, neededBytes: bytes, freeBytes: free },
  )
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
