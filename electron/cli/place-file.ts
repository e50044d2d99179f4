import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Artifact } from '../../contract/run'
import { writing } from '../core/disk'
import type { Text } from './text'
import { UsageError } from './usage'

export interface PlaceOptions {
  force: boolean
  text: Text
}

/** A name beside `file` that no file has; short, because the target's own may fill the 255 bytes. */
const temporaryBeside = (file: string): string => path.join(path.dirname(file), `.tmp-${process.pid}-${randomBytes(4).toString('hex')}`)

/**
 * Refuses an output that could not be written in the end, before any work is done: one that exists (without `force`),
 * the input itself, a folder, or a place where no file can be made. Rejects with OUT_EXISTS, OUT_NOT_WRITABLE and so on.
 */
export async function checkOutput(out: string, input: string, { force, text }: PlaceOptions): Promise<void> {
  const { usage } = text
  const there = await fs.lstat(out).catch(() => null)
  if (there) {
    if (await isSame(out, input)) throw new UsageError(usage.outIsInput, usage.outIsInputRemedy, { path: out }, 'OUT_EXISTS')
    if (!force) throw new UsageError(usage.outExists(out), usage.outExistsRemedy, { path: out }, 'OUT_EXISTS')
    if ((await fs.stat(out).catch(() => there)).isDirectory())
      throw new UsageError(usage.outIsFolder(out), usage.outIsFolderRemedy, { path: out }, 'OUT_NOT_WRITABLE')
  }
  const probe = temporaryBeside(out)
  await writing(out, async () => {
    await fs.writeFile(probe, '', { flag: 'wx' })
    await fs.rm(probe, { force: true })
    // A name that the disk refuses is better refused now than after an hour of building.
    if (!there) await fs.lstat(out).catch((error: unknown) => (isTooLong(error) ? Promise.reject(error) : null))
  })
}

const isTooLong = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG'

async function isSame(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([fs.realpath(a).catch(() => a), fs.realpath(b).catch(() => b)])
  return one === other
}

/**
 * Copies artifacts to where the call wants them: `main` to `out`, the others beside it under their own names, which the
 * main file holds as references. Each appears whole or not at all, and the main file last. Returns the artifacts at
 * their new absolute paths.
 */
export async function placeArtifacts(
  main: Artifact,
  others: readonly Artifact[],
  out: string,
  from: (artifact: Artifact) => string,
  { force, text }: PlaceOptions,
): Promise<Artifact[]> {
  const targets = others.map((artifact) => ({ artifact, target: path.join(path.dirname(out), path.basename(artifact.path)) }))
  for (const { target } of targets) {
    const taken = target === out || (!force && (await fs.lstat(target).catch(() => null)) !== null)
    if (taken) throw new UsageError(text.usage.dataClash(path.basename(target)), text.usage.dataClashRemedy, { path: target }, 'OUT_EXISTS')
  }
  const placed: Artifact[] = []
  for (const { artifact, target } of [...targets, { artifact: main, target: out }]) {
    await copyWhole(from(artifact), target)
    placed.push({ ...artifact, path: target })
  }
  return placed.reverse()
}

async function copyWhole(from: string, to: string): Promise<void> {
  const temporary = temporaryBeside(to)
  await writing(to, async () => {
    try {
      await fs.copyFile(from, temporary)
      const handle = await fs.open(temporary, 'r+')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
      await fs.rename(temporary, to)
    } catch (error) {
      await fs.rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
  })
}
