import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { folderIsLocked, lockFolder } from '../../../electron/core/store/lock'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enginesmith-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid!
}

describe('lockFolder', () => {
  it('lets one in, tells the other who has it, and opens after release', async () => {
    const lock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'RUN_BUSY', evidence: { pid: process.pid } })
    expect(await folderIsLocked(folder)).toBe(true)
    await lock.release()
    expect(await readdir(folder)).toEqual([])
    await (await lockFolder(folder)).release()
  })

  it('holds nothing in a copy of the folder, and stays with a folder that moves', async () => {
    const lock = await lockFolder(folder)
    const [copy, moved] = [`${folder}-copy`, `${folder}-moved`]
    await cp(folder, copy, { recursive: true })
    expect(await folderIsLocked(copy)).toBe(false)
    await (await lockFolder(copy)).release()
    await rename(folder, moved)
    expect(await folderIsLocked(moved)).toBe(true)
    await rename(moved, folder)
    await lock.release()
    await rm(copy, { recursive: true })
  })

  it('takes over the lock of a process that died', async () => {
    await writeFile(join(folder, '.lock'), JSON.stringify({ pid: await deadPid(), host: hostname(), born: '1' }))
    expect(await folderIsLocked(folder)).toBe(false)
    await (await lockFolder(folder)).release()
  })

  it.runIf(process.platform === 'linux')('tells a living owner from another process that got its number', async () => {
    await writeFile(join(folder, '.lock'), JSON.stringify({ pid: process.pid, host: hostname(), born: '1' }))
    await (await lockFolder(folder)).release()
  })

  it.runIf(process.platform === 'linux')('takes over the lock of a process that was killed and never asked for', async () => {
    // The shell becomes a program that does not know of the child that it started before.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'])
    const [said] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(String(said))
    const zombie = async (): Promise<boolean> => (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z ')
    for (let n = 0; n < 200 && !(await zombie()); n++) await sleep(10)
    await writeFile(join(folder, '.lock'), JSON.stringify({ pid, host: hostname(), born: null }))
    expect(await folderIsLocked(folder)).toBe(false)
    parent.kill('SIGKILL')
  })

  it('believes a lock of another machine while it is fresh, and not when it is old', async () => {
    const path = join(folder, '.lock')
    await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere', born: null }))
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'RUN_BUSY' })
    const old = new Date(Date.now() - 10 * 60_000)
    await utimes(path, old, old)
    await (await lockFolder(folder)).release()
  })

  it('takes over a lock that a killed process left torn', async () => {
    const path = join(folder, '.lock')
    await writeFile(path, '{"pid":')
    const old = new Date(Date.now() - 5000)
    await utimes(path, old, old)
    await (await lockFolder(folder)).release()
  })

  it('gives a dead lock to one of many that ask at once', async () => {
    await writeFile(join(folder, '.lock'), JSON.stringify({ pid: await deadPid(), host: hostname(), born: '1' }))
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
    const taken = results.filter((result) => result.status === 'fulfilled')
    expect(taken).toHaveLength(1)
    await taken[0]!.value.release()
  })

  it.runIf(process.getuid?.() !== 0)('says that a read-only folder cannot be written (needs an ordinary user)', async () => {
    await expect(lockFolder('/proc')).rejects.toMatchObject({ code: 'OUT_NOT_WRITABLE' })
  })
})
