import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadOptionsSchema, type LoadOptions } from '../../../contract/recipe'
import type { Dim, Signature, TensorSpec } from '../../../contract/tensor'
import { EnginesmithError } from '../../../electron/core/errors'
import {
  formatInputSpec,
  makeSamples,
  mapNames,
  parseInputSpec,
  parseShapesSpec,
  planInputs,
  prepareInputs,
  profilesFromShapes,
} from '../../../electron/core/inputs'
import { fromNumbers, readTensors, toNumbers, writeNpz } from '../../../electron/core/tensors'

const spec = (name: string, dtype: TensorSpec['dtype'], ...shape: Dim[]): TensorSpec => ({ name, dtype, shape })
const image: Signature = { inputs: [spec('x', 'float32', 'N', 3, 'H', 'W')], outputs: [] }
const load = (...specs: string[]): Pick<LoadOptions, 'inputs'> => ({ inputs: specs.map(parseInputSpec) })
const plan = (signature: Signature | null, specs: string[] = [], shapes: string[] = [], more: Partial<Parameters<typeof planInputs>[0]> = {}) =>
  planInputs({ signature, load: load(...specs), profiles: profilesFromShapes(shapes), keepNames: true, ...more })
const failure = (act: () => unknown): EnginesmithError => {
  try {
    act()
  } catch (error) {
    if (error instanceof EnginesmithError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('parseInputSpec', () => {
  it.each([
    ['x:float32:Nx3x40x36', spec('x', 'float32', 'N', 3, 40, 36)],
    ['a:b:c:bfloat16:1', spec('a:b:c', 'bfloat16', 1)],
    ['scale:float32:', spec('scale', 'float32')],
    ['mask:bool:batchxseq_len', spec('mask', 'bool', 'batch', 'seq_len')],
  ])('takes %s apart from the right, and formats it back', (text, expected) => {
    expect(parseInputSpec(text)).toEqual(expected)
    expect(formatInputSpec(expected)).toBe(text)
  })

  it.each(['x', 'x:float32', ':float32:1', 'x:float:1', 'x:float32:1x', 'x:float32:1x-2', 'x:float32:N x3', 'x:float32:99999999999999999999'])(
    'refuses %s and shows how it is written',
    (text) => {
      const error = failure(() => parseInputSpec(text))
      expect(error.code).toBe('USAGE')
      expect(error.remedy).toMatch(/name:dtype:dims|Use one of/)
    },
  )
})

describe('parseShapesSpec', () => {
  it('reads min/opt/max, and one shape for all three', () => {
    expect(parseShapesSpec('x:1x3/4x3/8x3')).toEqual({ name: 'x', min: [1, 3], opt: [4, 3], max: [8, 3] })
    expect(parseShapesSpec('x:2x3')).toEqual({ name: 'x', min: [2, 3], opt: [2, 3], max: [2, 3] })
  })
  it('begins another profile where an input comes again', () => {
    expect(profilesFromShapes(['x:1', 'y:2', 'x:3'])).toEqual([[parseShapesSpec('x:1'), parseShapesSpec('y:2')], [parseShapesSpec('x:3')]])
  })
  it.each([
    ['x:1/2', 'USAGE'],
    ['x:Nx3', 'USAGE'],
    ['1x3', 'USAGE'],
    ['x:1x3/4/8x3', 'PROFILE_INVALID'],
  ])('refuses %s', (text, code) => expect(failure(() => parseShapesSpec(text)).code).toBe(code))
})

it('names map by name where all match, else by order', () => {
  expect(mapNames(['b', 'a'], ['a', 'b', 'c'])).toEqual([1, 0])
  expect(mapNames(['b', 'z'], ['a', 'b', 'c'])).toEqual([0, 1])
  expect(mapNames(['a', 'a'], ['a', 'b'])).toEqual([0, 1])
  expect(mapNames(['a', 'b'], ['a'])).toBeNull()
})

describe('planInputs: what may be stated', () => {
  it('narrows a symbol to a number everywhere it stands', () => {
    const signature = { inputs: [spec('a', 'float32', 'N', 3), spec('b', 'float32', 'N')], outputs: [] }
    expect(plan(signature, ['a:float32:4x3']).specs.map((input) => input.shape)).toEqual([[4, 3], [4]])
    expect(failure(() => plan(signature, ['a:float32:4x3', 'b:float32:5'])).code).toBe('SHAPE_CONTRADICTS_MODEL')
  })

  it('ties two of the model’s symbols where one name is given to both', () => {
    const planned = plan(image, ['x:float32:Nx3xSxS'], ['x:1x3x8x8/2x3x16x16/4x3x32x32'])
    expect(planned.sample[0]?.shape).toEqual([2, 3, 16, 16])
    expect(failure(() => plan(image, ['x:float32:Nx3xSxS'], ['x:1x3x8x9/2x3x16x17/4x3x32x33'])).code).toBe('PROFILE_INVALID')
  })

  it.each([
    ['another type', ['x:float16:Nx3x8x8']],
    ['another rank', ['x:float32:Nx3']],
    ['another fixed size', ['x:float32:Nx4x8x8']],
    ['a size left open that the model fixes', ['x:float32:NxCx8x8']],
    ['more inputs than the model has', ['x:float32:Nx3x8x8', 'y:float32:1']],
  ])('refuses %s', (_, specs) => {
    const error = failure(() => plan(image, specs))
    expect(error.code).toBe('SHAPE_CONTRADICTS_MODEL')
    expect(error.remedy).toContain('--input x:float32:Nx3xHxW')
  })

  it('keeps the names of an ONNX file, and gives a PyTorch model the user’s', () => {
    expect(plan(image, ['picture:float32:Nx3x8x8']).specs[0]).toMatchObject({ name: 'x', parameter: 'x' })
    expect(plan(image, ['picture:float32:Nx3x8x8'], [], { keepNames: false }).specs[0]).toMatchObject({ name: 'picture', parameter: 'x' })
  })

  it('takes the statement alone where the file says nothing, mapped to forward', () => {
    const planned = plan(null, ['b:float32:Nx2', 'a:int64:N'], [], { forward: ['a', 'b'], keepNames: false })
    expect(planned.specs.map((input) => [input.name, input.parameter])).toEqual([
      ['b', 'b'],
      ['a', 'a'],
    ])
  })

  it('without any word of the inputs: the remedy is the line to add', () => {
    const error = failure(() => plan(null, [], [], { forward: ['image', 'mask'] }))
    expect(error.code).toBe('INPUTS_UNKNOWN')
    expect(error.remedy).toContain('--input image:float32:Nx3x224x224 --input mask:float32:Nx3x224x224')
    expect(() => /--input (\S+)/.exec(error.remedy)?.[1] && parseInputSpec(/--input (\S+)/.exec(error.remedy)?.[1] ?? '')).not.toThrow()
  })
})

describe('planInputs: profiles', () => {
  it('assumes 1/4/16 and says so; the sample runs at opt', () => {
    const planned = plan(image, ['x:float32:Nx3x8x8'])
    expect(planned.profiles).toEqual([[{ name: 'x', min: [1, 3, 8, 8], opt: [4, 3, 8, 8], max: [16, 3, 8, 8] }]])
    expect(planned.findings).toMatchObject([
      { code: 'PROFILE_ASSUMED', severity: 'info', remedy: expect.stringContaining('--shapes x:1x3x8x8/4x3x8x8/16x3x8x8') as string },
    ])
    expect(planned.sample).toEqual([spec('x', 'float32', 4, 3, 8, 8)])
  })

  it('clamps the assumption to what the model allows', () => {
    const bounded: Signature = { ...image, symbols: { N: { min: 2, max: 8 } } }
    expect(plan(bounded, ['x:float32:Nx3x8x8']).profiles[0]?.[0]).toMatchObject({ min: [2, 3, 8, 8], opt: [4, 3, 8, 8], max: [8, 3, 8, 8] })
    expect(failure(() => plan(bounded, ['x:float32:Nx3x8x8'], ['x:1x3x8x8/4x3x8x8/8x3x8x8'])).code).toBe('SHAPE_CONTRADICTS_MODEL')
    expect(failure(() => plan(bounded, ['x:float32:9x3x8x8'])).code).toBe('SHAPE_CONTRADICTS_MODEL')
  })

  it('has no profile where nothing varies', () => {
    expect(plan({ inputs: [spec('x', 'float32', 1, 3)], outputs: [] })).toMatchObject({ profiles: [], findings: [], sample: [{ shape: [1, 3] }] })
  })

  it('holds the one size that a varying one was narrowed to: the file itself still varies', () => {
    const one = [1, 3, 8, 8]
    const { profiles, findings, sample } = plan(image, ['x:float32:1x3x8x8'])
    expect({ profiles, findings, sample }).toMatchObject({ profiles: [[{ name: 'x', min: one, opt: one, max: one }]], findings: [], sample: [{ shape: one }] })
  })

  it('never samples a varying size at 1', () => {
    expect(plan(image, ['x:float32:Nx3x8x8'], ['x:1x3x8x8/1x3x8x8/8x3x8x8']).sample[0]?.shape).toEqual([2, 3, 8, 8])
    expect(plan(image, ['x:float32:Nx3x8x8'], ['x:1x3x8x8']).sample[0]?.shape).toEqual([1, 3, 8, 8])
  })

  it.each([
    ['min > opt', 'x:4x3x8x8/2x3x8x8/8x3x8x8', 'PROFILE_INVALID'],
    ['opt > max', 'x:1x3x8x8/9x3x8x8/8x3x8x8', 'PROFILE_INVALID'],
    ['an input that is not there', 'y:1/2/3', 'PROFILE_INVALID'],
    ['another rank', 'x:1/2/3', 'PROFILE_INVALID'],
    ['a fixed size that varies', 'x:1x3x8x8/4x3x8x8/8x4x8x8', 'SHAPE_CONTRADICTS_MODEL'],
  ])('refuses %s', (_, shapes, code) => expect(failure(() => plan(image, ['x:float32:Nx3x8x8'], [shapes])).code).toBe(code))

  it('fills in the inputs that a profile leaves out, from the same symbol', () => {
    const signature = { inputs: [spec('a', 'float32', 'N', 3), spec('b', 'float32', 'N', 'M')], outputs: [] }
    const planned = plan(signature, [], ['a:2x3/6x3/9x3'])
    expect(planned.profiles[0]?.[1]).toEqual({ name: 'b', min: [2, 1], opt: [6, 4], max: [9, 16] })
    expect(planned.findings[0]?.evidence['assumed']).toEqual({ M: { min: 1, opt: 4, max: 16 } })
  })
})

describe('samples', () => {
  const options = { seed: 0, sets: 2 }
  it('are the same bytes for the same seed, on every machine', () => {
    const planned = plan({
      inputs: [spec('x', 'float32', 4), spec('h', 'float16', 3), spec('i', 'int64', 4), spec('m', 'bool', 4), spec('d', 'float64', 2)],
      outputs: [],
    })
    const hex = makeSamples(planned, options).map((set) => [...set.values()].map((tensor) => Buffer.from(tensor.data).toString('hex')))
    expect(hex).toMatchInlineSnapshot(`
      [
        [
          "95706d3f16ec5d3facd35bbf05b8643f",
          "422c7abb462b",
          "0000000000000000010000000000000000000000000000000100000000000000",
          "00010001",
          "16f6cf0bf1ace4bf2eb347b01a45efbf",
        ],
        [
          "79a84a3f4fe948bfa59c0abeb2b5dbbd",
          "efa80ab95439",
          "0000000000000000000000000000000000000000000000000100000000000000",
          "00010000",
          "0044139513e86abf828bd65a248ae2bf",
        ],
      ]
    `)
  })

  it('stay inside the range, reach it, and differ by seed and set', () => {
    const planned = planInputs({
      signature: null,
      load: {
        inputs: [
          { ...parseInputSpec('i:uint8:4000'), range: [3, 5] },
          { ...parseInputSpec('f:bfloat16:4000'), range: [10, 20] },
        ],
      },
      profiles: [],
      keepNames: false,
    })
    const [first, second] = makeSamples(planned, options)
    expect(new Set(toNumbers(first?.get('i') ?? fromNumbers('int8', [0], [])))).toEqual(new Set([3, 4, 5]))
    const floats = [...toNumbers(first?.get('f') ?? fromNumbers('int8', [0], []))]
    expect(Math.min(...floats)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...floats)).toBeLessThanOrEqual(20)
    expect(floats.reduce((sum, value) => sum + value, 0) / floats.length).toBeCloseTo(15, 0)
    expect(first).not.toEqual(second)
    expect(makeSamples(planned, { seed: 1, sets: 1 })[0]).not.toEqual(first)
  })

  it('refuse a range that the type cannot hold, and an absurd size', () => {
    const bad = planInputs({ signature: null, load: { inputs: [{ ...parseInputSpec('i:uint8:4'), range: [-1, 5] }] }, profiles: [], keepNames: false })
    expect(failure(() => makeSamples(bad, options)).code).toBe('INPUTS_INVALID')
    const wide = (spec: string, end: number) =>
      planInputs({ signature: null, load: { inputs: [{ ...parseInputSpec(spec), range: [-end, end] }] }, profiles: [], keepNames: false })
    for (const [spec, end] of [
      ['x:float32:4', 1e39],
      ['x:float16:4', 1e5],
    ] as const)
      expect(failure(() => makeSamples(wide(spec, end), options)).code).toBe('INPUTS_INVALID')
    expect(makeSamples(wide('x:float64:4', 1e39), options)).not.toEqual([])
    expect(failure(() => makeSamples(plan(null, ['x:float32:100000x100000']), options)).code).toBe('INPUTS_INVALID')
  })
})

describe('a file of inputs', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'es-inputs-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const arrays = (batch: number) => new Map([['x', fromNumbers('float64', [batch, 3, 8, 8], new Float64Array(batch * 192).fill(0.5))]])

  it('gives the sample, brought to the model’s type, and widens the assumed profile', () => {
    const planned = plan(image, [], [], { arrays: arrays(40) })
    expect(planned.sample[0]).toEqual(spec('x', 'float32', 40, 3, 8, 8))
    expect(planned.profiles[0]?.[0]).toMatchObject({ min: [1, 3, 1, 1], opt: [4, 3, 4, 4], max: [40, 3, 16, 16] })
    expect(makeSamples(planned, { seed: 0, sets: 3 })).toHaveLength(1)
  })

  it('stands for the statement where nothing else is known', () => {
    expect(plan(null, [], [], { arrays: arrays(2) }).specs).toMatchObject([{ name: 'x', dtype: 'float64', shape: [2, 3, 8, 8] }])
  })

  it('is refused where it does not fit', () => {
    const wrong = (tensor: ReturnType<typeof fromNumbers>) => failure(() => plan(image, [], [], { arrays: new Map([['x', tensor]]) })).code
    expect(wrong(fromNumbers('float32', [2, 4, 1, 1], new Float64Array(8)))).toBe('SHAPE_CONTRADICTS_MODEL')
    expect(wrong(fromNumbers('int64', [2, 3, 1, 1], new Float64Array(6)))).toBe('SHAPE_CONTRADICTS_MODEL')
    expect(failure(() => plan(image, [], ['x:1x3x8x8/4x3x8x8/8x3x8x8'], { arrays: arrays(9) })).code).toBe('PROFILE_INVALID')
    const two = new Map([...arrays(1), ['y', fromNumbers('float32', [], [1])] as const])
    expect(failure(() => plan(image, [], [], { arrays: two })).code).toBe('INPUTS_INVALID')
    const tied = { inputs: [spec('a', 'float32', 'N'), spec('b', 'float32', 'N')], outputs: [] }
    const split = new Map([
      ['a', fromNumbers('float32', [2], [1, 2])],
      ['b', fromNumbers('float32', [3], [1, 2, 3])],
    ])
    expect(failure(() => plan(tied, [], [], { arrays: split })).message).toContain('N is one size everywhere')
  })

  it('is written as one set that reads back', async () => {
    const inputsFile = join(folder, 'in.npz')
    await writeNpz(inputsFile, arrays(4))
    const readers = {
      pythons: { user: () => Promise.reject(new Error('not needed')), managed: () => Promise.reject(new Error('not needed')) },
      call: {},
    }
    const given = { signature: image, load: loadOptionsSchema.parse({ inputsFile, seed: 7 }), profiles: [], keepNames: true }
    const { files } = await prepareInputs(given, folder, readers)
    expect(files).toHaveLength(1)
    expect(new Set(toNumbers((await readTensors(files[0] ?? '')).get('x') ?? fromNumbers('int8', [0], [])))).toEqual(new Set([0.5]))
    const gone = loadOptionsSchema.parse({ inputsFile: join(folder, 'gone.npz') })
    await expect(prepareInputs({ ...given, load: gone }, folder, readers)).rejects.toMatchObject({ code: 'INPUTS_INVALID' })
  })
})

describe('values that a profile gives', () => {
  const signature = {
    inputs: [
      { name: 'x', dtype: 'float32' as const, shape: ['N', 12] },
      { name: 'target', dtype: 'int64' as const, shape: [2] },
    ],
    outputs: [],
  }
  const plan = (target: { min: number[]; opt: number[]; max: number[] }) =>
    planInputs({ signature, load: { inputs: [] }, profiles: [[{ name: 'target', ...target }]], keepNames: true })

  it('stay in it, and the sample has them', () => {
    const made = plan({ min: [1, 12], opt: [4, 12], max: [16, 12] })
    expect(made.profiles[0]).toEqual([expect.objectContaining({ name: 'x' }), { name: 'target', min: [1, 12], opt: [4, 12], max: [16, 12] }])
    const [sample] = makeSamples(made, { seed: 0, sets: 1 })
    expect([...toNumbers(sample!.get('target')!)]).toEqual([4, 12])
  })
  it('must not fall', () => {
    expect(() => plan({ min: [5, 12], opt: [4, 12], max: [16, 12] })).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }) as Error)
  })
})
