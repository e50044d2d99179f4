import { stat } from 'node:fs/promises'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { z } from 'zod'
import type { NativeMethods, NativeResult } from '../../../contract/native'
import type { Latency } from '../../../contract/run'
import { dtypeSchema, type DType, type TensorSpec } from '../../../contract/tensor'
import { throwIfCancelled } from '../cancelled'
import { EnginesmithError } from '../errors'
import { readError } from '../files/errors'
import { warmLatency } from './latency'
import { readSafetensors, storageView, tensorBytes, writeSafetensors, type Tensor } from '../tensors'

/** Sessions are big: the two of a comparison stay warm, no more. */
const maxSessions = 2
const sessions = new Map<string, InferenceSession>()

/** ONNX Runtime's JavaScript face has no arrays for these. */
const unsupported = new Set<string>(['bfloat16', 'float8_e4m3fn', 'float8_e5m2'])

export async function onnxRuntimeVersion(): Promise<string> {
  const ort = await import('onnxruntime-node')
  return ort.env.versions.node ?? ort.env.versions.common
}

/** What ONNX Runtime says when it will not take a model, in the program's words. */
function loadError(error: unknown, path: string): EnginesmithError {
  const message = error instanceof Error ? error.message : String(error)
  if (/external data|external initializer|External data path/i.test(message)) {
    return new EnginesmithError(
      'ONNX_EXTERNAL_DATA_MISSING',
      `ONNX Runtime could not read the weights that ${path} keeps in other files: ${message}`,
      'Put the data files beside the ONNX file under the names it states, and try again.',
      { path, message },
    )
  }
  return new EnginesmithError(
    'ONNX_INVALID',
    `ONNX Runtime does not accept ${path}: ${message}`,
    'Export the model again, with the other exporter or another opset; an operator that ONNX Runtime lacks has to go.',
    { path, message },
  )
}

/** One session a file content: path and time of change. The session's own optimizer is on; its threads end with it. */
async function openSession(path: string): Promise<InferenceSession> {
  const stats = await stat(path).catch((error: unknown) => Promise.reject(readError(error, path)))
  const key = `${path}\0${stats.mtimeMs}\0${stats.size}`
  const warm = sessions.get(key)
  if (warm !== undefined) {
    sessions.delete(key)
    sessions.set(key, warm)
    return warm
  }
  const ort = await import('onnxruntime-node')
  let session: InferenceSession
  try {
    session = await ort.InferenceSession.create(path, { executionProviders: ['cpu'], logSeverityLevel: 3 })
  } catch (error) {
    throw loadError(error, path)
  }
  sessions.set(key, session)
  for (const [oldKey, old] of sessions) {
    if (sessions.size <= maxSessions) break
    sessions.delete(oldKey)
    await old.release()
  }
  return session
}

function specs(metadata: readonly InferenceSession.ValueMetadata[], path: string): TensorSpec[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw notTensor(value.name, 'a sequence or map', path)
    const dtype = dtypeSchema.safeParse(value.type)
    if (!dtype.success) throw notTensor(value.name, value.type, path)
    return { name: value.name, dtype: dtype.data, shape: value.shape.map((dim, axis) => (isNamed(dim) ? dim : `${value.name}_${axis}`)) }
  })
}

/** A name of marks alone ("?") names nothing, as none at all does: two of them are not one size. */
const isNamed = (dim: number | string): boolean => typeof dim === 'number' || /[A-Za-z0-9]/.test(dim)

function notTensor(name: string, type: string, path: string): EnginesmithError {
  return new EnginesmithError(
    'ONNX_INVALID',
    `${JSON.stringify(name)} of ${path} is of type ${type}, which is not a tensor of numbers.`,
    'Export a model whose inputs and outputs are plain tensors.',
    {
      path,
      name,
      type,
    },
  )
}

type Params<M extends 'ort.describe' | 'ort.run'> = z.output<NativeMethods[M]['params']>

/** Inputs and outputs as ONNX Runtime sees them; symbolic sizes keep their names. */
export async function describeOnnx(params: Params<'ort.describe'>): Promise<NativeResult<'ort.describe'>> {
  const session = await openSession(params.onnx)
  return { inputs: specs(session.inputMetadata, params.onnx), outputs: specs(session.outputMetadata, params.onnx) }
}

/** Runs every input set; one output file for each. */
export async function runOnnx(params: Params<'ort.run'>, signal: AbortSignal): Promise<NativeResult<'ort.run'>> {
  const session = await openSession(params.onnx)
  const inputs = specs(session.inputMetadata, params.onnx)
  let seconds = 0
  let latency: Latency | null = null
  for (const [index, path] of params.inputs.entries()) {
    throwIfCancelled(signal)
    const feeds = await makeFeeds(inputs, await readSafetensors(path, new Set(inputs.map((input) => input.name))), path)
    const begin = performance.now()
    const results = await run(session, feeds, params.onnx)
    const took = (performance.now() - begin) / 1000
    seconds += took
    const out = params.outputs[index]
    if (out === undefined) throw new Error('ort.run needs an output file for every input file')
    await writeSafetensors(out, new Map(session.outputNames.map((name) => [name, fromOrt(name, results[name], params.onnx)])))
    if (params.latency) latency ??= await warmLatency(took, () => timedRun(session, feeds, params.onnx), signal)
  }
  return { seconds, version: await onnxRuntimeVersion(), latency }
}

async function timedRun(session: InferenceSession, feeds: Record<string, OrtTensor>, path: string): Promise<number> {
  const begin = performance.now()
  await run(session, feeds, path)
  return (performance.now() - begin) / 1000
}

async function run(session: InferenceSession, feeds: Record<string, OrtTensor>, path: string): Promise<InferenceSession.OnnxValueMapType> {
  try {
    return await session.run(feeds)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new EnginesmithError(
      /invalid dimensions|Got invalid|shape mismatch|Unexpected input data type/i.test(message) ? 'SHAPE_CONTRADICTS_MODEL' : 'ONNX_INVALID',
      `ONNX Runtime could not run ${path}: ${message}`,
      'Check the shapes and types of the inputs against the model; where they fit, export it with the other exporter.',
      { path, message },
    )
  }
}

async function makeFeeds(inputs: TensorSpec[], tensors: Map<string, Tensor>, path: string): Promise<Record<string, OrtTensor>> {
  const ort = await import('onnxruntime-node')
  const feeds: Record<string, OrtTensor> = {}
  for (const { name, dtype } of inputs) {
    const tensor = tensors.get(name)
    if (tensor === undefined) {
      throw new EnginesmithError(
        'INPUTS_INVALID',
        `The model wants an input ${JSON.stringify(name)} that ${path} does not hold.`,
        'Name the inputs as the model does.',
        {
          path,
          name,
        },
      )
    }
    if (unsupported.has(tensor.dtype)) throw cannotCompute(name, tensor.dtype)
    if (tensor.dtype !== dtype) {
      throw new EnginesmithError(
        'SHAPE_CONTRADICTS_MODEL',
        `The model wants ${JSON.stringify(name)} as ${dtype}, the inputs hold ${tensor.dtype}.`,
        `State the input as ${name}:${dtype}:….`,
        { name, model: dtype, inputs: tensor.dtype },
      )
    }
    feeds[name] = toOrt(ort.Tensor, dtype, tensor)
  }
  return feeds
}

function cannotCompute(name: string, dtype: DType): EnginesmithError {
  return new EnginesmithError(
    'HOP_NOT_JUDGED',
    `${JSON.stringify(name)} is ${dtype}, which ONNX Runtime cannot take from here.`,
    'Export the model with float32 or float16 inputs and outputs to have it judged on ONNX Runtime.',
    { name, dtype },
  )
}

/** float16 goes in as its bits; ONNX Runtime wraps them where the runtime has Float16Array. */
function toOrt(make: typeof OrtTensor, dtype: DType, tensor: Tensor): OrtTensor {
  const construct = make as unknown as new (type: string, data: unknown, dims: readonly number[]) => OrtTensor
  return new construct(dtype, storageView(tensor), tensor.shape)
}

function fromOrt(name: string, value: InferenceSession.OnnxValueMapType[string] | undefined, path: string): Tensor {
  const dtype = dtypeSchema.safeParse(value?.type)
  if (value === undefined || !dtype.success || !ArrayBuffer.isView(value.data)) throw notTensor(name, value?.type ?? 'nothing', path)
  const { buffer, byteOffset, byteLength } = value.data
  const shape = [...value.dims]
  if (byteLength !== tensorBytes(dtype.data, shape)) throw new Error(`ONNX Runtime gave ${byteLength} bytes for ${name}`)
  return { dtype: dtype.data, shape, data: new Uint8Array(buffer, byteOffset, byteLength) }
}
