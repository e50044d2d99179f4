import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { runFileSchema, type RunFile } from '../../../contract/run'
import { isMissing, makeFolder, writing } from '../disk'
import { EnginesmithError } from '../errors'
import { writeError } from '../files/errors'

export const runFileName = 'run.json'
const scratchPrefix = '.scratch-'

/**
 * Reads run.json; null where there is none.
 * @throws EnginesmithError RUN_UNREADABLE where it is not what this program writes
 */
export async function readRunFile(folder: string): Promise<RunFile | null> {
  const path = join(folder, runFileName)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw unreadable(folder, error instanceof Error ? error.message : String(error))
  }
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw unreadable(folder, 'run.json is not JSON')
  }
  const parsed = runFileSchema.safeParse(raw)
  if (!parsed.success) throw unreadable(folder, z.prettifyError(parsed.error))
  return parsed.data
}

/** A folder without a run in it, as the error that says so. */
export function notARun(folder: string): EnginesmithError {
  return new EnginesmithError(
    'OUT_NOT_A_RUN',
    `${folder} is not a run folder: there is no run.json in it.`,
    'Choose the folder that an earlier run was written to.',
    { folder },
  )
}

function unreadable(folder: string, why: string): EnginesmithError {
  return new EnginesmithError(
    'RUN_UNREADABLE',
    `The run in ${folder} cannot be read: ${why}`,
    'Open it with the version of the program that wrote it, or run the model again into a new folder; the files under artifacts/ are untouched.',
    { folder, reason: why },
  )
}

/** Writes run.json so that a reader sees the old or the new one, never half of it. */
export async function writeRunFile(folder: string, run: RunFile): Promise<void> {
  const text = `${JSON.stringify(runFileSchema.parse(run), null, 2)}\n`
  const path = join(folder, runFileName)
  await writing(path, () => writeFileAtomic(path, text))
}

/**
 * May the folder take a run of this input? It may be absent, empty, or hold an earlier run of the same. Writes nothing.
 * @returns the earlier run, or null
 * @throws EnginesmithError OUT_NOT_A_RUN
 */
export async function checkFolder(folder: string, inputSha256: string): Promise<RunFile | null> {
  const names = await readdir(folder).catch(async (error: unknown) => {
    // The system says ENOTDIR of a file in the folder's place as of one further up: the first is there.
    if (isMissing(error) && (await stat(folder).catch(() => null)) === null) return []
    if (!isMissing(error)) throw writeError(error, folder)
    throw new EnginesmithError('OUT_NOT_A_RUN', `${folder} is not a folder that can hold a run.`, 'Choose another output folder.', { folder }, [], {
      cause: error,
    })
  })
  const earlier = await readRunFile(folder).catch((error: unknown) => Promise.reject(asForeign(error)))
  if (earlier !== null) {
    if (earlier.input.sha256 === inputSha256) return earlier
    throw new EnginesmithError(
      'OUT_NOT_A_RUN',
      `${folder} holds a run of another input (${earlier.input.path}).`,
      'Choose a new output folder, or the folder of an earlier run of this same file.',
      { folder, input: earlier.input.path, inputSha256: earlier.input.sha256, wantedSha256: inputSha256 },
    )
  }
  const strangers = names.filter((name) => !isOurs(name))
  if (strangers.length > 0) {
    throw new EnginesmithError(
      'OUT_NOT_A_RUN',
      `${folder} is not empty and holds no run.`,
      'Choose an empty or new output folder; nothing was written into this one.',
      { folder, entries: strangers.slice(0, 10) },
    )
  }
  return null
}

/** A run.json that cannot be read is nobody's earlier run of this input: the folder is not to be written to. */
function asForeign(error: unknown): unknown {
  if (!(error instanceof EnginesmithError) || error.code !== 'RUN_UNREADABLE') return error
  return new EnginesmithError('OUT_NOT_A_RUN', error.message, error.remedy, error.evidence, error.actions, { cause: error })
}

/** Left by a process that was killed before it wrote run.json; `.lock` may even be our own. */
function isOurs(name: string): boolean {
  return name === '.lock' || name === '.lock-takeover' || name.startsWith(scratchPrefix) || name === 'artifacts' || name === 'logs'
}

export async function makeFolders(folder: string): Promise<void> {
  await writing(folder, async () => {
    await makeFolder(join(folder, 'artifacts'))
    await makeFolder(join(folder, 'logs'))
  })
}

/** A scratch folder inside the run folder, so that taking a file over is a rename on one disk. */
export async function makeScratch(folder: string, stage: string): Promise<string> {
  const scratch = join(folder, `${scratchPrefix}${process.pid}`, stage)
  await writing(scratch, async () => {
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch, { recursive: true })
  })
  return scratch
}

/** Removes this process's scratch folder. */
export async function removeScratch(folder: string): Promise<void> {
  await rm(join(folder, `${scratchPrefix}${process.pid}`), { recursive: true, force: true }).catch(() => undefined)
}

/** Removes what killed processes left; call it with the folder's lock held. */
export async function cleanScratch(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(scratchPrefix)) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** True where the path is a folder with a run.json in it. */
export async function isRunFolder(path: string): Promise<boolean> {
  return stat(join(path, runFileName)).then(
    (stats) => stats.isFile(),
    () => false,
  )
}
