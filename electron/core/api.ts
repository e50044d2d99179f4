import type { Backend, OptionSupport } from '../../contract/engine'
import type { DoctorDocument, Environment, PythonEnvironment } from '../../contract/environment'
import type { Copy, CopyTarget } from '../../contract/copy'
import type { HostReply, NativeMethod, NativeParams, NativeResult } from '../../contract/native'
import type { Ready } from '../../contract/ready'
import type { SamplePreview } from '../../contract/preprocess'
import type { Recipe } from '../../contract/recipe'
import type { Artifact, ComparisonDetail, LogLine, ModelFile, RunSnapshot, RunSummary, StageName } from '../../contract/run'
import type { Settings } from '../../contract/settings'
import type { Batches } from './batch/batches'
import type { TrustStore } from './trust/store'
import type { WorkerMethod, WorkerParams, WorkerResult } from '../../contract/worker'

/** What every long call takes: a way to stop it and two ways to hear from it. */
export interface CallOptions {
  signal?: AbortSignal
  onProgress?: (event: { phase: string; fraction: number | null }) => void
  onLog?: (line: LogLine) => void
}

export type HostEvent = Extract<HostReply, { event: unknown }>['event']

/**
 * The engine host: one port, two adapters (in this process; in a child). A host that dies rejects its calls with
 * `HOST_CRASHED` (evidence: signal or exit code, last phase, last log lines) and is replaced at the next call.
 */
export interface EngineHost {
  call<M extends NativeMethod>(
    method: M,
    params: NativeParams<M>,
    options?: { signal?: AbortSignal; onEvent?: (event: HostEvent) => void },
  ): Promise<NativeResult<M>>
  dispose(): Promise<void>
}

/** How a child host is spawned: utilityProcess under Electron, child_process under Node. */
export interface HostProcess {
  pid: number | undefined
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (exit: { code: number | null; signal: string | null }) => void): void
  onStderr(listener: (text: string) => void): void
  kill(): void
}
export type HostLauncher = () => HostProcess

/** A Python worker: started on first use, warm, restarted after a crash. */
export interface PythonWorker {
  call<M extends WorkerMethod>(method: M, params: WorkerParams<M>, options?: CallOptions): Promise<WorkerResult<M>>
  dispose(): Promise<void>
}

/** The two environments: the user's own (their classes live there) and the managed one; either may be missing. */
export interface PythonWorkers {
  /** Rejects with PYTHON_MISSING, PYTHON_BROKEN or TORCH_MISSING and a remedy. */
  user(): Promise<PythonWorker>
  managed(): Promise<PythonWorker>
  /** A worker of the user's Python that has done nothing yet; the caller disposes of it. */
  fresh(): Promise<PythonWorker>
  /**
   * A worker of the user's Python that is thrown away: a scratch home, and no network where the system allows that.
   * The same one for the same key until it is ended.
   */
  isolated(key: string): Promise<PythonWorker>
  endIsolated(key: string): Promise<void>
  /** Numbers of the processes that are alive. */
  pids(): number[]
  dispose(): Promise<void>
}

export interface Toolchain {
  /** Everything that can be known, cached until `refresh`. */
  doctor(options?: { refresh?: boolean }): Promise<DoctorDocument>
  pythons(): Promise<PythonEnvironment[]>
  environment(): Promise<Environment>
  /** The Python to use for the user's models and the managed one: flag or setting, then managed, then found. */
  userPython(): Promise<PythonEnvironment | null>
  managedPython(): Promise<PythonEnvironment | null>
  /** Folders and files to search for a flavour of TensorRT, in the order of the design, each with where it came from. */
  libraryPlaces(flavour: 'tensorrt' | 'tensorrt-rtx'): Promise<Array<{ path: string; source: string }>>
}

/** A stage's turn. `device`: the GPU that it is on, for a recipe that names none. */
export interface Turn {
  device: number | null
  leave(): void
}
export type StageGate = (stage: StageName, signal: AbortSignal) => Promise<Turn>

export interface ExecuteOptions {
  upTo: StageName
  only?: boolean
  signal?: AbortSignal
  /** Where stages of several runs share this machine: waits for a stage's turn, and hands back how to end it. */
  gate?: StageGate
}

/** A run in memory over its folder: the one way to change a run. */
export interface RunHandle {
  readonly id: string
  readonly folder: string
  snapshot(): RunSnapshot
  setRecipe(recipe: Recipe): Promise<RunSnapshot>
  /**
   * Runs every stage up to `upTo`; resolves when it stopped, whatever the outcome; never rejects for a stage's fault.
   * `only`: just `upTo`, on the results that the folder holds, whatever this machine would make of the stages before it
   * (`validate RUN` on a machine without the model's Python).
   */
  execute(options: ExecuteOptions): Promise<RunSnapshot>
  /**
   * Writes the model as another kind of file to an absolute path; rejects where that cannot be done, or with CANCELLED.
   * TorchScript and exported programs need Load's results; weights need nothing.
   */
  saveCopy(request: { target: CopyTarget; path: string; shapes: Record<string, number[]> | null; signal?: AbortSignal }): Promise<Copy>
  cancel(): Promise<void>
  /**
   * Takes over the verdict of a copy of this run that was judged elsewhere; nothing is overwritten.
   * @returns false where there was nothing new in it
   */
  merge(from: string): Promise<boolean>
  detail(hop: string, output: string): Promise<ComparisonDetail | null>
  log(from: number): { lines: LogLine[]; next: number }
  report(format: 'html' | 'json' | 'junit'): Promise<string>
  /** Absolute path of an artifact of the current results. */
  artifactPath(artifact: Artifact): string
  onChange(listener: (snapshot: RunSnapshot) => void): () => void
  onLog(listener: (lines: LogLine[], next: number) => void): () => void
  /** Releases the folder's lock. */
  close(): Promise<void>
}

export interface Runs {
  /** `folder` absent: a new one under the runs folder. Rejects with OUT_NOT_A_RUN, RUN_BUSY, FILE_… and so on. */
  create(input: { path: string; recipe?: Recipe; folder?: string }): Promise<RunHandle>
  open(folder: string): Promise<RunHandle>
  list(): Promise<RunSummary[]>
  remove(id: string): Promise<string>
  /** The run that built the engine of this content, the newest of History; null where none is known. `onnx` is null where the file is gone. */
  origin(engineSha256: string): Promise<{ folder: string; name: string; onnx: string | null; recipe: Recipe } | null>
}

/** An engine host that has done nothing yet, and runs in it that History does not list: for engines that are built and run side by side. */
export interface Bench {
  readonly host: EngineHost
  readonly runs: Runs
  dispose(): Promise<void>
}

/** What the app and the command line both stand on; made once by `createCore`. */
export interface Core {
  /** Folder of settings, trust and locks, shared by the window and the command line. */
  readonly dataFolder: string
  readonly host: EngineHost
  readonly pythons: PythonWorkers
  readonly toolchain: Toolchain
  readonly runs: Runs
  readonly batches: Batches
  /** A new one; the caller disposes of it. */
  bench(): Bench
  /** What the user allows for files by their hash. */
  readonly trust: TrustStore
  /** The file with picklescan's word on its pickles taken in, where picklescan can be had. */
  secondOpinion(file: ModelFile, signal?: AbortSignal): Promise<ModelFile>
  /** Opens a pickled file under the trust that was given for it and tells what came out. */
  lookInside(file: ModelFile, signal?: AbortSignal): Promise<ModelFile>
  describeFile(
    path: string,
    options?: { signal?: AbortSignal; hash?: 'wait' | 'later' | 'none'; onHash?: (sha256: string) => void; onHashFailed?: () => void },
  ): Promise<ModelFile>
  /** Which options of Build a backend has on this machine; null where that is not known. */
  buildOptions(backend: Backend): Promise<{ version: string | null; options: OptionSupport[] | null }>
  /** "Ready for TensorRT?": every node of an ONNX file that the library's parser refuses; null: the backend that Build would choose. */
  ready(request: { file: Pick<ModelFile, 'path' | 'format'>; backend: Backend | null; signal?: AbortSignal }): Promise<Ready>
  /** What a run's file or folder of inputs comes to, before anything runs. */
  previewSample(run: Pick<RunSnapshot, 'input' | 'cards' | 'recipe'>, signal?: AbortSignal): Promise<SamplePreview>
  settings(): Settings
  /** In memory only: how the command line lays its flags over the settings file. */
  overrideSettings(settings: Partial<Settings>): void
  saveSettings(settings: Partial<Settings>): Promise<Settings>
  dispose(): Promise<void>
}

/** The program that the core runs in. */
export interface AppFacts {
  version: string
  /** Null under plain Node. */
  electron: string | null
  /** The Electron that opens windows here and the one that the program is made for; absent where none is set up. */
  window?: { electron: string; wanted: string } | null
}

export interface CoreOptions {
  /** Folder with settings.json and runs/. */
  dataFolder: string
  /** Folder that holds `enginesmith_worker`. */
  pythonResources: string
  /** The native addon's .node file. */
  addon: string
  /** The managed environment's interpreter, or where it would be. */
  managedPython: string
  /** Trained sample, its inputs and right answers. */
  samples: string
  app: AppFacts
  launchHost: HostLauncher
  /** True under the command line: no warm pools, no history index. */
  oneShot: boolean
}
