import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { batchFileSchema, type BatchFile } from '../../../contract/batch'
import { isMissing, makeFolder, writing } from '../disk'
import { EnginesmithError } from '../errors'
import { writeError } from '../files/errors'
import { journalName } from './journal'

export const batchFileName = 'batch.json'
export const runsName = 'runs'

/** What a process that was killed may have left before it wrote batch.json. */
const ours: ReadonlySet<string> = new Set(['.lock', '.lock-takeover', journalName, runsName])

/**
 * Reads batch.json; null where there is none.
 * @throws EnginesmithError OUT_NOT_A_BATCH where it is not what this program writes
 */
export async function readBatchFile(folder: string): Promise<BatchFile | null> {
  const path = join(folder, batchFileName)
  const text = await readFile(path, 'utf8').catch((error: unknown) => (isMissing(error) ? null : Promise.reject(error)))
  if (text === null) return null
  try {
    return batchFileSchema.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON'
    throw notABatch(folder, `its batch.json cannot be read: ${why}`)
  }
}

/** Writes batch.json so that a reader sees the old or the new one, never half of it. */
export function writeBatchFile(folder: string, file: BatchFile): Promise<void> {
  const path = join(folder, batchFileName)
  return writing(path, () => writeFileAtomic(path, `${JSON.stringify(file)}\n`))
}

/**
 * May the folder take a batch? It may be absent, empty, or hold an earlier one.
 * @throws EnginesmithError OUT_NOT_A_BATCH
 */
export async function checkBatchFolder(folder: string): Promise<BatchFile | null> {
  const names = await readdir(folder).catch(async (error: unknown) => {
    if (isMissing(error) && (await stat(folder).catch(() => null)) === null) return []
    if (!isMissing(error)) throw writeError(error, folder)
    throw notABatch(folder, 'it is no folder')
  })
  const earlier = await readBatchFile(folder)
  if (earlier !== null) return earlier
  const strangers = names.filter((name) => !ours.has(name) && !name.startsWith(`${batchFileName}.`))
  if (strangers.length > 0) throw notABatch(folder, `it is not empty and holds no batch (${strangers.slice(0, 5).join(', ')})`)
  return null
}

export async function makeBatchFolder(folder: string): Promise<void> {
  await writing(folder, async () => {
    await makeFolder(folder)
    await makeFolder(join(folder, runsName))
  })
}

function notABatch(folder: string, why: string): EnginesmithError {
  return new EnginesmithError(
    'OUT_NOT_A_BATCH',
    `${folder} cannot take the results of a batch: ${why}.`,
    'Choose an empty or new folder, or the folder of an earlier batch; nothing was written into this one.',
    { folder, reason: why },
  )
}
