import { randomBytes } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import { stageNames, type ModelFile, type RunFile } from '../../../contract/run'
import type { RunHandle, Runs } from '../api'
import { makeFolder, writing } from '../disk'
import { EnginesmithError, makeFinding } from '../errors'
import { sha256File } from '../files/hash'
import { createRunsIndex, summarize, type RunsIndex } from '../store/index-of-runs'
import { artifactPath, artifactsArePresent } from '../store/artifacts'
import { lockFolder, type FolderLock } from '../store/lock'
import { openRunLog } from '../store/log-file'
import { parseRecipe } from '../store/recipes'
import { checkFolder, cleanScratch, makeFolders, notARun, readRunFile } from '../store/run-folder'
import { appCrashedFinding } from './outcome'
import { Run } from './run'
import { RunState } from './run-state'
import type { StageTable } from './runner'
import { emptyResult, type StageServices } from './stage'
import { isActive } from './transition'

export interface RunsOptions {
  dataFolder: string
  services: StageServices
  stages: StageTable
  oneShot: boolean
}

/** All runs of this process: made, opened once, listed, forgotten. */
export function createRuns(options: RunsOptions): Runs & { closeAll(): Promise<void> } {
  const { services, stages } = options
  const runsFolder = (): string => services.settings().runsFolder ?? join(options.dataFolder, 'runs')
  const index: RunsIndex = createRunsIndex({ dataFolder: options.dataFolder, runsFolder })
  const open = new Map<string, Run>()

  const start = async (folder: string, file: RunFile, lock: FolderLock | null, hashing: Promise<string | null> = Promise.resolve(null)): Promise<Run> => {
    const state = new RunState(folder, file)
    const run = new Run({ state, log: openRunLog(folder), lock, stages, services, hashing, onClose: () => open.delete(folder) })
    open.set(folder, run)
    if (lock !== null) {
      try {
        await state.save()
      } catch (error) {
        await run.close()
        throw error
      }
    }
    if (!options.oneShot) await index.remember(folder).catch(() => undefined)
    return run
  }

  return {
    async create(input) {
      const recipe = parseRecipe(input.recipe ?? {}, 'The recipe')
      const path = resolve(input.path)
      if (input.folder !== undefined) return createInto(resolve(input.folder), path, recipe)
      const hashed: { run: Run | null; sha256: string | null } = { run: null, sha256: null }
      let settle = (_sha256: string | null): void => undefined
      const hashing = new Promise<string | null>((resolve) => (settle = resolve))
      const file = await services.describeFile(path, {
        hash: 'later',
        onHash: (sha256) => {
          hashed.sha256 = sha256
          hashed.run?.takeHash(sha256)
          settle(sha256)
        },
        onHashFailed: () => settle(null),
      })
      refuseUnfit(file)
      const folder = join(runsFolder(), folderName(path))
      await writing(folder, () => makeFolder(folder))
      const lock = await lockFolder(folder)
      await makeFolders(folder)
      hashed.run = await start(folder, await newRun({ ...file, sha256: hashed.sha256 ?? file.sha256 }, recipe), lock, hashing)
      if (hashed.sha256 !== null) hashed.run.takeHash(hashed.sha256)
      return hashed.run
    },

    async open(given) {
      const folder = resolve(given)
      const already = open.get(folder)
      if (already !== undefined) return already
      if ((await readRunFile(folder)) === null) throw notARun(folder)
      const lock = await lockFolder(folder).catch((error: unknown) => {
        // A folder on read-only media can be looked at; there is nobody to protect it from.
        if (error instanceof EnginesmithError && error.code === 'OUT_NOT_WRITABLE') return null
        throw error
      })
      try {
        // Read again: only now nobody else writes it.
        const file = await readRunFile(folder)
        if (file === null) throw notARun(folder)
        if (lock !== null) await cleanScratch(folder)
        return await start(folder, buryCrashed(file), lock)
      } catch (error) {
        await lock?.release()
        throw error
      }
    },

    async list() {
      const rows = await index.list()
      return rows.map(({ folder, run, running }) => {
        const live = open.get(folder)
        return live === undefined ? summarize(run, folder, running) : summarize(live.snapshot(), folder, live.snapshot().running)
      })
    },

    async remove(id) {
      const row = [...open.values()].find((run) => run.id === id) ?? (await index.list()).find((one) => one.run.id === id)
      if (row === undefined) throw new EnginesmithError('FILE_NOT_FOUND', 'There is no run of this name any more.', 'Refresh the list.', { id })
      if (row instanceof Run) {
        if (row.snapshot().running) throw new EnginesmithError('RUN_BUSY', 'This run is at work.', 'Cancel it first.', { folder: row.folder })
        await row.close()
      }
      await index.forget(row.folder)
      return row.folder
    },

    async origin(engineSha256) {
      const built = (await index.list())
        .filter(({ run }) => run.stages.build.artifacts.some(({ kind, sha256 }) => kind === 'engine' && sha256 === engineSha256))
        .sort((a, b) => b.run.updatedAt.localeCompare(a.run.updatedAt))[0]
      if (built === undefined) return null
      const { folder, run } = built
      const onnx = run.stages.convert.artifacts.find(({ kind }) => kind === 'onnx')
      const there = onnx !== undefined && (await artifactsArePresent(folder, [onnx]))
      return { folder, name: basename(run.input.path.replace(/\\/g, '/')), onnx: there ? artifactPath(folder, onnx) : null, recipe: run.recipe }
    },

    async closeAll() {
      await Promise.all([...open.values()].map((run) => run.close()))
    },
  }

  /** `--out`: an absent or empty folder, or an earlier run of the same content. */
  async function createInto(folder: string, path: string, recipe: Recipe): Promise<RunHandle> {
    const already = open.get(folder)
    if (already !== undefined)
      throw new EnginesmithError('RUN_BUSY', `${folder} is open already.`, 'Close it first, or choose another output folder.', { folder })
    const file = await services.describeFile(path, { hash: 'wait' })
    refuseUnfit(file)
    const sha256 = file.sha256 ?? (await sha256File(path))
    await checkFolder(folder, sha256)
    await writing(folder, () => makeFolder(folder))
    const lock = await lockFolder(folder)
    try {
      const earlier = await checkFolder(folder, sha256)
      await cleanScratch(folder)
      await makeFolders(folder)
      const described = { ...file, sha256 }
      if (earlier === null) return await start(folder, await newRun(described, recipe), lock)
      return await start(folder, { ...buryCrashed(earlier), input: described, recipe }, lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  async function newRun(file: ModelFile, recipe: Recipe): Promise<RunFile> {
    const now = new Date().toISOString()
    return {
      version: 1,
      id: `${now.replace(/\D/g, '').slice(0, 14)}-${randomBytes(4).toString('hex')}`,
      createdAt: now,
      updatedAt: now,
      app: services.appVersion,
      input: file,
      recipe: recipeSchema.parse(recipe),
      stages: { load: emptyResult(), convert: emptyResult(), build: emptyResult(), validate: emptyResult() },
      cards: { load: null, convert: null, build: null, validate: null },
      comparisons: [],
      findings: file.findings,
      verdict: null,
      environment: await services.toolchain.environment(),
    }
  }
}

/** What no stage could ever work with is refused before a folder is made for it. */
function refuseUnfit(file: ModelFile): void {
  if (file.format !== 'unknown') return
  const why = file.findings.find((finding) => finding.severity === 'error') ?? file.findings.find((finding) => finding.code === 'FILE_UNKNOWN_FORMAT')
  const { code, message, remedy, evidence } =
    why ??
    makeFinding('FILE_UNKNOWN_FORMAT', 'error', `${file.path} is no model file that can be read.`, 'Choose a PyTorch, ONNX or safetensors file.', {
      path: file.path,
    })
  throw new EnginesmithError(code, message, remedy, evidence)
}

/** With the lock in our hands nobody is at work: what still says so died. */
function buryCrashed(file: RunFile): RunFile {
  const stages = { ...file.stages }
  for (const name of stageNames) {
    const result = stages[name]
    if (!isActive(result.state)) continue
    stages[name] = { ...result, state: 'crashed', progress: null, findings: [...result.findings, appCrashedFinding(name)] }
  }
  return { ...file, stages }
}

/** `20261124-101500-net-1a2b`: sorts by time, says what it is, and fits every file system whatever the file is called. */
function folderName(path: string): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const name = basename(path)
    .replace(/\.[^.]*$/, '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^[._]+|[._]+$/g, '')
  let short = ''
  for (const character of name) {
    if (Buffer.byteLength(short + character) > 60) break
    short += character
  }
  return `${stamp}-${short === '' ? 'model' : short}-${randomBytes(2).toString('hex')}`
}
