import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { DoctorDocument, EngineAvailability, Environment, PythonEnvironment } from '../../../contract/environment'
import type { Finding } from '../../../contract/finding'
import type { Flavour, NativeResult } from '../../../contract/native'
import type { Settings } from '../../../contract/settings'
import type { AppFacts, EngineHost, Toolchain } from '../api'
import { findingOf } from '../errors'
import { findCandidates } from '../python/find'
import { probePython, torchCuda } from '../python/probe'
import { electronFindings, engineFindings, gpuFindings, pythonFindings } from './findings'
import { usedGpu } from './gpu'
import { libraryPlaces } from './library-places'

export interface ToolchainOptions {
  settings(): Settings
  host: EngineHost
  /** The managed environment's interpreter, or where it would be. */
  managedPython: string
  app: AppFacts
  /** Stands for the process's own variables in tests. */
  variables?: NodeJS.ProcessEnv
}

/** Packages whose version may change a result, kept with every artifact. */
const relevant = /^(torch|torch-tensorrt|torchvision|numpy|onnx|onnxscript|onnx-ir|onnxslim|safetensors|picklescan|tensorrt.*|ultralytics|timm|transformers)$/

/** Everything that was found out in one go. */
interface State {
  /** Without the places that were tried for torch-tensorrt, without the GPU in use, and without findings on either. */
  doctor: DoctorDocument
  environment: Environment
}

/** Finds Python, torch, driver, GPUs and engines; keeps what it found until it is asked to look again or a setting that matters changes. */
export function createToolchain(options: ToolchainOptions): Toolchain {
  const variables = options.variables ?? process.env
  let kept: { key: string; state: Promise<State> } | null = null

  const candidates = (): ReturnType<typeof findCandidates> => findCandidates({ setting: options.settings().python, managed: options.managedPython, variables })
  const pythons = async (): Promise<PythonEnvironment[]> => Promise.all((await candidates()).map(({ path, source }) => probePython(path, source)))
  const managedPython = async (): Promise<PythonEnvironment | null> => {
    const managed = (await candidates()).find((candidate) => candidate.path === options.managedPython)
    return managed === undefined ? null : probePython(managed.path, 'managed')
  }
  // A setting is obeyed even where it is broken: falling back in silence would run another Python than the one asked
  // for. Only as many are started as are needed to decide: a run waits for this.
  const userPython = async (): Promise<PythonEnvironment | null> => {
    const found = await candidates()
    const chosen = found.find((candidate) => candidate.source === 'setting') ?? found.find((candidate) => candidate.path === options.managedPython)
    if (chosen !== undefined) return probePython(chosen.path, chosen.source)
    let first: PythonEnvironment | null = null
    for (const { path, source } of found) {
      const python = await probePython(path, source)
      if (python.reason === null) return python
      first ??= python
    }
    return first
  }
  const placesOf = async (flavour: Flavour): ReturnType<Toolchain['libraryPlaces']> => {
    const { tensorrtPath, tensorrtRtxPath } = options.settings()
    const own = [await userPython(), await managedPython()].flatMap((python) => (python === null ? [] : [python]))
    return libraryPlaces(flavour, { setting: flavour === 'tensorrt' ? tensorrtPath : tensorrtRtxPath, pythons: own, variables })
  }

  const look = async (): Promise<State> => {
    const user = await userPython()
    const faults: Finding[] = []
    // Each question is asked by itself: a host that dies over one library still answers the rest.
    const ask = async <T>(question: () => Promise<T>): Promise<{ value: T | null; finding: Finding | null }> => {
      try {
        return { value: await question(), finding: null }
      } catch (error) {
        const finding = findingOf(error)
        if (!faults.some((fault) => fault.code === finding.code && fault.message === finding.message)) faults.push(finding)
        return { value: null, finding }
      }
    }
    const info = await ask(() => options.host.call('addon.info', {}))
    const cuda = await ask(() => options.host.call('cuda.devices', {}))
    const library = async (flavour: Flavour): Promise<EngineAvailability> => {
      const places = await placesOf(flavour)
      const answer = await ask(() => options.host.call('library.find', { flavour, places }))
      return availability(answer.value, answer.finding, places)
    }
    const engines = {
      tensorrt: await library('tensorrt'),
      'tensorrt-rtx': await library('tensorrt-rtx'),
      'torch-tensorrt': torchTensorrt(user),
      onnxruntime: onnxRuntime(info.value),
    }
    const driver = cuda.value?.driver ?? null
    const gpus = (cuda.value?.devices ?? []).map(({ name, computeCapability, memoryBytes }) => ({ name, computeCapability, memoryBytes }))
    const torch = user?.packages['torch'] ?? null
    const told = cuda.value === null ? [] : gpuFindings({ driver, gpus }, cuda.value.reason)
    const doctor: DoctorDocument = {
      python: { path: user?.path ?? null, version: user?.version ?? null },
      torch,
      driver,
      gpus,
      device: null,
      engines,
      findings: [...pythonFindings(user), ...faults, ...told, ...electronFindings(options.app.window ?? null)],
    }
    const environment: Environment = {
      app: options.app.version,
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
      electron: options.app.electron,
      python: user?.version ?? null,
      pythonPath: user?.path ?? null,
      torch,
      cuda: user === null || torch === null ? null : await torchCuda(user.path),
      driver,
      gpus,
      tensorrt: engines.tensorrt.version,
      tensorrtRtx: engines['tensorrt-rtx'].version,
      onnxruntime: engines.onnxruntime.version,
      packages: Object.fromEntries(Object.entries(user?.packages ?? {}).filter(([name]) => relevant.test(name))),
    }
    return { doctor, environment }
  }

  const state = (refresh = false): Promise<State> => {
    const { python, tensorrtPath, tensorrtRtxPath } = options.settings()
    const key = JSON.stringify([python, tensorrtPath, tensorrtRtxPath])
    if (kept === null || refresh || kept.key !== key) {
      const state = look()
      kept = { key, state }
      // A failure is not kept.
      state.catch(() => {
        if (kept?.state === state) kept = null
      })
    }
    return kept.state
  }

  return {
    doctor: async (asked) => {
      const { doctor } = await state(asked?.refresh)
      const attempts = doctor.engines['torch-tensorrt'].available ? [] : torchTensorrtAttempts(await pythons())
      const engines = { ...doctor.engines, 'torch-tensorrt': { ...doctor.engines['torch-tensorrt'], attempts } }
      const used = usedGpu(options.settings().device, doctor.gpus)
      return { ...doctor, device: used.device, engines, findings: [...doctor.findings, ...used.findings, ...engineFindings(engines)] }
    },
    environment: async () => (await state()).environment,
    // These need no engine host and are cheap, so they never wait for the rest.
    pythons,
    userPython,
    managedPython,
    libraryPlaces: placesOf,
  }
}

function availability(
  found: NativeResult<'library.find'> | null,
  fault: Finding | null,
  places: ReadonlyArray<{ path: string; source: string }>,
): EngineAvailability {
  if (found !== null && found.library !== null) return { available: true, version: found.library.version, path: found.library.path, attempts: found.attempts }
  const reason = fault?.message ?? 'it was not found there'
  const attempts = found?.attempts ?? places.map(({ path, source }) => ({ path, reason: `${reason} (${source})` }))
  return { available: false, version: null, path: null, attempts: attempts.length > 0 ? attempts : [{ path: 'the system', reason }] }
}

function torchTensorrt(user: PythonEnvironment | null): EngineAvailability {
  const version = user?.packages['torch-tensorrt'] ?? null
  if (user === null || version === null) return { available: false, version: null, path: null, attempts: [] }
  return { available: true, version, path: user.path, attempts: [] }
}

function torchTensorrtAttempts(found: readonly PythonEnvironment[]): EngineAvailability['attempts'] {
  const attempts = found.map((python) => ({
    path: python.path,
    reason:
      python.reason ??
      (python.packages['torch-tensorrt'] === undefined ? 'torch-tensorrt is not installed there' : 'it has torch-tensorrt, but is not the Python in use'),
  }))
  return attempts.length > 0 ? attempts : [{ path: 'PATH', reason: 'no Python was found' }]
}

/** The package's own word where the addon, which tells it too, cannot be loaded: ONNX Runtime works without it. */
function onnxRuntime(info: NativeResult<'addon.info'> | null): EngineAvailability {
  try {
    const require = createRequire(import.meta.url)
    const path = require.resolve('onnxruntime-node/package.json')
    const version = info?.onnxruntime ?? packageSchema.parse(require(path)).version
    return { available: true, version, path: dirname(path), attempts: [] }
  } catch (error) {
    return {
      available: false,
      version: null,
      path: null,
      attempts: [{ path: 'onnxruntime-node', reason: error instanceof Error ? error.message : String(error) }],
    }
  }
}

const packageSchema = z.object({ version: z.string() })
