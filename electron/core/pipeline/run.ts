import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { stageNames, type Artifact, type ComparisonDetail, type LogLine, type RunSnapshot } from '../../../contract/run'
import type { Copy } from '../../../contract/copy'
import type { Recipe } from '../../../contract/recipe'
import type { ExecuteOptions, RunHandle } from '../api'
import { cancelledError } from '../cancelled'
import { EnginesmithError } from '../errors'
import { sha256File } from '../files/hash'
import { renderReport, writeHtmlReport, type ReportFormat } from '../report'
import { artifactPath } from '../store/artifacts'
import { readDetails } from '../store/details'
import type { FolderLock } from '../store/lock'
import type { RunLog } from '../store/log-file'
import { parseRecipe } from '../store/recipes'
import { notARun, readRunFile } from '../store/run-folder'
import { Archive } from './archive'
import { saveCopy, type SaveCopy } from './copies/save-copy'
import { Runner, type StageTable } from './runner'
import type { RunState } from './run-state'
import { mergeCopy } from './settled'
import type { StageServices } from './stage'
import { findStale } from './stale'
import { openFindings } from '../trust/refuse'
import { isActive } from './transition'

/** Log lines go out in batches: a builder says thousands of lines a second. */
const logBatchMs = 100

export interface RunOptions {
  state: RunState
  log: RunLog
  /** Null where the folder cannot be written: the run can be looked at only. */
  lock: FolderLock | null
  stages: StageTable
  services: StageServices
  /** The input's hash that is being computed since the run was made; null where it is not or failed. */
  hashing: Promise<string | null>
  onClose: () => void
}

/** A run in memory over its folder. */
export class Run implements RunHandle {
  private controller: AbortController | null = null
  private work: Promise<unknown> | null = null
  private closed = false
  private readonly logListeners = new Set<(lines: LogLine[], next: number) => void>()
  private logTimer: NodeJS.Timeout | null = null
  private told = 0

  constructor(private readonly options: RunOptions) {
    this.told = options.log.read(0).next
  }

  get id(): string {
    return this.options.state.file.id
  }

  get folder(): string {
    return this.options.state.folder
  }

  snapshot(): RunSnapshot {
    return this.options.state.snapshot()
  }

  async setRecipe(recipe: Recipe): Promise<RunSnapshot> {
    const { state, stages, services } = this.options
    this.refuseIfBusy()
    this.needWritable()
    const checked = parseRecipe(recipe, 'The recipe')
    state.update((run) => ({ ...run, recipe: checked }))
    await state.save()
    const stale = await findStale(state, stages, services)
    for (const name of stageNames) {
      if (state.file.stages[name].stale !== stale.has(name)) state.patchStage(name, { stale: stale.has(name) })
    }
    await state.save()
    return state.snapshot()
  }

  async saveCopy({ signal, ...request }: SaveCopy & { signal?: AbortSignal }): Promise<Copy> {
    const { state, services } = this.options
    this.refuseIfBusy()
    this.needWritable()
    return this.atWork(signal, async (controller) => {
      try {
        await this.waitForHash(controller.signal)
        return await saveCopy(request, { state, services, signal: controller.signal, log: (line) => this.addLog(line) })
      } finally {
        await services.pythons.endIsolated(this.folder)
        this.options.log.flush()
        this.tellLog()
        state.setRunning(false)
      }
    })
  }

  execute(options: ExecuteOptions): Promise<RunSnapshot> {
    try {
      this.refuseIfBusy()
      this.needWritable()
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
    return this.atWork(options.signal, (controller) => this.carry(options, controller))
  }

  /** One piece of work at a time, which `cancel` and the caller's signal end. */
  private atWork<T>(signal: AbortSignal | undefined, work: (controller: AbortController) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const stop = (): void => void this.cancel()
    if (signal?.aborted) controller.abort(cancelledError())
    signal?.addEventListener('abort', stop, { once: true })
    this.controller = controller
    this.options.state.setRunning(true)
    const working = work(controller).finally(() => {
      signal?.removeEventListener('abort', stop)
      this.controller = null
      this.work = null
    })
    this.work = working
    return working
  }

  private async carry({ upTo, only = false, gate }: ExecuteOptions, controller: AbortController): Promise<RunSnapshot> {
    const { state, stages, services } = this.options
    const log = (line: LogLine): void => this.addLog(line)
    try {
      state.update((run) => ({ ...run, findings: openFindings(run.input, services.trust.granted(run.input, this.folder)) }))
      const ready = (): Promise<void> => this.waitForHash(controller.signal)
      await new Runner({ state, stages, services, controller, log, ready, gate }).run(upTo, only)
      await this.writeReport()
    } catch (error) {
      // What a stage says ends in its findings; only the run's own housekeeping comes here.
      const fault =
        error instanceof EnginesmithError
          ? error
          : new EnginesmithError('INTERNAL', String(error), 'Run it again; if it repeats, report it with the log of this run.')
      state.update((run) => ({ ...run, findings: [...run.findings, fault.toFinding()] }))
      log({
        at: Date.now(),
        level: 'error',
        source: 'run',
        text: `${fault.message}${error instanceof Error && fault !== error ? `\n${error.stack ?? ''}` : ''}`,
      })
    } finally {
      await services.pythons.endIsolated(this.folder)
      this.options.log.flush()
      this.tellLog()
      state.setRunning(false)
    }
    return state.snapshot()
  }

  /** Stages are keyed by the input's content, so the first waits until it is known. */
  private async waitForHash(signal: AbortSignal): Promise<void> {
    const { state } = this.options
    if (state.file.input.sha256 !== null) return
    const sha256 = (await untilAborted(this.options.hashing, signal)) ?? (await sha256File(state.file.input.path, signal))
    this.takeHash(sha256)
  }

  /** The report follows every change of a result; a run that was wholly reused keeps the one it has. */
  private async writeReport(): Promise<void> {
    const { state } = this.options
    const path = join(this.folder, 'report.html')
    const reached = stageNames.filter((name) => state.file.stages[name].state !== 'pending')
    if (reached.every((name) => state.file.stages[name].state === 'cached') && (await exists(path))) return
    await writeHtmlReport(path, { snapshot: state.snapshot(), details: await readDetails(this.folder), language: this.options.services.settings().language })
    const report: Artifact = { kind: 'report', path: 'report.html', sha256: await sha256File(path), bytes: (await stat(path)).size }
    const last = reached.at(-1)
    if (last === undefined) return
    for (const name of stageNames) {
      const { artifacts } = state.file.stages[name]
      const others = artifacts.filter((artifact) => artifact.kind !== 'report')
      if (name === last) state.patchStage(name, { artifacts: [...others, report] })
      else if (others.length !== artifacts.length) state.patchStage(name, { artifacts: others })
    }
    await state.save()
  }

  /** The input's hash, once it is known. */
  takeHash(sha256: string): void {
    if (this.options.state.file.input.sha256 === null) this.options.state.update((run) => ({ ...run, input: { ...run.input, sha256 } }))
  }

  async cancel(): Promise<void> {
    const { controller, work } = this
    if (controller === null) return
    if (!controller.signal.aborted) {
      const active = this.options.state.active()
      if (active !== null && this.options.state.file.stages[active].state === 'running') this.options.state.move(active, 'cancel')
      controller.abort(cancelledError())
    }
    await work?.catch(() => undefined)
  }

  async merge(from: string): Promise<boolean> {
    const { state } = this.options
    this.refuseIfBusy()
    this.needWritable()
    const copy = await readRunFile(from)
    if (copy === null) throw notARun(from)
    const changed = await mergeCopy(state, new Archive(state), from, copy, await readDetails(from))
    await state.save()
    if (changed) await this.writeReport()
    return changed
  }

  async detail(hop: string, output: string): Promise<ComparisonDetail | null> {
    return (await readDetails(this.folder)).find((detail) => detail.hop === hop && detail.output === output) ?? null
  }

  log(from: number): { lines: LogLine[]; next: number } {
    return this.options.log.read(from)
  }

  async report(format: ReportFormat): Promise<string> {
    return renderReport(format, { snapshot: this.snapshot(), details: await readDetails(this.folder), language: this.options.services.settings().language })
  }

  artifactPath(artifact: Artifact): string {
    return artifactPath(this.folder, artifact)
  }

  onChange(listener: (snapshot: RunSnapshot) => void): () => void {
    return this.options.state.onChange(listener)
  }

  onLog(listener: (lines: LogLine[], next: number) => void): () => void {
    this.logListeners.add(listener)
    return () => this.logListeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.cancel()
    this.options.log.flush()
    await this.options.lock?.release()
    this.options.onClose()
  }

  private addLog(line: LogLine): void {
    this.options.log.add(line)
    this.logTimer ??= setTimeout(() => this.tellLog(), logBatchMs).unref()
  }

  private tellLog(): void {
    if (this.logTimer !== null) clearTimeout(this.logTimer)
    this.logTimer = null
    const { lines, next } = this.options.log.read(this.told)
    this.told = next
    if (lines.length === 0) return
    for (const listener of [...this.logListeners]) listener(lines, next)
  }

  private refuseIfBusy(): void {
    if (this.closed) throw new Error('The run is closed')
    if (this.work === null && !stageNames.some((name) => isActive(this.options.state.file.stages[name].state))) return
    throw new EnginesmithError('RUN_BUSY', 'This run is at work.', 'Wait until it has finished, or cancel it.', { folder: this.folder })
  }

  private needWritable(): void {
    if (this.options.lock !== null) return
    throw new EnginesmithError(
      'OUT_NOT_WRITABLE',
      `${this.folder} is read-only, so the run can be looked at but not changed.`,
      'Copy the folder to a place that you may write to and open it there.',
      { folder: this.folder },
    )
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** What the promise gives, or null as soon as the signal says stop. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return Promise.race([promise, new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }))])
}
