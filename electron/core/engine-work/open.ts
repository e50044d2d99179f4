import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { EngineHeader } from '../../../contract/engine'
import type { Finding } from '../../../contract/finding'
import type { Flavour, Library } from '../../../contract/native'
import type { RunFile } from '../../../contract/run'
import type { Core } from '../api'
import { findLibrary } from '../engines/library'
import { EnginesmithError, makeFinding } from '../errors'
import { sha256File } from '../files/hash'
import { engineHeaderOf, runsHere } from '../formats'
import { artifactPath } from '../store/artifacts'
import { readRunFile } from '../store/run-folder'
import { gpuFindings } from '../toolchain/findings'
import { chooseGpu } from '../toolchain/gpu'
import { hostCodeError, isHostCodeReason } from '../trust/host-code'

/** An engine by its file, or by the run folder that it lies in. */
export interface EngineSubject {
  file: { path: string; sha256: string; bytes: number }
  header: EngineHeader
  flavour: Flavour
  /** Null where a bare file was given. */
  run: RunFile | null
}

/**
 * @throws EnginesmithError FILE_…, USAGE where the file is no engine, RUN_UNREADABLE where the folder holds no run with one
 */
export async function engineSubject(given: string, signal: AbortSignal): Promise<EngineSubject> {
  const folder = (await stat(given).catch(() => null))?.isDirectory() === true
  const run = folder ? await readRunFile(given) : null
  const artifact = run?.stages.build.artifacts.find(({ kind }) => kind === 'engine')
  if (folder && (run === null || artifact === undefined)) {
    throw new EnginesmithError('RUN_UNREADABLE', `${given} holds no run with an engine.`, 'Give an engine file, or the folder of a run that built one.', {
      folder: given,
    })
  }
  const file = artifact === undefined ? given : artifactPath(given, artifact)
  const header = await engineHeaderOf(file)
  if (header === null || header.flavour === 'unknown') {
    throw new EnginesmithError('ENGINE_HEADER_INVALID', `${file} is no engine that is known here.`, 'Give an engine of TensorRT or TensorRT-RTX.', {
      path: file,
    })
  }
  const { size } = await stat(file)
  return { file: { path: path.resolve(file), sha256: await sha256File(file, signal), bytes: size }, header, flavour: header.flavour, run }
}

export interface Readiness {
  library: Library
  /** The GPU that everything after this is to name, whatever named it. */
  device: { index: number; name: string; computeCapability: string }
  /** Whether code for the CPU that the engine may carry can be loaded. */
  hostCode: boolean
  driver: string | null
}

/**
 * What it takes to open the engine here. Nothing is deserialized that the header says no to.
 * @throws EnginesmithError DRIVER_MISSING, GPU_MISSING, ENGINE_INCOMPATIBLE, BACKEND_MISSING
 */
export async function readyFor(
  core: Pick<Core, 'host' | 'toolchain' | 'settings'> & Partial<Pick<Core, 'trust'>>,
  subject: EngineSubject,
  device: number | null,
  signal: AbortSignal,
): Promise<Readiness> {
  const devices = await core.host.call('cuda.devices', {}, { signal })
  const found = { driver: devices.driver, gpus: devices.devices }
  const [lack] = gpuFindings(found, devices.reason)
  if (lack !== undefined) throw new EnginesmithError(lack.code, lack.message, lack.remedy, lack.evidence)
  const chosen = devices.devices[chooseGpu({ named: device, setting: core.settings().device }, devices.devices) ?? 0]!
  const answer = runsHere(subject.header, { ...devices, devices: [chosen] })
  if (answer.runsHere === 'no') throw incompatible(subject, answer.reason)
  const library = await findLibrary(subject.flavour, core, signal)
  const hostCode = core.trust?.hostCode(subject.file.sha256) === true
  return { library, hostCode, device: { index: chosen.index, name: chosen.name, computeCapability: chosen.computeCapability }, driver: devices.driver }
}

/** The library said no, although the header did not. */
export function incompatible(subject: EngineSubject, reason: string): EnginesmithError {
  if (isHostCodeReason(reason)) return hostCodeError(subject.file.path, subject.file.sha256, reason)
  return new EnginesmithError(
    'ENGINE_INCOMPATIBLE',
    `The engine does not run here: ${reason}`,
    'Build it again from its ONNX on this machine, or take it to the GPU that it was built for.',
    { path: subject.file.path, reason },
  )
}

/** An engine that answers nothing but zeros has no weights. */
export function zeroFinding(zeroOutputs: readonly string[], outputs: number, what: string): Finding | null {
  if (outputs === 0 || zeroOutputs.length < outputs) return null
  return makeFinding(
    'REFIT_ALL_ZERO',
    'error',
    `${what}: every output is zero everywhere (${zeroOutputs.join(', ')}), as an engine's that was stripped of its weights and not refitted.`,
    'Refit the engine with the weights of its ONNX file before it is used: enginesmith refit ENGINE --from FILE.onnx -o OUT.engine.',
    { outputs: [...zeroOutputs] },
  )
}
