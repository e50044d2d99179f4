import path from 'node:path'
import { stat } from 'node:fs/promises'
import { powerSaveBlocker } from 'electron'
import type { BatchChange, BatchRow, BatchSnapshot, BatchSummary, RowEdit } from '../../../contract/batch'
import type { Recipe } from '../../../contract/recipe'
import type { Core } from '../../core/api'
import type { Batch, RowPatch } from '../../core/batch/batch'
import { EnginesmithError } from '../../core/errors'
import type { SendEvent } from '../ipc/send'
import { throttle } from './throttle'

const eventMs = 100

export interface OpenBatchesDeps {
  core: () => Promise<Core>
  send: SendEvent
  log: (text: string) => void
  /** Tells a person who looks elsewhere that a batch has ended. */
  notify: (snapshot: BatchSnapshot) => void
}

/** The batches that are open in this app. While one is at work the machine is kept awake. */
export class OpenBatches {
  private readonly listening = new Map<string, Batch>()
  private blocker: number | null = null
  private looking: AbortController | null = null

  constructor(private readonly deps: OpenBatchesDeps) {}

  /** The models of batches at work, which closing would stop, and those of them that have not ended; null where none is. */
  get atWork(): { left: number; total: number } | null {
    const heads = [...this.listening.values()].filter(({ state }) => state === 'running' || state === 'paused').map((batch) => batch.snapshot())
    if (heads.length === 0) return null
    const total = heads.reduce((sum, head) => sum + head.total, 0)
    return { left: total - heads.reduce((sum, head) => sum + head.ended, 0), total }
  }

  async create(paths: string[]): Promise<BatchSnapshot> {
    const core = await this.deps.core()
    const [only] = paths
    if (paths.length === 1 && only !== undefined) {
      if (await isFile(path.join(only, 'batch.json'))) return this.open(only)
      if (only.endsWith('.json')) return this.fromPlan(core, only)
    }
    return this.adopt(await this.look((request) => core.batches.create({ paths, ...request })))
  }

  /** Ends the look through files that is under way, if one is. */
  cancelLooking(): void {
    this.looking?.abort()
  }

  /** Files are looked at for as long as it takes: the window hears how far it is, and may end it. */
  private async look<T>(work: (request: { signal: AbortSignal; onProgress: (done: number, total: number) => void }) => Promise<T>): Promise<T> {
    let progress = { done: 0, total: 0 }
    const told = throttle(eventMs, () => this.deps.send('batch.looking', progress))
    const controller = new AbortController()
    this.looking = controller
    try {
      return await work({
        signal: controller.signal,
        onProgress: (done, total) => {
          progress = { done, total }
          told.request()
        },
      })
    } finally {
      told.flush()
      if (this.looking === controller) this.looking = null
    }
  }

  private async fromPlan(core: Core, file: string): Promise<BatchSnapshot> {
    const { readPlan } = await import('../../core/batch/plan-file')
    const plan = await readPlan(file)
    const name = plan.name === '' ? path.basename(file, '.json') : plan.name
    return this.adopt(await core.batches.create({ paths: [], rows: plan.rows, name, recipe: plan.recipe, limits: plan.limits }))
  }

  async open(folder: string): Promise<BatchSnapshot> {
    return this.adopt(await (await this.deps.core()).batches.open(folder))
  }

  async list(): Promise<BatchSummary[]> {
    return (await this.deps.core()).batches.list()
  }

  /** @throws EnginesmithError OUT_NOT_A_BATCH where it is not open */
  get(id: string): Batch {
    const batch = this.listening.get(id)
    if (batch !== undefined) return batch
    throw new EnginesmithError('OUT_NOT_A_BATCH', 'This batch is not open any more.', 'Open it from the list of batches.', { id })
  }

  async add(id: string, paths: string[]): Promise<BatchSnapshot> {
    const batch = this.get(id)
    const core = await this.deps.core()
    await this.look((request) => core.batches.add(batch, paths, request))
    return batch.snapshot()
  }

  async edit(id: string, rows: string[], edit: RowEdit): Promise<BatchRow[]> {
    const batch = this.get(id)
    await batch.edit(rows, await patchOf(edit))
    return rows.flatMap((row) => batch.row(row) ?? [])
  }

  async start(id: string): Promise<void> {
    const batch = this.get(id)
    if (batch.state === 'stopped' || batch.state === 'done') await batch.prepare({ again: false })
    await batch.start()
  }

  /** Allows every refused name of these files that may be allowed at all, by their content. */
  async trust(id: string, rows: string[]): Promise<void> {
    const batch = this.get(id)
    const core = await this.deps.core()
    const { allowable } = await import('../../core/trust/names')
    for (const row of rows.flatMap((one) => batch.row(one) ?? [])) {
      if (row.trust.kind !== 'refused') continue
      const file = await core.describeFile(row.path, { hash: 'wait' })
      if (file.pickle !== null) await core.trust.allow(file, allowable(file.pickle.unsafe, file.pickle.dangerous))
    }
    await core.batches.refresh(batch, rows)
  }

  private adopt(batch: Batch): BatchSnapshot {
    if (this.listening.get(batch.id) !== batch) {
      this.listening.set(batch.id, batch)
      this.listen(batch)
    }
    return batch.snapshot()
  }

  /** Changes go out merged, ten times a second at most. */
  private listen(batch: Batch): void {
    let head = batch.snapshot() as BatchChange['head']
    let order: string[] | null = null
    let rows = new Map<string, BatchRow>()
    const changed = throttle(eventMs, () => {
      this.deps.send('batch.changed', { head, rows: [...rows.values()], order })
      rows = new Map()
      order = null
    })
    let state = batch.state
    batch.onChange((change) => {
      head = change.head
      order = change.order ?? order
      for (const row of change.rows) rows.set(row.id, row)
      changed.request()
      if (state === head.state) return
      const ended = head.state === 'done' || (head.state === 'stopped' && state === 'stopping')
      state = head.state
      changed.flush()
      this.keepAwake()
      if (ended) void this.ended(batch)
    })
  }

  private async ended(batch: Batch): Promise<void> {
    const snapshot = batch.snapshot()
    const { writeBatchReports } = await import('../../core/report/batch')
    const { language } = (await this.deps.core()).settings()
    await writeBatchReports(batch.folder, snapshot, language).catch((error: unknown) => this.deps.log(`batch reports: ${String(error)}`))
    if (snapshot.state === 'done') this.deps.notify(snapshot)
  }

  private keepAwake(): void {
    const working = [...this.listening.values()].some((batch) => batch.state === 'running')
    if (working && this.blocker === null) this.blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!working && this.blocker !== null) {
      powerSaveBlocker.stop(this.blocker)
      this.blocker = null
    }
  }
}

/** An edit as a patch of rows; specifications are read as the command line reads them. */
async function patchOf({ excluded, recipe, inputs, expect, model, backend, precision, targets, inputSpecs, shapes, minutes }: RowEdit): Promise<RowPatch> {
  // The core's code is loaded after the first paint.
  const { parseInputSpec, profilesFromShapes } = await import('../../core/inputs')
  const patch: RowPatch = {}
  if (excluded !== undefined) patch.excluded = excluded
  if (minutes !== undefined) patch.minutes = minutes
  if (recipe !== undefined) patch.recipe = recipe
  if (inputs !== undefined) patch.inputs = inputs
  if (expect !== undefined) patch.expect = expect
  const load = { ...(model === undefined ? {} : { model }), ...(inputSpecs === undefined ? {} : { inputs: inputSpecs.map(parseInputSpec) }) }
  // A range is no part of the text: an input that stays what it was keeps its own.
  const ranged = (own: Recipe): Pick<Recipe['load'], 'inputs'> | undefined =>
    load.inputs && {
      inputs: load.inputs.map((spec) => ({ ...own.load.inputs.find(({ name, dtype }) => name === spec.name && dtype === spec.dtype), ...spec })),
    }
  const build = {
    ...(backend === undefined ? {} : { backend }),
    ...(precision === undefined ? {} : { precision }),
    ...(targets === undefined ? {} : { targets }),
    ...(shapes === undefined ? {} : { profiles: profilesFromShapes(shapes) }),
  }
  if (Object.keys(load).length + Object.keys(build).length > 0) {
    patch.change = (own: Recipe) => ({ ...own, load: { ...own.load, ...load, ...ranged(own) }, build: { ...own.build, ...build } })
  }
  return patch
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  )
}
