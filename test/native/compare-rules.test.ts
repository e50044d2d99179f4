import { describe, expect, it } from 'vitest'
import type { Rule } from '../../contract/recipe'
import type { DType } from '../../contract/tensor'
import type { ComparerResult, NativeTensor } from '../../electron/core/engine-host/addon'
import { addon } from './support'

const arrays = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const
type Plain = keyof typeof arrays

function tensor(values: number[], dtype: Plain = 'float32', shape = [values.length]): NativeTensor {
  const array = new arrays[dtype](values)
  return { name: 'y', dtype, shape, data: new Uint8Array(array.buffer) }
}

function wide(values: bigint[], dtype: 'int64' | 'uint64'): NativeTensor {
  const array = dtype === 'int64' ? new BigInt64Array(values) : new BigUint64Array(values)
  return { name: 'y', dtype, shape: [values.length], data: new Uint8Array(array.buffer) }
}

const bits = (dtype: DType, ...bytes: number[]): NativeTensor => ({
  name: 'y',
  dtype,
  shape: [bytes.length / (dtype.startsWith('float8') ? 1 : 2)],
  data: new Uint8Array(bytes),
})

interface Tolerance {
  atol?: number | null
  rtol?: number | null
  rule?: Rule
}

async function compare(
  reference: NativeTensor,
  candidate: NativeTensor,
  { atol = null, rtol = null, rule = 'numpy' }: Tolerance = {},
): Promise<ComparerResult> {
  const comparer = addon().createComparer({ rule, atol, rtol })
  await comparer.add(reference, candidate)
  return comparer.finish()
}

describe('verdicts that cannot pass vacuously', () => {
  it('equal: pass, exactly', async () => {
    const result = await compare(tensor([1, 2, 3]), tensor([1, 2, 3]))
    expect(result).toMatchObject({
      verdict: 'pass',
      reason: null,
      problem: null,
      compared: 3,
      maxAbs: 0,
      meanAbs: 0,
      maxRel: 0,
      rmse: 0,
      mismatched: 0,
      requiredAtol: 0,
    })
    expect(result.cosine).toBeCloseTo(1, 14)
    expect(result.detail).toMatchObject({ psnr: null, firstMismatch: null, histogram: { edges: [], counts: [], zero: 3 } })
  })

  it.each<[string, number[], number[], string, string]>([
    ['NaN that the reference lacks', [1, 2, 3], [1, NaN, 3], 'fail', 'nan'],
    ['infinity that the reference lacks', [1, 2, 3], [1, Infinity, 3], 'fail', 'nan'],
    ['the other infinity', [1, Infinity, 3], [1, -Infinity, 3], 'fail', 'nan'],
    ['infinity where the reference is NaN', [1, NaN, 3], [1, Infinity, 3], 'fail', 'nan'],
    ['a number where the reference is NaN', [1, NaN, 3], [1, 2, 3], 'fail', 'mismatch'],
    ['a number where the reference is infinite', [1, Infinity, 3], [1, 2, 3], 'fail', 'mismatch'],
    ['all zero', [1, 2, 3], [0, 0, 0], 'fail', 'zero'],
    ['all zero within the tolerance', [1e-6, 2e-6, 3e-6], [0, 0, 0], 'fail', 'zero'],
    ['constant within the tolerance', [1, 1.00001, 1.00002], [1, 1, 1], 'fail', 'constant'],
    ['one element off', [1, 2, 3], [1, 2, 4], 'fail', 'mismatch'],
    ['reference all zero', [0, 0, 0], [0, 0, 0], 'not-judged', 'reference-constant'],
    ['reference all zero, candidate not', [0, -0, 0], [1, 2, 3], 'not-judged', 'reference-constant'],
    ['reference constant', [2, 2, 2], [2, 2, 2], 'not-judged', 'reference-constant'],
    ['reference constant, candidate NaN', [2, 2, 2], [2, NaN, 2], 'fail', 'nan'],
    ['all NaN', [NaN, NaN], [NaN, NaN], 'not-judged', 'reference-nan'],
    ['reference all NaN, candidate not', [NaN, NaN], [1, 2], 'not-judged', 'reference-nan'],
    ['empty', [], [], 'not-judged', 'empty'],
    ['one zero', [0], [0], 'not-judged', 'reference-constant'],
  ])('%s', async (_what, reference, candidate, verdict, problem) => {
    const result = await compare(tensor(reference), tensor(candidate))
    expect(result).toMatchObject({ verdict, problem })
    expect(result.reason).not.toBe(null)
  })

  it('one number alone is judged by its value: nothing it could be constant against', async () => {
    expect(await compare(tensor([5], 'float32', []), tensor([5.0001], 'float32', []))).toMatchObject({ verdict: 'pass', compared: 1 })
    expect(await compare(tensor([5], 'float32', []), tensor([0], 'float32', []))).toMatchObject({ verdict: 'fail', problem: 'zero' })
  })

  it('NaN on both sides and equal infinities are equal; the numbers come from the rest', async () => {
    const result = await compare(tensor([NaN, 1, Infinity, 3]), tensor([NaN, 1, Infinity, 3.001]))
    expect(result).toMatchObject({ verdict: 'pass', bothNan: 1, compared: 3, mismatched: 0 })
    expect(result.maxAbs).toBeCloseTo(0.001, 6)
    expect(result.detail).toMatchObject({ nanReference: 1, nanCandidate: 1 })
  })

  it('no tolerance would let a NaN pass', async () => {
    expect(await compare(tensor([1, 2, 3]), tensor([1, NaN, 3]), { atol: 1e9 })).toMatchObject({
      verdict: 'fail',
      requiredAtol: null,
      mismatched: 1,
      maxAbs: null,
      meanAbs: null,
      maxRel: null,
      rmse: null,
      cosine: null,
    })
  })

  it('nothing added at all', async () => {
    const result = await addon().createComparer({ rule: 'numpy', atol: null, rtol: null }).finish()
    expect(result).toMatchObject({ verdict: 'not-judged', problem: 'empty', compared: 0, maxAbs: null, detail: null })
  })
})

describe('shape and kind of dtype', () => {
  it('another shape fails, of equal size too', async () => {
    const result = await compare(tensor([1, 2, 3, 4], 'float32', [2, 2]), tensor([1, 2, 3, 4], 'float32', [4]))
    expect(result).toMatchObject({ verdict: 'fail', problem: 'shape', compared: 0, maxAbs: null, mismatched: null })
    expect(result.reason).toContain('2x2')
  })

  it('another kind fails; another width does not', async () => {
    expect(await compare(tensor([1, 2]), tensor([1, 2], 'int32'))).toMatchObject({ verdict: 'fail', problem: 'dtype' })
    expect(await compare(tensor([1, 0], 'int32'), tensor([1, 0], 'bool'))).toMatchObject({ verdict: 'fail', problem: 'dtype' })
    expect(await compare(tensor([1, 2], 'int32'), wide([1n, 2n], 'int64'))).toMatchObject({ verdict: 'pass' })
    expect(await compare(tensor([1, 2], 'float64'), tensor([1, 2]))).toMatchObject({ verdict: 'pass' })
  })

  it('a second set of another shape fails the whole output', async () => {
    const comparer = addon().createComparer({ rule: 'numpy', atol: null, rtol: null })
    await comparer.add(tensor([1, 2]), tensor([1, 2]))
    await comparer.add(tensor([1, 2, 3]), tensor([1, 2]))
    expect(await comparer.finish()).toMatchObject({ verdict: 'fail', problem: 'shape' })
  })

  it('a batch may have another size in every set', async () => {
    const comparer = addon().createComparer({ rule: 'numpy', atol: null, rtol: null })
    await comparer.add(tensor([1, 2]), tensor([1, 2]))
    await comparer.add(tensor([3, 4, 5]), tensor([3, 4, 5]))
    expect(await comparer.finish()).toMatchObject({ verdict: 'pass', compared: 5 })
  })
})

describe('integers are compared exactly', () => {
  const big = 2n ** 62n
  it.each<[string, NativeTensor, NativeTensor, number | null]>([
    ['one apart beyond 2^53', wide([big, 1n], 'int64'), wide([big + 1n, 1n], 'int64'), 1],
    ['the whole range', wide([-(2n ** 63n), 1n], 'int64'), wide([2n ** 63n - 1n, 1n], 'int64'), 2 ** 64],
    ['beyond int64', wide([2n ** 64n - 1n, 1n], 'uint64'), wide([2n ** 64n - 2n, 1n], 'uint64'), 1],
  ])('%s', async (_what, reference, candidate, maxAbs) => {
    expect(await compare(reference, candidate)).toMatchObject({ verdict: 'fail', problem: 'mismatch', mismatched: 1, maxAbs, atol: 0, rtol: 0 })
  })

  it('booleans by truth, not by byte', async () => {
    expect(await compare(tensor([0, 1, 1], 'bool'), tensor([0, 1, 255], 'bool'))).toMatchObject({ verdict: 'pass', detail: { argmaxAgreement: null } })
    expect(await compare(tensor([0, 1, 1], 'bool'), tensor([0, 1, 0], 'bool'))).toMatchObject({ verdict: 'fail', mismatched: 1 })
  })
})

describe('small floats', () => {
  it('float16: subnormal, largest, infinity, NaN', async () => {
    const values = bits('float16', 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c, 0x01, 0x7e)
    const result = await compare(values, values)
    expect(result).toMatchObject({ verdict: 'pass', bothNan: 1, compared: 3 })
    expect(result.detail?.scatter.map((point) => point.reference)).toEqual([2 ** -24, 65504])
  })

  it('float8_e4m3fn has no infinity, float8_e5m2 has', async () => {
    const e4 = await compare(bits('float8_e4m3fn', 0x7e, 0x7f, 0x01, 0x80), bits('float8_e4m3fn', 0x7e, 0x7f, 0x01, 0x80))
    expect(e4).toMatchObject({ bothNan: 1 })
    expect(e4.detail?.scatter.map((point) => point.reference)).toEqual([448, 2 ** -9, -0])
    const e5 = await compare(bits('float8_e5m2', 0x7b, 0x7c, 0x7d, 0x01), bits('float8_e5m2', 0x7b, 0x7c, 0x7d, 0x01))
    expect(e5).toMatchObject({ bothNan: 1, compared: 3 })
    expect(e5.detail?.scatter.map((point) => point.reference)).toEqual([57344, 2 ** -16])
  })

  it('defaults: by the coarser of both sides', async () => {
    expect(await compare(tensor([1, 2]), tensor([1, 2]))).toMatchObject({ atol: 1e-4, rtol: 1e-3 })
    const half = bits('float16', 0x00, 0x3c, 0x00, 0x40)
    expect(await compare(half, half)).toMatchObject({ atol: 1e-2, rtol: 1e-2 })
    expect(await compare(tensor([1, 2]), half)).toMatchObject({ verdict: 'pass', atol: 1e-2, rtol: 1e-2 })
    expect(await compare(tensor([1, 2]), bits('bfloat16', 0x80, 0x3f, 0x00, 0x40))).toMatchObject({ verdict: 'pass', atol: 5e-2, rtol: 5e-2 })
  })
})
