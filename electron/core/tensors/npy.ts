import { dtypeBytes, type DType } from '../../../contract/tensor'
import { EnginesmithError } from '../errors'
import { truncatedError } from '../files/errors'
import { elementCount, type Tensor } from './tensor'

/** numpy's type codes; `V2` is what numpy writes for bfloat16, which it has no name for. */
const dtypeOfCode = new Map<string, DType>([
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['f2', 'float16'],
  ['V2', 'bfloat16'],
  ['i8', 'int64'],
  ['i4', 'int32'],
  ['i2', 'int16'],
  ['i1', 'int8'],
  ['u8', 'uint64'],
  ['u4', 'uint32'],
  ['u2', 'uint16'],
  ['u1', 'uint8'],
  ['b1', 'bool'],
])
const codeOfDtype = new Map([...dtypeOfCode].map(([code, dtype]) => [dtype, code]))

interface Header {
  dtype: DType
  bigEndian: boolean
  fortran: boolean
  shape: number[]
  dataOffset: number
}

export function looksLikeNpy(start: Uint8Array): boolean {
  return start.length >= 6 && Buffer.from(start.subarray(0, 6)).equals(Buffer.from('\x93NUMPY', 'latin1'))
}

function invalid(label: string, why: string): EnginesmithError {
  return new EnginesmithError(
    'INPUTS_INVALID',
    `${label} cannot be used: ${why}.`,
    'Save it with numpy.save or numpy.savez as a plain array of numbers (astype to a numeric type first).',
    { array: label },
  )
}

function parseHeader(bytes: Buffer, label: string): Header {
  if (!looksLikeNpy(bytes) || bytes.length < 12) throw invalid(label, 'it does not begin like a .npy array')
  const major = bytes[6] ?? 0
  const wide = major >= 2
  const textLength = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8)
  const dataOffset = (wide ? 12 : 10) + textLength
  if (major < 1 || major > 3 || textLength > 1_000_000) throw invalid(label, `its header (version ${major}) is not one of numpy's`)
  if (dataOffset > bytes.length) throw truncatedError(label, 'its header is cut off')
  const text = bytes.toString('latin1', wide ? 12 : 10, dataOffset)
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1]
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1]
  if (descr === undefined) throw invalid(label, 'it is a table of records, not an array of numbers')
  if (fortran === undefined || shape === undefined) throw invalid(label, 'its header is damaged')
  const order = /^[<>=|]/.exec(descr)?.[0] ?? '='
  const code = descr.replace(/^[<>=|]/, '').replace(/^\?$/, 'b1')
  const dtype = dtypeOfCode.get(code)
  if (dtype === undefined)
    throw invalid(label, code.startsWith('O') ? 'it holds Python objects, which only running code could read' : `numbers of type ${descr} are not supported`)
  const sizes = shape
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number)
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 0) || !Number.isSafeInteger(elementCount(sizes) * 8))
    throw invalid(label, `its shape (${shape}) makes no sense`)
  return { dtype, bigEndian: order === '>', fortran: fortran === 'True', shape: sizes, dataOffset }
}

/**
 * An array from the bytes of a .npy file, brought to little endian and row-major order.
 * @param label what to call it in messages
 * @throws EnginesmithError INPUTS_INVALID, FILE_TRUNCATED
 */
export function parseNpy(bytes: Buffer, label: string): Tensor {
  const { dtype, bigEndian, fortran, shape, dataOffset } = parseHeader(bytes, label)
  const width = dtypeBytes[dtype]
  const needed = elementCount(shape) * width
  if (bytes.length - dataOffset < needed) throw truncatedError(label, `${needed} bytes of data are needed, it has ${bytes.length - dataOffset}`)
  // A copy of its own: aligned, and the caller's buffer can go.
  const data = new Uint8Array(bytes.subarray(dataOffset, dataOffset + needed))
  if (bigEndian) swap(data, width)
  return { dtype, shape, data: fortran && shape.length > 1 ? fromFortran(data, shape, width) : data }
}

function swap(data: Uint8Array, width: number): void {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (width === 2) buffer.swap16()
  else if (width === 4) buffer.swap32()
  else if (width === 8) buffer.swap64()
}

/** Column-major to row-major: element by element, walking the row-major order with column-major strides. */
function fromFortran(data: Uint8Array, shape: number[], width: number): Uint8Array {
  const out = new Uint8Array(data.byteLength)
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)))
  const index = shape.map(() => 0)
  const count = elementCount(shape)
  let from = 0
  for (let to = 0; to < count; to++) {
    for (let byte = 0; byte < width; byte++) out[to * width + byte] = data[from * width + byte] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const size = shape[axis] ?? 1
      const next = (index[axis] ?? 0) + 1
      from += stride
      if (next < size) {
        index[axis] = next
        break
      }
      from -= stride * size
      index[axis] = 0
    }
  }
  return out
}

/**
 * The bytes of a .npy file, header padded to 64 as numpy does.
 * @throws EnginesmithError INPUTS_INVALID for float8, for which numpy's format has no code
 */
export function encodeNpy(tensor: Tensor, label: string): Buffer {
  const code = codeOfDtype.get(tensor.dtype)
  if (code === undefined) {
    throw new EnginesmithError('INPUTS_INVALID', `${label} is ${tensor.dtype}, which .npy files cannot hold.`, 'Use a .safetensors file for it.', {
      array: label,
    })
  }
  const order = dtypeBytes[tensor.dtype] === 1 || code === 'V2' ? '|' : '<'
  const shape = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(', ')
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${shape}), }`
  const total = Math.ceil((10 + text.length + 1) / 64) * 64
  const head = Buffer.alloc(total, ' ')
  head.write('\x93NUMPY\x01\x00', 'latin1')
  head.writeUInt16LE(total - 10, 8)
  head.write(text, 10, 'latin1')
  head.write('\n', total - 1)
  return Buffer.concat([head, tensor.data])
}
