import { readFileSync, unlinkSync } from 'node:fs'
import { open, readFile, stat, unlink, utimes, type FileHandle } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { isMissing, writing } from '../disk'
import { EnginesmithError } from '../errors'

/** `file`: the lock file's own number in its file system; it differs in a copy of the folder, which nobody holds. */
const lockSchema = z.object({
  pid: z.number().int(),
  host: z.string(),
  born: z.string().nullable(),
  file: z.number().nullable().default(null),
  /** What the owner does with what it locked, where that is of interest to who waits. */
  work: z.string().nullable().default(null),
})
export type LockOwner = z.infer<typeof lockSchema>

/** A lock of another machine (a shared disk) is touched this often and is dead when it was not for `foreignStaleMs`. */
const heartbeatMs = 10_000
const foreignStaleMs = 60_000

export interface FolderLock {
  release(): Promise<void>
}

/** Fields of /proc/PID/stat behind the program's name: the first is the state, the twentieth when it began; null elsewhere. */
function processFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** When the process began, as the system counts it: tells a living owner from another process that got its number. */
function processBorn(pid: number): string | null {
  return processFields(pid)?.[19] ?? null
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Killed, but its parent has not asked how it ended.
    return processFields(pid)?.[0] !== 'Z'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function readOwner(path: string): Promise<LockOwner | null> {
  try {
    return lockSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

/** Does somebody live hold this lock file? A torn or foreign one counts as held while it is fresh. */
async function isHeld(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null)
  if (stats === null) return false
  const age = Date.now() - stats.mtimeMs
  const owner = await readOwner(path)
  if (owner === null) return age < 2000
  if (owner.file !== null && owner.file !== stats.ino) return false
  if (owner.host !== hostname()) return age < foreignStaleMs
  if (!processLives(owner.pid)) return false
  const born = processBorn(owner.pid)
  return owner.born === null || born === null || owner.born === born
}

async function createExclusive(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'wx')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw error
  }
}

/** Removes a dead lock; a second file keeps two processes from both removing (the second would remove the first's new lock). */
async function takeOver(path: string): Promise<void> {
  const guard = `${path}-takeover`
  const handle = await createExclusive(guard)
  if (handle === null) {
    const age = await stat(guard).then(
      (stats) => Date.now() - stats.mtimeMs,
      () => 0,
    )
    if (age > 5000) await unlink(guard).catch(() => undefined)
    return
  }
  try {
    await handle.close()
    if (!(await isHeld(path))) await unlink(path).catch((error: unknown) => (isMissing(error) ? undefined : Promise.reject(error)))
  } finally {
    await unlink(guard).catch(() => undefined)
  }
}

/** True where a live process works in the folder. */
export function folderIsLocked(folder: string): Promise<boolean> {
  return isHeld(join(folder, '.lock'))
}

/**
 * Takes the folder for this process; the lock of a process that died is taken over.
 * @throws EnginesmithError RUN_BUSY where a live process has it; OUT_NOT_WRITABLE or DISK_FULL where no lock can be written.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const taken = await writing(folder, () => tryLock(join(folder, '.lock')))
  if (taken.lock === null) throw busy(folder, taken.owner)
  return taken.lock
}

/** Takes a lock file, also one whose owner died; where a live process has it, `owner` says which, if the file tells. */
export async function tryLock(path: string, work: string | null = null): Promise<{ lock: FolderLock } | { lock: null; owner: LockOwner | null }> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const handle = await createExclusive(path)
    if (handle !== null) return { lock: await holdLock(path, handle, work) }
    if (await isHeld(path)) break
    await takeOver(path)
  }
  return { lock: null, owner: await readOwner(path) }
}

/** Locks of this process; a batch holds many, so that one listener serves them all. */
const heldHere = new Set<string>()
let listening = false

function leaveAtExit(path: string): void {
  heldHere.add(path)
  if (listening) return
  listening = true
  process.once('exit', () => {
    for (const one of heldHere) {
      try {
        unlinkSync(one)
      } catch {
        // The folder went away with the lock in it.
      }
    }
  })
}

async function holdLock(path: string, handle: FileHandle, work: string | null): Promise<FolderLock> {
  try {
    const owner: LockOwner = { pid: process.pid, host: hostname(), born: processBorn(process.pid), file: (await handle.stat()).ino, work }
    await handle.writeFile(JSON.stringify(owner))
  } finally {
    await handle.close()
  }
  const heartbeat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), heartbeatMs)
  heartbeat.unref()
  leaveAtExit(path)
  let held = true
  return {
    async release() {
      if (!held) return
      held = false
      clearInterval(heartbeat)
      heldHere.delete(path)
      await unlink(path).catch(() => undefined)
    },
  }
}

function busy(folder: string, owner: LockOwner | null): EnginesmithError {
  const who = owner === null ? 'Another process' : `Process ${owner.pid} on ${owner.host}`
  return new EnginesmithError(
    'RUN_BUSY',
    `${who} is working in ${folder}.`,
    'Wait until it has finished, close the run there, or choose another output folder.',
    {
      folder,
      pid: owner?.pid ?? null,
      host: owner?.host ?? null,
    },
  )
}
