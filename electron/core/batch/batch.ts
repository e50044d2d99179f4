import { join } from 'node:path'
import type { BatchChange, BatchFile, BatchHead, BatchLimits, BatchRow, BatchSnapshot, BatchState, RowResult, SheetRow } from '../../../contract/batch'
import type { DoctorDocument, Environment } from '../../../contract/environment'
import type { Finding } from '../../../contract/finding'
import type { Recipe } from '../../../contract/recipe'
import type { FolderLock } from '../store/lock'
import { runsName, writeBatchFile } from './folder'
import type { Journal } from './journal'
import type { Lane } from './lane'
import { recipeOf, rowKey } from './row-recipe'
import { batchRow, countRows, hasEnded, isToRun, restState, secondsLeft, sheetRow } from './rows'
import { Scheduler } from './scheduler'
import { settle, type SheetContext } from './sheet'
import { emptyResult } from './row-run'

export interface BatchOptions {
  folder: string
  file: BatchFile
  journal: Journal
  lock: FolderLock
  sheet: Pick<SheetContext, 'trust' | 'estimates' | 'backend'>
  gpus: DoctorDocument['gpus']
  device: () => number | null
  environment: () => Promise<Environment>
  makeLane: () => Lane
  onClose: () => void
}

/** What may be changed of rows that are not at work. */
export interface RowPatch {
  recipe?: Recipe | null
  /** A change of the recipe that the row has, its own or the batch's. */
  change?: (recipe: Recipe) => Recipe
  inputs?: string | null
  expect?: string | null
  excluded?: boolean
  minutes?: number | null
}

/** A batch in memory over its folder: the plan sheet, the queue, and what came of the rows. */
export class Batch {
  private rows: BatchRow[]
  private head: Omit<BatchFile, 'rows' | 'version' | 'app'>
  private revision = 0
  private readonly listeners = new Set<(change: BatchChange) => void>()
  private readonly scheduler: Scheduler
  private changed = new Set<string>()
  private reordered = false
  private telling: NodeJS.Immediate | null = null
  private saving: Promise<void> = Promise.resolve()
  private ending: Array<() => void> = []
  private closed = false
  /** Rows whose results another process, or this one before, came to. */
  private readonly earlier: Set<string>

  constructor(private readonly options: BatchOptions) {
    const { version: _version, app: _app, rows, ...head } = options.file
    this.head = head
    // What the file says is of another day: a class may have been confirmed since, or taken back.
    this.rows = rows.map((row) => batchRow(settle(row, head.recipe, options.sheet), options.journal.results.get(row.id) ?? null, options.folder))
    this.earlier = new Set(options.journal.results.keys())
    this.scheduler = new Scheduler({
      limits: () => this.head.limits,
      gpus: options.gpus,
      device: options.device,
      backend: options.sheet.backend,
      makeLane: options.makeLane,
      onProgress: (id, progress) => this.patch(id, progress),
    })
  }

  get id(): string {
    return this.head.id
  }
  get folder(): string {
    return this.options.folder
  }
  get state(): BatchState {
    return this.head.state
  }

  snapshot(): BatchSnapshot {
    return { ...this.headNow(), rows: [...this.rows] }
  }

  row(id: string): BatchRow | undefined {
    return this.rows.find((row) => row.id === id)
  }

  onChange(listener: (change: BatchChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Resolves when nothing is at work any more: all rows ended, or it was stopped. */
  finished(): Promise<void> {
    if (this.state !== 'running' && this.state !== 'paused' && this.state !== 'stopping') return Promise.resolve()
    return new Promise((resolve) => this.ending.push(resolve))
  }

  /** Puts rows in, in place of those of the same id; those that ended keep their results, which count where their key is still right. */
  async setSheet(rows: readonly SheetRow[], sources: readonly string[], findings: readonly Finding[] = []): Promise<void> {
    this.rows = rows.map((row) => batchRow(row, this.options.journal.results.get(row.id) ?? null, this.folder))
    this.head = { ...this.head, sources: [...sources], findings: [...findings] }
    this.reordered = true
    for (const row of this.rows) this.changed.add(row.id)
    await this.save()
  }

  async edit(ids: readonly string[], patch: RowPatch): Promise<void> {
    for (const id of ids) {
      const row = this.row(id)
      if (row === undefined || row.state === 'running') continue
      const { change, ...plain } = patch
      const own = change === undefined ? {} : { recipe: change(row.recipe ?? this.head.recipe) }
      const sheet = settle({ ...sheetRow(row), ...plain, ...own }, this.head.recipe, this.options.sheet)
      // A result of another recipe or other answers is none of this row any more.
      const told = Object.keys(patch).every((name) => name === 'excluded' || name === 'minutes')
      if (!told && row.result !== null) await this.options.journal.append({ event: 'reset', id })
      this.replace(batchRow(sheet, told ? row.result : null, this.folder))
    }
    if (this.state === 'done' && this.rows.some((row) => row.state === 'waiting')) this.setState('stopped')
    await this.save()
    this.pump()
  }

  /** New facts of rows, as after a decision of trust. */
  async refresh(rows: readonly SheetRow[]): Promise<void> {
    for (const sheet of rows) {
      const row = this.row(sheet.id)
      if (row !== undefined && row.state !== 'running') this.replace(batchRow(settle(sheet, this.head.recipe, this.options.sheet), row.result, this.folder))
    }
    await this.save()
  }

  /** After a decision on a class: rows that are not at work say anew what they need. */
  settleAnew(): void {
    for (const row of this.rows) if (row.state !== 'running') this.replace({ ...row, ...settle(sheetRow(row), this.head.recipe, this.options.sheet) })
  }

  async configure(change: { name?: string; recipe?: Recipe; limits?: BatchLimits }): Promise<void> {
    this.head = { ...this.head, ...change }
    this.scheduler.applyLimits()
    if (change.recipe !== undefined) this.settleAnew()
    await this.save()
    this.pump()
  }

  /** The rows in this order; those that are not named keep theirs, behind. */
  async setOrder(ids: readonly string[]): Promise<void> {
    const place = new Map(ids.map((id, index) => [id, index]))
    this.rows = [...this.rows].sort((a, b) => (place.get(a.id) ?? ids.length) - (place.get(b.id) ?? ids.length))
    this.reordered = true
    await this.save()
  }

  /**
   * Before a start: earlier results whose key is no longer right are forgotten, and of a batch that had ended those that
   * died are tried again.
   * @param again true: whatever ended in an error or was cancelled is
   */
  async prepare({ again }: { again: boolean }): Promise<void> {
    const environment = await this.options.environment()
    for (const row of this.rows) {
      if (row.result === null || !isToRun(row)) continue
      const key = await rowKey(row, recipeOf(row, this.head.recipe), environment)
      if (row.result.key !== key) this.replace(batchRow(sheetRow(row), null, this.folder))
      else if (this.earlier.has(row.id)) this.replace({ ...row, result: { ...row.result, reused: true } })
    }
    const died = (row: BatchRow): boolean => row.state === 'cancelled' || (row.state === 'error' && (again || row.result?.crashed === true))
    if (again || this.state === 'done') await this.retry(this.rows.filter(died).map((row) => row.id))
  }

  /** Starts, or goes on after a pause, a stop or a crash. */
  async start(): Promise<void> {
    this.scheduler.resume()
    this.setState('running')
    await this.save()
    this.pump()
  }

  /** No stage begins any more; those at work end. */
  async pause(): Promise<void> {
    if (this.state !== 'running') return
    this.scheduler.pause()
    this.setState('paused')
    await this.save()
  }

  /** Ends what is at work; what waits goes on waiting, for another start. */
  async stop(): Promise<void> {
    if (this.state !== 'running' && this.state !== 'paused') return
    this.setState('stopping')
    this.scheduler.cancelAll()
    this.scheduler.resume()
    this.pump()
    await this.finished()
  }

  async cancelRow(id: string): Promise<void> {
    const row = this.row(id)
    if (row?.state === 'running') this.scheduler.cancel(id)
    else if (row?.state === 'waiting') await this.end(id, { ...emptyResult(id, ''), state: 'cancelled' })
    this.pump()
  }

  /** Rows that ended are to be done again; what of their stages is unchanged is reused. */
  async retry(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const row = this.row(id)
      if (row === undefined || !hasEnded(row)) continue
      await this.options.journal.append({ event: 'reset', id })
      this.replace(batchRow(sheetRow(row), null, this.folder))
    }
    if (this.state === 'done') this.setState('stopped')
    await this.save()
    this.pump()
  }

  async close(): Promise<void> {
    if (this.closed) return
    await this.stop()
    this.closed = true
    await this.scheduler.dispose()
    await this.saving.catch(() => undefined)
    await this.options.journal.close()
    await this.options.sheet.estimates.save()
    await this.options.lock.release()
    this.options.onClose()
  }

  /** Lets as many rows begin as there is room for, in their order. */
  private pump(): void {
    while (this.state === 'running') {
      const next = this.rows.find((row) => row.state === 'waiting')
      if (next === undefined || !this.scheduler.hasRoom(next)) break
      this.replace({ ...next, state: 'running', fraction: 0 })
      const leave = this.scheduler.claim(next)
      void this.carry(next).finally(() => {
        leave()
        this.pump()
      })
    }
    if (this.scheduler.running > 0) return
    if (this.state === 'stopping') this.finish('stopped')
    else if (this.state === 'running' && !this.rows.some((row) => row.state === 'waiting')) this.finish('done')
  }

  private finish(state: 'stopped' | 'done'): void {
    this.setState(state)
    const ending = this.ending
    this.ending = []
    void this.save()
      .then(() => this.options.sheet.estimates.save())
      .finally(() => ending.forEach((end) => end()))
  }

  private async carry(row: BatchRow): Promise<void> {
    const recipe = recipeOf(row, this.head.recipe)
    const key = await rowKey(row, recipe, await this.options.environment())
    try {
      await this.options.journal.append({ event: 'start', id: row.id, key, at: new Date().toISOString() })
      const result = await this.scheduler.carry({ row, key, recipe, folder: join(this.folder, runsName, row.id) })
      if (result.state === 'done' && !result.reused) {
        const work = { sha256: row.sha256, format: row.format, bytes: row.bytes, backend: this.options.sheet.backend(recipe) }
        this.options.sheet.estimates.note(work, { seconds: result.seconds, peakMiB: result.peakMiB })
      }
      // A stop is no result: the row goes on waiting.
      if (result.state === 'cancelled' && this.state === 'stopping') this.replace(batchRow(sheetRow(row), null, this.folder))
      else await this.end(row.id, result)
    } catch (error) {
      // The journal could not be written: the row is known in memory alone, and the batch says so.
      const finding = findingOfJournal(error, this.folder)
      this.head = { ...this.head, findings: [...this.head.findings, finding] }
      this.replace(batchRow(sheetRow(row), { ...emptyResult(row.id, key), crashed: true, findings: [finding] }, this.folder))
    }
  }

  private async end(id: string, result: RowResult): Promise<void> {
    this.earlier.delete(id)
    await this.options.journal.append({ event: 'end', result })
    const row = this.row(id)
    if (row !== undefined) this.replace(batchRow(sheetRow(row), result, this.folder))
  }

  private headNow(): BatchHead {
    const toRun = this.rows.filter(isToRun)
    return {
      ...this.head,
      folder: this.folder,
      counts: countRows(this.rows),
      total: toRun.length,
      ended: toRun.filter(hasEnded).length,
      secondsLeft: this.state === 'done' ? null : secondsLeft(this.rows, Math.min(this.scheduler.jobs, toRun.length)),
      revision: this.revision,
    }
  }

  private setState(state: BatchState): void {
    this.head = { ...this.head, state }
    this.tellSoon()
  }

  private patch(id: string, patch: Partial<BatchRow>): void {
    const row = this.row(id)
    if (row?.state === 'running') this.replace({ ...row, ...patch })
  }

  private replace(next: BatchRow): void {
    const at = this.rows.findIndex((row) => row.id === next.id)
    if (at < 0) return
    this.rows[at] = next.state === 'running' ? next : { ...next, state: restState(next, next.result) }
    this.changed.add(next.id)
    this.tellSoon()
  }

  private tellSoon(): void {
    this.revision++
    this.telling ??= setImmediate(() => {
      this.telling = null
      const rows = this.rows.filter((row) => this.changed.has(row.id))
      const order = this.reordered ? this.rows.map((row) => row.id) : null
      this.changed = new Set()
      this.reordered = false
      const change: BatchChange = { head: this.headNow(), rows, order }
      for (const listener of [...this.listeners]) listener(change)
    })
  }

  /** Writes batch.json; writes never overtake each other. */
  private save(): Promise<void> {
    this.tellSoon()
    const write = (): Promise<void> => writeBatchFile(this.folder, { version: 1, app: this.options.file.app, ...this.head, rows: this.rows.map(sheetRow) })
    this.saving = this.saving.then(write, write)
    return this.saving
  }
}

function findingOfJournal(error: unknown, folder: string): Finding {
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'OUT_NOT_WRITABLE',
    severity: 'error',
    message: `What became of a row could not be written to ${folder}: ${message}`,
    remedy: 'Free some space there, or allow writing, and start the batch again; finished stages are reused.',
    evidence: { folder },
  }
}
