import { cpus, totalmem } from 'node:os'
import type { BatchLimits, BatchRow, RowResult } from '../../../contract/batch'
import type { DoctorDocument } from '../../../contract/environment'
import type { Recipe } from '../../../contract/recipe'
import type { RunSnapshot, StageName } from '../../../contract/run'
import { stageNames } from '../../../contract/run'
import type { Turn } from '../api'
import { cancelledError } from '../cancelled'
import { isGpuWait } from '../store/gpu-lane'
import { GpuTurns } from './gpu-turns'
import type { Lane } from './lane'
import { runRow, timeoutFinding } from './row-run'
import { Slots } from './slots'

/** Models side by side where nobody said how many: half of the processors and one, since each stage of them uses several. */
export function defaultJobs(): number {
  return Math.max(1, Math.min(8, Math.floor(cpus().length / 2) + 1))
}

/** MiB for all rows together where nobody said how much: three quarters of what the machine has. */
export function defaultMemory(): number {
  return Math.floor((totalmem() / 1024 / 1024) * 0.75)
}

export interface RowOrder {
  row: BatchRow
  key: string
  recipe: Recipe
  folder: string
}

export interface SchedulerOptions {
  limits: () => BatchLimits
  gpus: DoctorDocument['gpus']
  /** The GPU that the settings choose for a recipe that names none; null: any like the first. */
  device: () => number | null
  /** The backend that a recipe comes to on this machine. */
  backend(recipe: Recipe): string
  makeLane: () => Lane
  /** Tells what a row at work does now. */
  onProgress(id: string, progress: Pick<BatchRow, 'stage' | 'held' | 'fraction' | 'secondsLeft'>): void
}

interface Active {
  controller: AbortController
  held: BatchRow['held']
  /** Another process has the GPU. */
  elsewhere: boolean
  last: RunSnapshot | null
}

const minuteMs = 60_000
const tickMs = 250

/**
 * Rows side by side on one machine. Load and Convert share the processors; Build and Validate of a backend that uses a
 * GPU go one at a time on each, so that CPU work runs ahead while the GPU is busy; memory is promised before a row begins.
 */
export class Scheduler {
  private readonly cpu: Slots
  private readonly memory: Slots
  private readonly gpus: GpuTurns
  private readonly idle: Lane[] = []
  private readonly lanes = new Set<Lane>()
  private readonly active = new Map<string, Active>()
  private claimed = 0
  private paused: { promise: Promise<void>; end: () => void } | null = null

  constructor(private readonly options: SchedulerOptions) {
    this.cpu = new Slots(this.jobs)
    this.memory = new Slots(this.memoryMiB)
    this.gpus = new GpuTurns(options.gpus, options.device)
  }

  get jobs(): number {
    return this.options.limits().jobs ?? defaultJobs()
  }

  private get memoryMiB(): number {
    return this.options.limits().memory ?? defaultMemory()
  }

  /** Rows that have a place, at work or about to be. */
  get running(): number {
    return this.claimed
  }

  /** Changed limits count for what begins from now on. */
  applyLimits(): void {
    this.cpu.resize(this.jobs)
    this.memory.resize(this.memoryMiB)
  }

  /** Whether another row may begin now. With GPUs one more each: it waits for its turn there while others convert. */
  hasRoom(row: BatchRow): boolean {
    if (this.claimed === 0) return true
    return this.claimed < this.jobs + this.gpus.count && this.memory.free(row.estimate?.memoryMiB ?? 0)
  }

  pause(): void {
    if (this.paused !== null) return
    let end = (): void => undefined
    const promise = new Promise<void>((resolve) => {
      end = resolve
    })
    this.paused = { promise, end }
  }

  resume(): void {
    this.paused?.end()
    this.paused = null
  }

  cancel(id: string): void {
    this.active.get(id)?.controller.abort(cancelledError())
  }

  cancelAll(): void {
    for (const id of this.active.keys()) this.cancel(id)
  }

  /** Takes a place for a row at once, so that the next look for room counts it; hands back how to give it up. */
  claim(row: BatchRow): () => void {
    this.claimed++
    const memory = this.memory.take(row.estimate?.memoryMiB ?? 0)
    return () => {
      this.claimed--
      void memory.then((giveBack) => giveBack())
    }
  }

  /** Carries a row to its end. Never rejects. */
  async carry({ row, key, recipe, folder }: RowOrder): Promise<RowResult> {
    const active: Active = { controller: new AbortController(), held: null, elsewhere: false, last: null }
    const { signal } = active.controller
    this.active.set(row.id, active)
    const lane = this.takeLane(row.format !== 'onnx')
    const limit = this.watchTime(active, row.minutes)
    try {
      const result = await runRow({
        row,
        key,
        recipe,
        folder,
        lane,
        signal,
        gate: (stage, own) => this.enter(row.id, active, stage, recipe, own),
        onChange: (snapshot) => {
          active.last = snapshot
          active.elsewhere = isGpuWait(snapshot.stages.build.progress?.phase)
          this.tell(row.id, active)
        },
      })
      return limit.expired()
        ? { ...result, state: 'error', crashed: true, verdict: null, findings: [...result.findings, timeoutFinding(limit.minutes)] }
        : result
    } finally {
      limit.stop()
      this.idle.push(lane)
      this.active.delete(row.id)
    }
  }

  async dispose(): Promise<void> {
    this.resume()
    const all = [...this.lanes]
    this.lanes.clear()
    this.idle.length = 0
    await Promise.all(all.map((lane) => lane.dispose()))
  }

  /** A lane whose Python is warm for a row that needs one, and one without for a row that does not. */
  private takeLane(needsPython: boolean): Lane {
    const fit = this.idle.findLastIndex((lane) => lane.warmPython() === needsPython)
    const [found] = this.idle.splice(fit < 0 ? this.idle.length - 1 : fit, 1)
    if (found !== undefined) return found
    const made = this.options.makeLane()
    this.lanes.add(made)
    return made
  }

  /** Build measures and Validate runs on a GPU, unless the backend has no use for one. */
  private needsGpu(stage: StageName, recipe: Recipe): boolean {
    const backend = this.options.backend(recipe)
    if (this.gpus.count === 0 || backend === 'onnxruntime') return false
    // For a stated target TensorRT-RTX builds on the processor.
    if (stage === 'build') return backend !== 'tensorrt-rtx' || recipe.build.targets.length === 0
    return stage === 'validate'
  }

  /** A stage's turn: not while paused, and one stage a slot. */
  private async enter(id: string, active: Active, stage: StageName, recipe: Recipe, signal: AbortSignal): Promise<Turn> {
    const onGpu = this.needsGpu(stage, recipe)
    const { device } = recipe.build
    const take = async (): Promise<Turn> => (onGpu ? this.gpus.take(device, signal) : { device: null, leave: await this.cpu.take(1, signal) })
    const hold = (held: BatchRow['held']): void => {
      active.held = held
      this.tell(id, active)
    }
    for (;;) {
      if (this.paused !== null) {
        hold('pause')
        await Promise.race([this.paused.promise, aborted(signal)])
        if (signal.aborted) throw cancelledError()
        continue
      }
      if (!(onGpu ? this.gpus.free(device) : this.cpu.free(1))) hold(onGpu ? 'gpu' : 'cpu')
      const turn = await take()
      if (this.paused === null) {
        hold(null)
        return turn
      }
      turn.leave()
    }
  }

  /** Ends a row that worked for longer than it may; waiting for its turn is no work. */
  private watchTime(active: Active, own: number | null): { minutes: number; expired(): boolean; stop(): void } {
    const minutes = own ?? this.options.limits().rowMinutes
    if (minutes === null) return { minutes: 0, expired: () => false, stop: () => undefined }
    let worked = 0
    let expired = false
    let last = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      if (active.held === null && !active.elsewhere) worked += now - last
      last = now
      if (worked < minutes * minuteMs) return
      expired = true
      active.controller.abort(cancelledError())
      clearInterval(timer)
    }, tickMs)
    return { minutes, expired: () => expired, stop: () => clearInterval(timer) }
  }

  private tell(id: string, { last, held, elsewhere }: Active): void {
    if (last === null) return
    const at = stageNames.findIndex((name) => last.stages[name].state === 'running' || last.stages[name].state === 'cancelling')
    const done = stageNames.filter((name) => last.stages[name].state === 'completed' || last.stages[name].state === 'cached').length
    const stage = stageNames[at < 0 ? done : at] ?? null
    const progress = at < 0 ? null : (last.stages[stageNames[at] ?? 'load'].progress ?? null)
    this.options.onProgress(id, {
      stage,
      held: held ?? (elsewhere ? 'gpu' : null),
      fraction: Math.min(1, (done + (progress?.fraction ?? 0)) / stageNames.length),
      secondsLeft: progress?.secondsLeft ?? null,
    })
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
