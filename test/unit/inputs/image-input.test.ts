import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preprocessSchema, type Preprocess } from '../../../contract/preprocess'
import { EnginesmithError } from '../../../electron/core/errors'
import { inputsDigest, makeSamples, parseInputSpec, parseRangeSpec, planInputs, profilesFromShapes } from '../../../electron/core/inputs'
import { imageInput, type ImageInput } from '../../../electron/core/inputs/image-input'
import { imageFiles } from '../../../electron/core/inputs/images'
import { toNumbers } from '../../../electron/core/tensors'

const images = (inputs: string[], wished: Partial<Preprocess> = {}, shapes: string[] = []): Promise<ImageInput> => {
  const profiles = profilesFromShapes(shapes)
  const plan = planInputs({ signature: null, load: { inputs: inputs.map(parseInputSpec) }, profiles, keepNames: false })
  return imageInput(plan, preprocessSchema.parse(wished), profiles[0], () => Promise.resolve([30, 40]))
}

describe('imageInput', () => {
  it.each([
    ['x:float32:2x3x8x9', { layout: 'NCHW', size: [8, 9], color: 'RGB', batch: 2 }],
    ['x:float32:1x1x8x9', { layout: 'NCHW', size: [8, 9], color: 'gray', batch: 1 }],
    ['x:uint8:1x8x9x3', { layout: 'NHWC', size: [8, 9], color: 'RGB', batch: 1 }],
    ['x:float32:BxHxWx3', { layout: 'NHWC', size: [30, 40], color: 'RGB', batch: 4 }],
    ['x:float32:BxCxHxW', { layout: 'NCHW', size: [30, 40], color: 'RGB', batch: 4 }],
    ['x:float32:3x8x9', { layout: 'NCHW', size: [8, 9], color: 'RGB', batch: null }],
  ])('reads how %s takes images from its sizes', async (spec, { batch, ...rest }) => {
    const made = await images([spec])
    expect(made).toMatchObject({ batch, preprocess: { ...rest, scale: spec.includes('uint8') ? 1 : 1 / 255 } })
  })

  it('takes sizes that vary from the wish, then from the profile, then from the first image', async () => {
    const spec = 'x:float32:Nx3xHxW'
    const shapes = ['x:1x3x8x8/5x3x16x20/8x3x32x32']
    expect((await images([spec], { size: [7, 6] }, shapes)).preprocess.size).toEqual([7, 6])
    expect(await images([spec], {}, shapes)).toMatchObject({ batch: 5, preprocess: { size: [16, 20] } })
    expect((await images([spec])).preprocess.size).toEqual([30, 40])
  })

  it('finds the one input that may take images, or the one that is named', async () => {
    expect((await images(['ids:int64:4', 'x:float32:1x3x8x8'])).preprocess.input).toBe('x')
    const two = ['a:float32:1x3x8x8', 'b:float32:1x3x8x8']
    await expect(images(two)).rejects.toMatchObject({ code: 'INPUTS_INVALID', evidence: { fit: ['a', 'b'] } })
    expect((await images(two, { input: 'b' })).preprocess.input).toBe('b')
  })

  it.each<[string, Partial<Preprocess>, string]>([
    ['x:float32:1x7', {}, 'INPUTS_INVALID'],
    ['x:float32:1x3x8x8', { input: 'y' }, 'INPUTS_INVALID'],
    ['x:float32:1x3x8x8', { color: 'gray' }, 'INPUTS_INVALID'],
    ['x:float32:1x3x8x8', { layout: 'NHWC' }, 'INPUTS_INVALID'],
    ['x:float32:1x3x8x8', { size: [8, 9] }, 'SHAPE_CONTRADICTS_MODEL'],
  ])('refuses %s with %j', async (spec, wished, code) => {
    await expect(images([spec], wished)).rejects.toMatchObject({ code })
  })
})

describe('imageFiles', () => {
  let folder: string
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0])
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'images-'))
    await Promise.all(['10.png', '2.png', 'named.txt'].map((name) => writeFile(join(folder, name), png)))
    await writeFile(join(folder, 'real.png'), 'text')
    await mkdir(join(folder, 'sub.png'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('goes by content, in the order a person counts in', async () => {
    expect(await imageFiles(folder)).toEqual(['2.png', '10.png', 'named.txt'].map((name) => join(folder, name)))
    expect(await imageFiles(join(folder, 'real.png'))).toEqual([])
    expect(await imageFiles(join(folder, '2.png'))).toHaveLength(1)
  })

  it('changes the digest with what is in the images, and with nothing else', async () => {
    const before = await inputsDigest(folder)
    await writeFile(join(folder, 'real.png'), 'other text')
    expect(await inputsDigest(folder)).toBe(before)
    await writeFile(join(folder, '2.png'), Buffer.concat([png, png]))
    expect(await inputsDigest(folder)).not.toBe(before)
  })
})

describe('ranges', () => {
  it.each([
    ['ids:0..30521', 'ids', [0, 30521]],
    ['a:b:-1.5..1e-3', 'a:b', [-1.5, 0.001]],
  ])('%s', (spec, name, range) => expect(parseRangeSpec(spec)).toEqual({ name, range }))

  it('hold for inputs that only the file states, and win over those of stated inputs', () => {
    const signature = { inputs: [{ name: 'ids', dtype: 'int64' as const, shape: [512] }], outputs: [] }
    const planned = planInputs({ signature, load: { inputs: [], ranges: { ids: [100, 102] } }, profiles: [], keepNames: true })
    const values = [...toNumbers(makeSamples(planned, { seed: 0, sets: 1 })[0]!.get('ids')!)]
    expect(new Set(values)).toEqual(new Set([100, 101, 102]))
    const stated = [{ ...parseInputSpec('ids:int64:512'), range: [0, 1] as [number, number] }]
    expect(planInputs({ signature, load: { inputs: stated, ranges: { ids: [5, 5] } }, profiles: [], keepNames: true }).specs[0]?.range).toEqual([5, 5])
    expect(() => planInputs({ signature, load: { inputs: [], ranges: { idz: [0, 1] } }, profiles: [], keepNames: true })).toThrow(EnginesmithError)
  })
})
