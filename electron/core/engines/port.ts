import type { Backend } from '../../../contract/engine'
import type { Library } from '../../../contract/native'
import type { BuildOptions } from '../../../contract/recipe'
import type { BuildCard, Latency } from '../../../contract/run'
import type { EngineUse } from '../../../contract/run-options'
import type { Profile, Signature } from '../../../contract/tensor'
import type { StageContext, StageInputs, StageServices } from '../pipeline/stage'
import type { ProducedSet } from '../store/artifacts'
import type { RunAsk } from './run-options'

/** What a backend decided before it builds: everything that the engine's identity depends on. */
export interface BuildPlan {
  /** Null for a backend without a library of its own kind. */
  library: Library | null
  /** Declared part of the environment: full library version, the GPU where the engine depends on it. */
  environment: Record<string, string | null>
  /** True where the build measures on a GPU, so that nothing else may be built or timed there. */
  onGpu: boolean
  /** The GPU that the recipe or this machine names; null: the turn's, or the first. */
  device: number | null
  /** Content ids of what is built from, where that is not the ONNX file alone. */
  inputs?: string[]
}

export interface BuildWork {
  options: BuildOptions
  /** Absolute path; external data lies beside it. */
  onnx: string
  /** Of the ONNX file and its data. */
  onnxBytes: number
  profiles: Profile[]
  /** How often each operator stands in the file; empty where it is not known. */
  operators: Readonly<Record<string, number>>
  /** The run's own file, options and earlier results, for a backend that compiles the PyTorch model itself. */
  stage: StageInputs
}

export interface Built {
  produced: ProducedSet[]
  card: BuildCard
}

/** The first of the two files of a backend: `build.ts`. */
export interface BackendBuild {
  /** @throws EnginesmithError BACKEND_MISSING, BACKEND_UNSUPPORTED_VERSION, BUILD_OPTION_UNSUPPORTED */
  plan(options: BuildOptions, services: StageServices, stage: StageInputs, signal?: AbortSignal): Promise<BuildPlan>
  build(plan: BuildPlan, work: BuildWork, context: StageContext): Promise<Built>
}

export interface ExecuteWork {
  onnx: string
  /** Null for a backend without an engine file. */
  engine: string | null
  device: number | null
  /** Whether code for the CPU that the engine may carry can be loaded. */
  hostCode: boolean
  /** How it is run, as far as the backend has it. */
  ask: RunAsk
  /** Names in the order of the model; null where Load gave none. */
  signature: Signature | null
  /** Tensor files, one a set, and where the outputs of each go. */
  inputs: string[]
  outputs: string[]
}

export interface Executed {
  ran: boolean
  reason: string | null
  seconds: number
  latency: Latency | null
  /** Of a backend that has such options; absent or null otherwise. */
  use?: EngineUse | null
}

/** The second: `execute.ts`. `ran: false` with the reason where this machine cannot run it; that is no error. */
export interface BackendExecute {
  execute(work: ExecuteWork, context: StageContext): Promise<Executed>
}

export interface EngineBackend {
  name: Backend
  /** True where Build writes an engine file, so that there are hops to an engine. */
  hasEngine: boolean
  /** The kind of the file that Build writes. */
  engineKind: 'engine' | 'exported-program'
  build: BackendBuild
  execute: BackendExecute
}
