import { describe, expect, it } from 'vitest'
import { loadAddon } from '../../electron/core/engine-host/addon'
import { addonPath } from './support'
import type { DType } from '../../contract/tensor'

/** An engine that lost its weights answers zeros, of either sign: in no type may that pass. */
const addon = loadAddon(addonPath)
const cases: Array<{ dtype: DType; one: number[]; negativeZero: number[] }> = [
  { dtype: 'float64', one: [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], negativeZero: [0, 0, 0, 0, 0, 0, 0, 0x80] },
  { dtype: 'float32', one: [0, 0, 0x80, 0x3f], negativeZero: [0, 0, 0, 0x80] },
  { dtype: 'float16', one: [0, 0x3c], negativeZero: [0, 0x80] },
  { dtype: 'bfloat16', one: [0x80, 0x3f], negativeZero: [0, 0x80] },
]
const tensor = (dtype: DType, values: number[][]) => ({ name: 'y', dtype, shape: [values.length], data: Uint8Array.from(values.flat()) })

describe.each(cases)('outputs of $dtype that are all zero', ({ dtype, one, negativeZero }) => {
  const zero = one.map(() => 0)
  const reference = tensor(dtype, [one, negativeZero, one, zero])
  const tolerant = { rule: 'numpy' as const, atol: 10, rtol: 10 }

  it.each([
    ['0', [zero, zero, zero, zero]],
    ['-0', [negativeZero, negativeZero, negativeZero, negativeZero]],
    ['0 and -0', [zero, negativeZero, zero, negativeZero]],
  ])('fail as zero whatever the tolerance: %s', async (_name, values) => {
    const comparer = addon.createComparer(tolerant)
    await comparer.add(reference, tensor(dtype, values))
    expect(await comparer.finish()).toMatchObject({ verdict: 'fail', problem: 'zero' })
  })

  it('are not judged against a reference that is zero itself, of either sign', async () => {
    const comparer = addon.createComparer(tolerant)
    await comparer.add(tensor(dtype, [negativeZero, zero]), tensor(dtype, [zero, negativeZero]))
    expect(await comparer.finish()).toMatchObject({ verdict: 'not-judged', problem: 'reference-constant' })
  })
})
