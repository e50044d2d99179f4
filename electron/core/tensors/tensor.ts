import { dtypeBytes, type DType } from '../../../contract/tensor'

/**
 * A tensor in memory: elements in row-major order, little endian, whatever the file's own order was. `data` begins at a
 * multiple of 8 bytes of its buffer, so that a typed array can look at it without a copy.
 */
export interface Tensor {
  dtype: DType
  shape: number[]
  data: Uint8Array
}

/** Elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Bytes of a tensor of this type and shape. */
export function tensorBytes(dtype: DType, shape: readonly number[]): number {
  return elementCount(shape) * dtypeBytes[dtype]
}

export const floatDtypes: ReadonlySet<DType> = new Set(['float64', 'float32', 'float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2'])

export function isFloat(dtype: DType): boolean {
  return floatDtypes.has(dtype)
}

export type TensorArray =
  Float64Array | Float32Array | BigInt64Array | BigUint64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array

/** The elements without a copy, in the element's own storage: 16-bit floats as `Uint16Array` bits, float8 and bool as bytes. */
export function storageView(tensor: Tensor): TensorArray {
  const { buffer, byteOffset } = aligned(tensor.data)
  const count = elementCount(tensor.shape)
  switch (tensor.dtype) {
    case 'float64':
      return new Float64Array(buffer, byteOffset, count)
    case 'float32':
      return new Float32Array(buffer, byteOffset, count)
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, count)
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, count)
    case 'int32':
      return new Int32Array(buffer, byteOffset, count)
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count)
    case 'int16':
      return new Int16Array(buffer, byteOffset, count)
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(buffer, byteOffset, count)
    case 'int8':
      return new Int8Array(buffer, byteOffset, count)
    case 'uint8':
    case 'bool':
    case 'float8_e4m3fn':
    case 'float8_e5m2':
      return new Uint8Array(buffer, byteOffset, count)
  }
}

/** The same bytes at an address that every typed array accepts; copies only where it has to. */
export function aligned(data: Uint8Array): Uint8Array {
  return data.byteOffset % 8 === 0 ? data : new Uint8Array(data)
}
