import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { dtypeSchema, type DType } from '../../../contract/tensor'
import { EnginesmithError } from '../errors'
import { readError } from '../files/errors'
import { FormatError } from '../formats/cursor'
import { onnxTypeName } from '../formats/onnx/model'
import { fieldsOf, packed } from '../formats/onnx/wire'
import { storageView, tensorBytes, type Tensor } from './tensor'

/** Which of a test data set's files are meant: what goes in, or what has to come out. */
export type DataRole = 'input' | 'output'

/**
 * The tensors of a folder as ONNX's own backend tests keep them (`input_0.pb`, `output_0.pb`, …), by the names that the
 * files give, else by the files' own.
 * @throws EnginesmithError FILE_IS_DIRECTORY for any other folder, INPUTS_INVALID, FILE_UNREADABLE
 */
export async function readTestData(folder: string, role: DataRole): Promise<Map<string, Tensor>> {
  const files = await testDataFiles(folder, role)
  if (files.length === 0) {
    throw new EnginesmithError(
      'FILE_IS_DIRECTORY',
      role === 'input'
        ? `${folder} holds no images and no input_0.pb of ONNX test data.`
        : `${folder} holds no output_0.pb: it is no folder of ONNX test data.`,
      role === 'input'
        ? 'Give a folder of images (PNG, JPEG), one with input_0.pb and so on, or an .npz, .npy or .safetensors file.'
        : 'Give an .npz, .npy or .safetensors file, or a folder with input_0.pb, output_0.pb and so on.',
      { path: folder },
    )
  }
  const tensors = new Map<string, Tensor>()
  for (const file of files) {
    const { name, tensor } = await readTensorProto(file)
    tensors.set(name === '' || tensors.has(name) ? basename(file, '.pb') : name, tensor)
  }
  return tensors
}

/** The files of a role in their order; empty where there are none. */
export async function testDataFiles(folder: string, role: DataRole): Promise<string[]> {
  const pattern = new RegExp(`^${role}_(\\d+)\\.pb$`)
  const names = await readdir(folder).catch((error: unknown) => Promise.reject(readError(error, folder)))
  return names
    .flatMap((name) => {
      const match = pattern.exec(name)
      return match === null ? [] : [{ index: Number(match[1]), path: join(folder, name) }]
    })
    .sort((a, b) => a.index - b.index)
    .map((one) => one.path)
}

/**
 * The folders of test data of a model, in their order: `test_data_set_N` in the given one. Where some hold answers, only
 * those that hold both; empty for a folder that holds none, or is one of them itself.
 */
export async function testDataSets(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => [])
  const sets: Array<{ index: number; path: string; answered: boolean }> = []
  for (const name of names) {
    const match = /^test_data_set_(\d+)$/.exec(name)
    if (match === null) continue
    const path = join(folder, name)
    const files = await readdir(path).catch((): string[] => [])
    if (files.includes('input_0.pb')) sets.push({ index: Number(match[1]), path, answered: files.includes('output_0.pb') })
  }
  const answered = sets.filter((set) => set.answered)
  return (answered.length > 0 ? answered : sets).sort((a, b) => a.index - b.index).map(({ path }) => path)
}

async function readTensorProto(path: string): Promise<{ name: string; tensor: Tensor }> {
  const bytes = await readFile(path).catch((error: unknown) => Promise.reject(readError(error, path)))
  try {
    return parse(bytes)
  } catch (error) {
    if (!(error instanceof FormatError) && !(error instanceof RangeError)) throw error
    throw new EnginesmithError(
      'INPUTS_INVALID',
      `${path} cannot be used as a tensor: ${error.message}.`,
      'Only plain tensors of numbers can be fed and compared; leave this data set out.',
      { path },
    )
  }
}

/** The fields of onnx.proto's TensorProto that hold values, by number. */
function parse(bytes: Buffer): { name: string; tensor: Tensor } {
  let name = ''
  let type = 0
  const shape: number[] = []
  let raw: Buffer | null = null
  const values: Values = { floats: [], doubles: [], whole: [] }
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) shape.push(...(field.wire === 2 ? packed(field.bytes) : [field.value]))
    else if (field.number === 2 && field.wire === 0) type = field.value
    else if (field.number === 4) values.floats.push(field.bytes)
    else if (field.number === 5 || field.number === 7 || field.number === 11) {
      for (const value of field.wire === 2 ? longs(field.bytes) : [BigInt(field.value)]) values.whole.push(value)
    } else if (field.number === 8 && field.wire === 2) name = field.bytes.toString('utf8')
    else if (field.number === 9 && field.wire === 2) raw = field.bytes
    else if (field.number === 10) values.doubles.push(field.bytes)
    else if (field.number === 13 || field.number === 14) throw new FormatError('its values lie in another file')
  }
  const dtype = dtypeSchema.safeParse(onnxTypeName(type))
  if (!dtype.success) throw new FormatError(`it is of type ${onnxTypeName(type) ?? `number ${type}`}, which is no tensor of numbers`)
  if (shape.some((size) => size < 0)) throw new FormatError('it has a negative size')
  return { name, tensor: { dtype: dtype.data, shape, data: data(dtype.data, shape, raw, values) } }
}

interface Values {
  floats: Buffer[]
  doubles: Buffer[]
  whole: bigint[]
}

function data(dtype: DType, shape: number[], raw: Buffer | null, { floats, doubles, whole }: Values): Uint8Array {
  const wanted = tensorBytes(dtype, shape)
  const given = raw ?? (floats.length > 0 ? Buffer.concat(floats) : doubles.length > 0 ? Buffer.concat(doubles) : null)
  if (given !== null) {
    if (given.length !== wanted) throw new FormatError(`it holds ${given.length} bytes of values where its shape needs ${wanted}`)
    return new Uint8Array(given)
  }
  const tensor: Tensor = { dtype, shape, data: new Uint8Array(wanted) }
  const stored = storageView(tensor)
  if (whole.length !== stored.length) throw new FormatError(`it holds ${whole.length} values where its shape needs ${stored.length}`)
  if (stored instanceof BigInt64Array || stored instanceof BigUint64Array) whole.forEach((value, at) => (stored[at] = value))
  else whole.forEach((value, at) => (stored[at] = Number(value)))
  return tensor.data
}

/** Packed 64-bit varints without loss. */
function longs(bytes: Buffer): bigint[] {
  const found: bigint[] = []
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte < 0x80) {
      found.push(BigInt.asIntN(64, value))
      value = 0n
      shift = 0n
    } else if (shift > 63n) throw new FormatError('it has a number that is too long')
  }
  return found
}
