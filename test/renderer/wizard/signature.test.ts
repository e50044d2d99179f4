import { describe, expect, it } from 'vitest'
import {
  assumedSizes,
  checkInputs,
  checkSizes,
  draftOf,
  effectiveInputs,
  inputsOf,
  parseDim,
  profileOf,
  sampleBytes,
  sizesOf,
  symbolsOf,
  withInputs,
  withSizes,
  type DraftInput,
} from '../../../renderer/wizard/model/signature'
import { fresh, recipe } from './snapshots'

const row = (more: Partial<DraftInput> = {}): DraftInput => ({ name: 'x', dtype: 'float32', dims: ['N', '3', '32', '32'], low: '', high: '', ...more })
const onnx = { inputs: [{ name: 'x', dtype: 'float32' as const, shape: ['batch', 3, 'h', 'w'] }], outputs: [] }

describe('parseDim', () => {
  it.each([
    ['3', 3],
    [' 640 ', 640],
    ['batch', 'batch'],
    ['N2', 'N2'],
    ['', null],
    ['-1', null],
    ['3.5', null],
    ['2x', null],
    ['1e3', null],
  ])('reads %j as %j', (text, dim) => expect(parseDim(text)).toBe(dim))
})

describe('checkInputs', () => {
  it('has nothing against a sound row', () => expect(checkInputs([row()], null)).toEqual([]))
  it('wants a name, once', () => {
    const problems = checkInputs([row({ name: ' ' }), row({ name: 'a' }), row({ name: 'a' })], null)
    expect(problems.map((p) => [p.row, p.problem])).toEqual([
      [0, 'nameEmpty'],
      [2, 'nameTwice'],
    ])
  })
  it('names the dimension that is not one', () =>
    expect(checkInputs([row({ dims: ['N', '0', 'a-b'] })], null)).toEqual([{ row: 0, field: 'dims', problem: 'dimInvalid', dim: 1 }]))
  it('lets a scalar pass', () => expect(checkInputs([row({ dims: [] })], null)).toEqual([]))
  it('wants both ends of a range, the lower first', () => {
    expect(checkInputs([row({ low: '0', high: '' })], null)[0]?.problem).toBe('range')
    expect(checkInputs([row({ low: '2', high: '1' })], null)[0]?.problem).toBe('range')
    expect(checkInputs([row({ low: '0', high: '1' })], null)).toEqual([])
  })
  it('lets what the file says only be narrowed', () => {
    expect(checkInputs([row({ dims: ['4', '3', '64', '64'] })], onnx)).toEqual([])
    expect(checkInputs([row({ dims: ['4', '1', '64', '64'] })], onnx)).toEqual([{ row: 0, field: 'dims', problem: 'fixedDim', dim: 1 }])
    expect(checkInputs([row({ dims: ['4', '3', '64'] })], onnx)[0]?.problem).toBe('rank')
    expect(checkInputs([row({ dtype: 'float16' })], onnx)[0]?.problem).toBe('dtype')
  })
})

describe('inputs and sizes', () => {
  const inputs = inputsOf([row(), row({ name: 'y', dims: ['N', 'L'], low: '0', high: '1' })])

  it('keeps a range and turns text into dimensions', () => {
    expect(inputs[0]).toEqual({ name: 'x', dtype: 'float32', shape: ['N', 3, 32, 32] })
    expect(inputs[1]).toMatchObject({ shape: ['N', 'L'], range: [0, 1] })
    expect(draftOf(inputs[1]!)).toEqual(row({ name: 'y', dims: ['N', 'L'], low: '0', high: '1' }))
  })
  it('finds each symbol once', () => expect(symbolsOf(inputs)).toEqual(['N', 'L']))
  it('makes one profile of all dynamic inputs, one symbol one size', () => {
    const profile = profileOf(inputs, { N: { min: 1, opt: 8, max: 16 }, L: { min: 4, opt: 4, max: 4 } })
    expect(profile).toEqual([
      { name: 'x', min: [1, 3, 32, 32], opt: [8, 3, 32, 32], max: [16, 3, 32, 32] },
      { name: 'y', min: [1, 4], opt: [8, 4], max: [16, 4] },
    ])
    expect(sizesOf(inputs, profile)).toEqual({ N: { min: 1, opt: 8, max: 16 }, L: { min: 4, opt: 4, max: 4 } })
  })
  it('leaves inputs without symbols out of the profile', () => expect(profileOf([{ name: 'z', dtype: 'int64', shape: [2] }], {})).toEqual([]))
  it('carries stated sizes over when an input is renamed, and drops the profile with the last symbol', () => {
    const stated = withSizes(
      recipe((r) => (r.load.inputs = [inputs[0]!])),
      [inputs[0]!],
      { N: { min: 2, opt: 2, max: 9 } },
    )
    const renamed = withInputs(stated, [{ ...inputs[0]!, name: 'image' }], [inputs[0]!])
    expect(renamed.build.profiles).toEqual([[{ name: 'image', min: [2, 3, 32, 32], opt: [2, 3, 32, 32], max: [9, 3, 32, 32] }]])
    expect(withInputs(renamed, [{ ...inputs[0]!, shape: [1, 3, 32, 32] }], renamed.load.inputs).build.profiles).toEqual([])
  })
  it('does not make a profile where none was stated', () => expect(withInputs(recipe(), inputs, []).build.profiles).toEqual([]))
  it.each([
    [{ min: 1, opt: 4, max: 16 }, null],
    [{ min: 5, opt: 4, max: 16 }, 'order'],
    [{ min: 1, opt: 17, max: 16 }, 'order'],
    [{ min: 0, opt: 4, max: 16 }, 'notWhole'],
    [{ min: null, opt: 4, max: 16 }, 'notWhole'],
  ])('judges the sizes %j: %j', (sizes, problem) => expect(checkSizes(sizes)).toBe(problem))
  it('assumes what the command line assumes', () => expect(assumedSizes).toEqual({ min: 1, opt: 4, max: 16 }))
  it('takes the file where the recipe states nothing, the recipe where it does', () => {
    const run = fresh({ input: { ...fresh().input, format: 'onnx', signature: onnx } })
    expect(effectiveInputs(run)[0]?.name).toBe('image')
    expect(effectiveInputs({ ...run, recipe: recipe() })).toEqual([{ name: 'x', dtype: 'float32', shape: ['batch', 3, 'h', 'w'] }])
  })
  it('counts the bytes of all sets', () => expect(sampleBytes([{ name: 'x', dtype: 'float16', shape: [4, 3] }], 2)).toBe(48))
})
