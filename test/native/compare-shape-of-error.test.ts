import { describe, expect, it } from 'vitest'
import type { Rule } from '../../contract/recipe'
import type { ComparerResult, NativeTensor } from '../../electron/core/engine-host/addon'
import { addon } from './support'

function tensor(values: ArrayLike<number>, shape = [values.length]): NativeTensor {
  const array = Float64Array.from(values)
  return { name: 'y', dtype: 'float64', shape, data: new Uint8Array(array.buffer) }
}

async function compare(reference: NativeTensor, candidate: NativeTensor, atol: number, rtol: number, rule: Rule = 'numpy'): Promise<ComparerResult> {
  const comparer = addon().createComparer({ rule, atol, rtol })
  await comparer.add(reference, candidate)
  return comparer.finish()
}

describe('the two rules', () => {
  const reference = tensor([0, 10, 100])
  it('numpy adds both tolerances', async () => {
    expect(await compare(reference, tensor([0, 10.14, 101]), 0.05, 0.01)).toMatchObject({ verdict: 'pass', mismatched: 0 })
    expect(await compare(reference, tensor([0, 10.16, 101]), 0.05, 0.01)).toMatchObject({ verdict: 'fail', mismatched: 1 })
    expect((await compare(reference, tensor([0.2, 10.1, 101]), 0.05, 0.01)).requiredAtol).toBeCloseTo(0.2, 12)
  })

  it('Polygraphy asks for one of both', async () => {
    expect(await compare(reference, tensor([0.05, 10.1, 101]), 0.05, 0.01, 'polygraphy')).toMatchObject({ verdict: 'pass' })
    const failed = await compare(reference, tensor([0, 10.15, 101]), 0.05, 0.01, 'polygraphy')
    expect(failed).toMatchObject({ verdict: 'fail', mismatched: 1 })
    expect(failed.requiredAtol).toBeCloseTo(0.15, 12)
  })

  it('the tolerance that would have passed does pass', async () => {
    const [a, b] = [tensor([1, 2, 3]), tensor([1.5, 2.25, 3])]
    const required = (await compare(a, b, 0, 0)).requiredAtol
    expect(required).toBe(0.5)
    expect(await compare(a, b, required ?? 0, 0)).toMatchObject({ verdict: 'pass' })
  })
})

describe('numbers that are not there', () => {
  it('cosine of a zero vector and relative error without a nonzero reference are null', async () => {
    expect(await compare(tensor([0, 0]), tensor([1, 2]), 0, 0)).toMatchObject({
      cosine: null,
      maxRel: null,
      detail: { meanRel: null, relQuantiles: { p50: null } },
    })
    expect(await compare(tensor([1, 2]), tensor([0, 0]), 0, 0)).toMatchObject({ cosine: null, maxRel: 1 })
  })

  it('overflow is null, not infinity', async () => {
    const result = await compare(tensor([1e308, 1]), tensor([-1e308, 1]), 0, 0)
    expect(result).toMatchObject({ verdict: 'fail', maxAbs: null, rmse: null, requiredAtol: null })
  })

  it('a sum of many small errors is not lost in rounding', async () => {
    const count = 1_000_000
    const reference = new Float64Array(count).map((_, i) => (i === 0 ? 1e8 : 1))
    const candidate = reference.map((value, i) => (i === 0 ? value + 1e8 : value + 2 ** -20))
    const result = await compare(tensor(reference), tensor(candidate), 0, 0)
    expect(result.meanAbs).toBe((1e8 + (count - 1) * 2 ** -20) / count)
  })
})

describe('histogram', () => {
  it('has a bin a decade and cuts the decade of the tolerance in two', async () => {
    const errors = [0, 1e-6, 5e-6, 1e-5, 2.5e-5, 3e-5, 9e-5, 1e-3]
    const result = await compare(tensor(errors.map(() => 0)), tensor(errors), 3e-5, 0)
    const { edges, counts, zero } = result.detail?.histogram ?? { edges: [], counts: [], zero: 0 }
    expect(zero).toBe(1)
    expect(edges).toEqual([-6, -5, Math.log10(3e-5), -4, -3, -2])
    expect(counts).toEqual([2, 2, 2, 0, 1])
  })

  it('needs no cut where the tolerance is a power of ten', async () => {
    const result = await compare(tensor([0, 0, 0]), tensor([9.9e-5, 1e-4, 1.1e-4]), 1e-4, 0)
    expect(result.detail?.histogram).toEqual({ edges: [-5, -4, -3], counts: [1, 2], zero: 0 })
  })
})

describe('scatter', () => {
  it('keeps at most 2,000 points, the worst always, and the same for the same tensors', async () => {
    const count = 50_000
    const reference = new Float64Array(count).map((_, i) => Math.sin(i))
    const candidate = reference.map((value, i) => value + (i === 31_337 ? -7 : 1e-6 * Math.cos(i)))
    const [first, second] = [await compare(tensor(reference), tensor(candidate), 1, 0), await compare(tensor(reference), tensor(candidate), 1, 0)]
    const points = first.detail?.scatter ?? []
    expect(points).toHaveLength(2000)
    expect(points.filter((point) => point.difference === (candidate[31_337] ?? 0) - (reference[31_337] ?? 0))).toHaveLength(1)
    expect(second.detail?.scatter).toEqual(points)
    const mean = points.reduce((sum, point) => sum + point.reference, 0) / points.length
    expect(Math.abs(mean)).toBeLessThan(0.1)
  })
})

describe('argmax and top five, along the last axis', () => {
  it('counts rows, and a tie is no disagreement', async () => {
    const reference = tensor([1, 2, 3, 9, 8, 7, 5, 5, 1], [3, 3])
    const candidate = tensor([1, 2, 3, 8, 9, 7, 4, 5, 1], [3, 3])
    const result = await compare(reference, candidate, 10, 0)
    expect(result.detail?.argmaxAgreement).toBeCloseTo(2 / 3, 12)
    expect(result.detail?.topKAgreement).toBeNull()
  })

  it('the share of the best five that both have', async () => {
    const result = await compare(tensor([9, 8, 7, 6, 5, 4], [1, 6]), tensor([9, 8, 7, 6, 1, 4], [1, 6]), 10, 0)
    expect(result.detail).toMatchObject({ argmaxAgreement: 1, topKAgreement: 0.8 })
  })
})

describe('many elements', () => {
  it('beyond four million the quantiles come from bins and stay within 0.2 %', async () => {
    const part = 1_100_000
    const comparer = addon().createComparer({ rule: 'numpy', atol: 1, rtol: 0 })
    const reference = tensor(new Float64Array(part).map((_, i) => 1 + (i % 7)))
    const candidate = tensor(new Float64Array(part).map((_, i) => 1 + (i % 7) + (i + 1) / part))
    for (let i = 0; i < 4; i++) await comparer.add(reference, candidate)
    const result = await comparer.finish()
    expect(result).toMatchObject({ quantilesExact: false, compared: 4 * part })
    for (const [name, value] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
    ] as const) {
      expect(Math.abs((result.detail?.quantiles[name] ?? 0) / value - 1)).toBeLessThan(0.002)
    }
  })
})
