import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { BatchFile, BatchLimits, BatchSummary, PlanRow, SheetRow } from '../../../contract/batch'
import { batchLimitsSchema } from '../../../contract/batch'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import type { Finding } from '../../../contract/finding'
import type { Settings } from '../../../contract/settings'
import type { Core, Toolchain } from '../api'
import { chooseBackend } from '../engines'
import { EnginesmithError, makeFinding } from '../errors'
import { lockFolder, folderIsLocked } from '../store/lock'
import type { TrustStore } from '../trust/store'
import { Batch } from './batch'
import { discover } from './discover'
import { openEstimates } from './estimate'
import { checkBatchFolder, makeBatchFolder, readBatchFile, writeBatchFile } from './folder'
import { Journal } from './journal'
import type { Lane } from './lane'
import { batchRow, countRows, hasEnded, isToRun } from './rows'
import { makeSheet, sheetOfPlan, type SheetContext } from './sheet'

export interface BatchRequest {
  /** Files and folders to look through. */
  paths: string[]
  /** Rows as a plan file states them. */
  rows?: PlanRow[]
  /** Absent: a new one in the data folder. */
  folder?: string
  name?: string
  recipe?: Recipe
  limits?: BatchLimits
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

export interface Batches {
  /**
   * A plan sheet over what is found; nothing is run. Into the folder of an earlier batch: what ended there and is
   * unchanged stays as it is.
   * @throws EnginesmithError FILE_NOT_FOUND, OUT_NOT_A_BATCH, RUN_BUSY, CANCELLED
   */
  create(request: BatchRequest): Promise<Batch>
  open(folder: string): Promise<Batch>
  get(id: string): Batch | undefined
  /** Looks through more files for the rows of a plan. */
  add(batch: Batch, paths: string[], request?: Pick<BatchRequest, 'signal' | 'onProgress'>): Promise<void>
  /** Looks at rows anew, as after a decision of trust. */
  refresh(batch: Batch, ids: readonly string[]): Promise<void>
  /** After a decision on a class: the rows of every open batch say anew what they need. */
  settleAnew(): void
  /** Batches of the data folder, the newest first. */
  list(): Promise<BatchSummary[]>
  closeAll(): Promise<void>
}

export interface BatchesOptions {
  dataFolder: string
  appVersion: string
  toolchain: Toolchain
  settings: () => Settings
  trust: TrustStore
  describe: Core['describeFile']
  makeLane: () => Lane
}

/** All batches of this process. */
export function createBatches(options: BatchesOptions): Batches {
  const root = join(options.dataFolder, 'batches')
  const estimates = openEstimates(options.dataFolder)
  const open = new Map<string, Batch>()

  const sheetContext = async (request: Pick<BatchRequest, 'signal' | 'onProgress'> = {}): Promise<SheetContext> => {
    const { backend } = chooseBackend(await options.toolchain.doctor())
    return {
      describe: options.describe,
      trust: options.trust,
      estimates,
      backend: (recipe) => recipe.build.backend ?? backend,
      ...request,
    }
  }
  const start = async (folder: string, file: BatchFile, lock: Awaited<ReturnType<typeof lockFolder>>): Promise<Batch> => {
    const { gpus } = await options.toolchain.doctor()
    const batch = new Batch({
      folder,
      file,
      journal: await Journal.open(folder),
      lock,
      sheet: await sheetContext(),
      gpus,
      device: () => options.settings().device,
      environment: () => options.toolchain.environment(),
      makeLane: options.makeLane,
      onClose: () => open.delete(folder),
    })
    open.set(folder, batch)
    return batch
  }

  return {
    async create(request) {
      const folder = request.folder === undefined ? join(root, folderName()) : resolve(request.folder)
      if (open.has(folder)) throw busyHere(folder)
      await checkBatchFolder(folder)
      const recipe = request.recipe ?? recipeSchema.parse({})
      const context = await sheetContext(request)
      const stated = request.rows === undefined ? [] : await sheetOfPlan(request.rows, recipe, context)
      const discovery = await discover(request.paths, { leaveOut: [folder], signal: request.signal })
      const known = new Set(stated.map((row) => row.path))
      const found = await makeSheet({ ...discovery, files: discovery.files.filter((one) => !known.has(one.path)) }, recipe, context)
      const rows = unique(modelsFirst([...stated, ...found]))
      await makeBatchFolder(folder)
      const lock = await lockFolder(folder)
      try {
        const earlier = await checkBatchFolder(folder)
        const file: BatchFile = {
          version: 1,
          id: earlier?.id ?? `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(4).toString('hex')}`,
          name: request.name ?? earlier?.name ?? nameOf(request.paths, folder),
          createdAt: earlier?.createdAt ?? new Date().toISOString(),
          app: options.appVersion,
          state: settledState(earlier),
          recipe,
          limits: request.limits ?? batchLimitsSchema.parse({}),
          sources: request.paths,
          findings: emptyFindings(rows, request.paths),
          rows: withOldIds(rows, earlier),
        }
        await writeBatchFile(folder, file)
        return await start(folder, file, lock)
      } catch (error) {
        await lock.release()
        throw error
      }
    },

    async open(given) {
      const folder = resolve(given)
      const already = open.get(folder)
      if (already !== undefined) return already
      if ((await readBatchFile(folder)) === null) throw notABatch(folder)
      const lock = await lockFolder(folder)
      try {
        const file = await readBatchFile(folder)
        if (file === null) throw notABatch(folder)
        return await start(folder, { ...file, state: settledState(file) }, lock)
      } catch (error) {
        await lock.release()
        throw error
      }
    },

    get: (id) => [...open.values()].find((batch) => batch.id === id),

    async add(batch, paths, request = {}) {
      const { rows, recipe, sources } = batch.snapshot()
      const discovery = await discover(paths, { leaveOut: [batch.folder], signal: request.signal })
      const known = new Set(rows.flatMap((row) => [row.path, ...row.files, ...row.duplicates]))
      const found = await makeSheet({ ...discovery, files: discovery.files.filter((one) => !known.has(one.path)) }, recipe, await sheetContext(request))
      await batch.setSheet(unique(modelsFirst([...rows, ...found])), [...sources, ...paths])
    },

    async refresh(batch, ids) {
      const { rows, recipe } = batch.snapshot()
      const context = await sheetContext()
      const fresh: SheetRow[] = []
      for (const row of rows.filter((one) => ids.includes(one.id) && one.model)) {
        const [seen] = await sheetOfPlan([row], recipe, context)
        if (seen !== undefined) fresh.push({ ...row, trust: seen.trust, signature: seen.signature, findings: seen.findings })
      }
      await batch.refresh(fresh)
    },

    settleAnew() {
      for (const batch of open.values()) batch.settleAnew()
    },

    async list() {
      const names = await readdir(root).catch((): string[] => [])
      const summaries: BatchSummary[] = []
      for (const name of names) {
        const folder = join(root, name)
        const summary = open.get(folder)?.snapshot() ?? (await summaryOf(folder))
        if (summary === null) continue
        const { id, createdAt, state, total, ended, counts } = summary
        summaries.push({ id, folder, name: summary.name, createdAt, state, total, ended, counts })
      }
      return summaries.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    },

    async closeAll() {
      await Promise.all([...open.values()].map((batch) => batch.close()))
    },
  }
}

/** With the folder's lock in our hands nobody is at work: what still says so died. */
function settledState(file: BatchFile | null): BatchFile['state'] {
  if (file === null) return 'plan'
  return file.state === 'running' || file.state === 'paused' || file.state === 'stopping' ? 'stopped' : file.state
}

async function summaryOf(folder: string): Promise<BatchSummary | null> {
  const file = await readBatchFile(folder).catch(() => null)
  if (file === null) return null
  // The lock of another process says that it is at work; without one, work that was not ended is an interruption.
  const state = (await folderIsLocked(folder)) ? file.state : settledState(file)
  const { results } = await Journal.open(folder).catch(() => ({ results: new Map<string, never>() }))
  const rows = file.rows.map((row) => batchRow(row, results.get(row.id) ?? null, folder))
  const toRun = rows.filter(isToRun)
  return {
    id: file.id,
    folder,
    name: file.name,
    createdAt: file.createdAt,
    state,
    total: toRun.length,
    ended: toRun.filter(hasEnded).length,
    counts: countRows(rows),
  }
}

/** A row of the same file and content keeps its id, and with it its run folder and result. */
function withOldIds(rows: SheetRow[], earlier: BatchFile | null): SheetRow[] {
  if (earlier === null) return rows
  const old = new Map(earlier.rows.map((row) => [`${row.path}\0${row.sha256 ?? ''}`, row.id]))
  return unique(rows.map((row) => ({ ...row, id: old.get(`${row.path}\0${row.sha256 ?? ''}`) ?? row.id })))
}

/** What is no model stands below what is. */
function modelsFirst(rows: SheetRow[]): SheetRow[] {
  return [...rows.filter((row) => row.model), ...rows.filter((row) => !row.model)]
}

/** Every id once: a later row of the same gets a number. */
function unique(rows: SheetRow[]): SheetRow[] {
  const ids = new Set<string>()
  return rows.map((row) => {
    let id = row.id
    for (let n = 2; ids.has(id); n++) id = `${row.id}-${n}`
    ids.add(id)
    return id === row.id ? row : { ...row, id }
  })
}

function emptyFindings(rows: readonly SheetRow[], paths: readonly string[]): Finding[] {
  if (rows.some((row) => row.model)) return []
  return [
    makeFinding(
      'BATCH_EMPTY',
      'warning',
      `No model was found in ${paths.join(', ') || 'the plan'}: ${rows.length} files were looked at.`,
      'Choose a folder with PyTorch, TorchScript, torch.export, safetensors or ONNX files; the rows say what each file is instead.',
      { paths: [...paths], files: rows.length },
    ),
  ]
}

function nameOf(paths: readonly string[], folder: string): string {
  const [first] = paths
  return first === undefined ? basename(folder) : basename(resolve(first))
}

function folderName(): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${stamp}-${randomBytes(2).toString('hex')}`
}

function busyHere(folder: string): EnginesmithError {
  return new EnginesmithError('RUN_BUSY', `${folder} is open already.`, 'Close it first, or choose another output folder.', { folder })
}

function notABatch(folder: string): EnginesmithError {
  return new EnginesmithError(
    'OUT_NOT_A_BATCH',
    `${folder} holds no batch: there is no batch.json in it.`,
    'Choose the folder that an earlier batch was written to.',
    {
      folder,
    },
  )
}
