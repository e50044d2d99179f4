import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import type { Finding } from '../../../contract/finding'
import { makeFinding } from '../errors'
import { Cursor, FormatError } from './cursor'
import type { Format, Subject } from './format'
import { readOnnx, type ExternalData, type OnnxModel } from './onnx/model'

/** A file's ONNX reading, made by `match` and used by `describe`: the format has no mark to be told by but itself. */
const readings = new WeakMap<Subject, OnnxModel>()

/** ONNX: protobuf. Told by a first field that only a model has; read without its weights. */
export const onnx: Format = {
  async match(subject) {
    if (!startsLikeModel(subject.start)) return false
    try {
      readings.set(subject, await readOnnx(new Cursor(subject.file, 0, subject.file.size)))
      return true
    } catch (error) {
      if (error instanceof FormatError) return false
      throw error
    }
  },

  async describe(subject) {
    const { file } = subject
    const model = readings.get(subject) ?? (await readOnnx(new Cursor(file, 0, file.size)))
    const { files, findings } = await checkExternal(file.path, model.external)
    if (model.unreadable !== null) findings.push(shapeFinding(file.path, model.unreadable))
    return { format: 'onnx', signature: model.signature, tensors: model.initializers, facts: factsOf(model, files), findings }
  },
}

/** ir_version, the first field that every exporter writes; or another field of a model with the length of a text. */
function startsLikeModel(start: Buffer): boolean {
  const [tag = 0, value = 0] = start
  return (tag === 0x08 && value > 0 && value < 64) || tag === 0x12 || tag === 0x1a || tag === 0x3a || tag === 0x42
}

/** True for bytes that begin like ONNX although the whole is none: what a cut-off download looks like. */
export function looksLikeCutOnnx(start: Buffer): boolean {
  return start[0] === 0x08 && (start[1] ?? 0) > 0 && (start[1] ?? 0) < 64 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(start[2] ?? 0)
}

function factsOf(model: OnnxModel, files: string[]): Record<string, string> {
  const operators = Object.entries(model.operators).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const { 'ai.onnx': opset, ...others } = model.opsets
  const facts: Record<string, string> = {
    nodes: String(model.nodes),
    operators: operators.map(([name, count]) => `${name} ${count}`).join(', '),
    tensors: String(model.initializers.length),
    elements: String(model.initializers.reduce((sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1), 0)),
  }
  if (opset !== undefined) facts['opset'] = String(opset)
  if (Object.keys(others).length > 0)
    facts['domains'] = Object.entries(others)
      .map(([domain, version]) => `${domain} ${version}`)
      .join(', ')
  if (model.irVersion !== null) facts['irVersion'] = String(model.irVersion)
  if (model.producer !== '') facts['producer'] = model.producer
  if (model.graphName !== '') facts['graph'] = model.graphName
  if (model.functions > 0) facts['functions'] = String(model.functions)
  if (files.length > 0) facts['externalData'] = files.join(', ')
  return facts
}

/** Whether the files that hold the weights lie beside this one and are as long as it says. */
async function checkExternal(path: string, external: readonly ExternalData[]): Promise<{ files: string[]; findings: Finding[] }> {
  const needed = new Map<string, number>()
  for (const { location, offset, length } of external) needed.set(location, Math.max(needed.get(location) ?? 0, offset + (length ?? 0)))
  const missing: string[] = []
  const short: string[] = []
  for (const [location, bytes] of needed) {
    const relative = normalize(location.replaceAll('\\', '/'))
    const outside = location === '' || isAbsolute(relative) || relative.split(sep).includes('..')
    const size = outside
      ? null
      : await stat(join(dirname(path), relative)).then(
          (info) => (info.isFile() ? info.size : null),
          () => null,
        )
    if (size === null) missing.push(location)
    else if (size < bytes) short.push(`${location} (${size} of ${bytes} bytes)`)
  }
  const files = [...needed.keys()].sort()
  if (missing.length + short.length === 0) return { files, findings: [] }
  const why = [missing.length > 0 ? `not there: ${missing.join(', ')}` : '', short.length > 0 ? `too short: ${short.join(', ')}` : ''].filter(
    (part) => part !== '',
  )
  const finding = makeFinding(
    'ONNX_EXTERNAL_DATA_MISSING',
    'error',
    `${path} keeps weights in ${needed.size === 1 ? 'another file' : `${needed.size} other files`}; ${why.join('; ')}.`,
    'Put the data files beside the ONNX file under exactly these names, whole.',
    { path, missing, short },
    [{ kind: 'choose-file', label: 'Choose the file again' }],
  )
  return { files, findings: [finding] }
}

function shapeFinding(path: string, why: string): Finding {
  return makeFinding(
    'INPUTS_UNKNOWN',
    'info',
    `${path} does not say all of its inputs: ${why}.`,
    'State the inputs with --input name:dtype:dims, for example --input x:float32:Nx3x224x224.',
    { path },
  )
}
