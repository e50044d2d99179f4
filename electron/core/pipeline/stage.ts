import type { Finding } from '../../../contract/finding'
import type { NativeMethod, NativeParams, NativeResult } from '../../../contract/native'
import type { Recipe } from '../../../contract/recipe'
import type { Settings } from '../../../contract/settings'
import type { Artifact, Cards, Comparison, ComparisonDetail, LogLine, ModelFile, RunFile, StageName, Verdict } from '../../../contract/run'
import type { CallOptions, Core, EngineHost, PythonWorkers, Toolchain } from '../api'
import type { TrustStore } from '../trust/store'
import type { ProducedSet } from '../store/artifacts'
import type { StageKeyParts } from './stage-key'

/** What the stages stand on; made once for all runs. */
export interface StageServices {
  host: EngineHost
  pythons: PythonWorkers
  toolchain: Toolchain
  settings: () => Settings
  trust: TrustStore
  describeFile: Core['describeFile']
  appVersion: string
  /** The app's own folder on this machine: settings, timing caches. */
  dataFolder: string
  /** How long a piece of work took the last time, for the time that is left. */
  durations: Durations
}

/** Seconds that a piece of work took before, by a name that says what was worked on. */
export interface Durations {
  get(name: string): number | null
  set(name: string, seconds: number): void
}

/** What goes into a stage: the file, and what the stages before it made. */
export interface StageInputs {
  file: ModelFile
  recipe: Recipe
  /** The run folder; artifacts' paths are relative to it. */
  folder: string
  artifacts: Record<StageName, Artifact[]>
  cards: Cards
  keys: Record<StageName, string | null>
  /** True where only this stage runs, on what the folder holds. */
  only: boolean
}

/** Progress as a stage tells it; the runner adds the times. */
export interface StageProgress {
  phase: string
  parent?: string | null
  fraction: number | null
}

export interface StageContext extends StageServices {
  readonly signal: AbortSignal
  /** An empty folder on the run's own disk; removed when the stage ends. */
  readonly scratch: string
  /** The GPU to work on where the recipe names none; null: the first. */
  readonly device: number | null
  progress(event: StageProgress): void
  log(level: LogLine['level'], source: string, text: string): void
  /** Tells a finding at once; it stays with the stage whatever its end. */
  report(finding: Finding): void
  /** A call of the engine host with this stage's signal, progress and log. */
  native<M extends NativeMethod>(method: M, params: NativeParams<M>): Promise<NativeResult<M>>
  /** The same three for a call of a Python worker. */
  readonly call: CallOptions
}

export interface StageOutput<N extends StageName = StageName> {
  produced: ProducedSet[]
  card: NonNullable<Cards[N]>
  comparisons?: Comparison[]
  details?: ComparisonDetail[]
  verdict?: Verdict
}

/** A stage that knows what it will do: its identity, and the work. */
export interface PreparedStage<N extends StageName = StageName> {
  key: StageKeyParts
  /** What the time it takes depends on most. */
  durationName: string
  /** Of work that has a GPU to itself while it runs; `device` null: the first. */
  onGpu?: { device: number | null }
  run(context: StageContext): Promise<StageOutput<N>>
}

/**
 * `(inputs, options, context) -> outputs + findings`, in two steps: `prepare` decides what would be done and so the key,
 * `run` does it where no earlier result has that key. Both throw EnginesmithError where the stage says no.
 */
export interface Stage<N extends StageName = StageName> {
  readonly name: N
  prepare(inputs: StageInputs, services: StageServices, signal?: AbortSignal): Promise<PreparedStage<N>>
}

/** A pristine stage result. */
export function emptyResult(): RunFile['stages']['load'] {
  return { state: 'pending', seconds: 0, cached: false, key: null, startedAt: null, stale: false, progress: null, findings: [], artifacts: [] }
}
