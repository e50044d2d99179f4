import { dtypeBytes, type DType } from '../../../contract/tensor'
import { decodeTable, encodeSmallFloat, isSmallFloat } from './small-floats'
import { elementCount, storageView, type Tensor } from './tensor'

/** The elements as doubles; exact for every type but 64-bit integers beyond 2^53. */
export function toNumbers(tensor: Tensor): Float64Array {
  const stored = storageView(tensor)
  const out = new Float64Array(stored.length)
  if (isSmallFloat(tensor.dtype)) {
    const table = decodeTable(tensor.dtype)
    for (let i = 0; i < stored.length; i++) out[i] = table[Number(stored[i])] ?? NaN
  } else if (tensor.dtype === 'bool') {
    for (let i = 0; i < stored.length; i++) out[i] = stored[i] ? 1 : 0
  } else {
    for (let i = 0; i < stored.length; i++) out[i] = Number(stored[i])
  }
  return out
}

/** A tensor from numbers, rounded to nearest even; integers are truncated and wrap as a typed array does. */
export function fromNumbers(dtype: DType, shape: number[], values: ArrayLike<number>): Tensor {
  const tensor = emptyTensor(dtype, shape)
  const stored = storageView(tensor)
  for (let i = 0; i < stored.length; i++) {
    const value = values[i] ?? 0
    if (isSmallFloat(dtype)) stored[i] = encodeSmallFloat(dtype, value)
    else if (dtype === 'bool') stored[i] = value === 0 ? 0 : 1
    else if (stored instanceof BigInt64Array || stored instanceof BigUint64Array) stored[i] = BigInt(Math.trunc(value))
    else stored[i] = value
  }
  return tensor
}

/** All zero. */
export function emptyTensor(dtype: DType, shape: number[]): Tensor {
  return { dtype, shape, data: new Uint8Array(elementCount(shape) * dtypeBytes[dtype]) }
}

/** The same values in another type. */
export function castTensor(tensor: Tensor, dtype: DType): Tensor {
  return tensor.dtype === dtype ? tensor : fromNumbers(dtype, [...tensor.shape], toNumbers(tensor))
}
