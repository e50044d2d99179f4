import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { dtypeSchema } from '../../contract/tensor'
import type { ComparerResult, NativeTensor } from '../../electron/core/engine-host/addon'
import { addon, python, scratch } from './support'

const work = scratch()
afterAll(work.remove)

const number = z.number().nullable()
const caseSchema = z.object({
  name: z.string(),
  dtype: dtypeSchema,
  shape: z.array(z.number()),
  atol: z.number(),
  rtol: z.number(),
  expected: z.object({
    compared: z.number(),
    maxAbs: number,
    meanAbs: number,
    maxRel: number,
    meanRel: number,
    rmse: number,
    cosine: number,
    psnr: number,
    mismatched: z.number(),
    firstMismatch: number,
    worstIndex: z.number(),
    requiredAtol: number,
    quantiles: z.array(number),
    relQuantiles: z.array(number),
    argmax: z.number(),
    topK: z.number(),
    zero: z.number(),
  }),
})
type Case = z.infer<typeof caseSchema>

execFileSync(python, [join(import.meta.dirname, 'programs/numpy_metrics.py'), work.path])
const cases = z.array(caseSchema).parse(JSON.parse(readFileSync(join(work.path, 'cases.json'), 'utf8')))

const side = (entry: Case, which: string): NativeTensor => ({
  name: entry.name,
  dtype: entry.dtype,
  shape: entry.shape,
  data: readFileSync(join(work.path, `${entry.name}.${which}.bin`)),
})

/** One row of a tensor along its first axis range. */
function slice(tensor: NativeTensor, from: number, to: number): NativeTensor {
  const row = tensor.data.byteLength / (tensor.shape[0] ?? 1)
  return { ...tensor, shape: [to - from, ...tensor.shape.slice(1)], data: tensor.data.subarray(from * row, to * row) }
}

const near = (actual: number | null, expected: number | null): void => {
  if (expected === null) expect(actual).toBeNull()
  else expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-12)
}

function check(result: ComparerResult, { expected }: Case): void {
  expect(result.compared).toBe(expected.compared)
  expect(result.mismatched).toBe(expected.mismatched)
  expect(result.verdict).toBe(expected.mismatched > 0 ? 'fail' : 'pass')
  expect(result.quantilesExact).toBe(true)
  const detail = result.detail
  if (!detail) throw new Error('no detail')
  expect(detail.firstMismatch).toBe(expected.firstMismatch)
  expect(detail.worstIndex).toBe(expected.worstIndex)
  for (const name of ['maxAbs', 'meanAbs', 'maxRel', 'rmse', 'cosine', 'requiredAtol'] as const) near(result[name], expected[name])
  near(detail.meanRel, expected.meanRel)
  near(detail.psnr, expected.psnr)
  const { quantiles, relQuantiles } = detail
  ;[quantiles.p50, quantiles.p90, quantiles.p99].forEach((value, i) => near(value, expected.quantiles[i] ?? null))
  ;[relQuantiles.p50, relQuantiles.p90, relQuantiles.p99].forEach((value, i) => near(value, expected.relQuantiles[i] ?? null))
  near(detail.argmaxAgreement, expected.argmax)
  near(detail.topKAgreement, expected.topK)
  expect(detail.histogram.zero).toBe(expected.zero)
  expect(detail.histogram.zero + detail.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(expected.compared)
}

describe('every metric equals what numpy computes', () => {
  it.each(cases.map((entry) => [entry.name, entry] as const))('%s', async (_name, entry) => {
    const comparer = addon().createComparer({ rule: 'numpy', atol: entry.atol, rtol: entry.rtol })
    await comparer.add(side(entry, 'reference'), side(entry, 'candidate'))
    check(await comparer.finish(), entry)
  })

  it.each(cases.map((entry) => [entry.name, entry] as const))('%s, added in three parts', async (_name, entry) => {
    const [reference, candidate] = [side(entry, 'reference'), side(entry, 'candidate')]
    const comparer = addon().createComparer({ rule: 'numpy', atol: entry.atol, rtol: entry.rtol })
    const rows = entry.shape[0] ?? 0
    for (const [from, to] of [
      [0, 7],
      [7, 8],
      [8, rows],
    ] as const) {
      await comparer.add(slice(reference, from, to), slice(candidate, from, to))
    }
    check(await comparer.finish(), entry)
  })
})
