import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { SamplePreview } from '../../../contract/preprocess'
import { numbersIn, scaleIn, scaleText } from '../../../renderer/wizard/model/preprocess'
import { checkInputs, effectiveInputs, inputsOf, draftOf, withInputs } from '../../../renderer/wizard/model/signature'
import { show, type Mounted } from './mount'
import { fresh, recipe } from './snapshots'

const images: SamplePreview = {
  kind: 'images',
  images: 20,
  looked: 16,
  preprocess: { input: 'image', size: [28, 28], resize: 'stretch', layout: 'NCHW', color: 'gray', scale: 1 / 255, mean: [0], std: [1] },
  statistics: [{ channel: 'gray', min: -1.25, max: 0.987654, mean: 0.5, std: 0.1 }],
  thumbnails: [{ file: 'cat.png', png: 'AAAA' }],
}
const withImages = () => fresh({ recipe: recipe((r) => (r.load.inputsFile = '/data/photos')) })
const preprocess = (w: Mounted) => w.inputs('run.setRecipe').at(-1)?.recipe.load?.preprocess
async function type(w: Mounted, label: string, text: string): Promise<void> {
  const field = w.find('preprocess').find<HTMLInputElement>(`input[aria-label="${label}"]`)
  await field.setValue(text)
  await field.trigger('change')
  await flushPromises()
}

describe('a sample of images', () => {
  it('shows what the model sees, with the values after preprocessing', async () => {
    const w = await show(withImages(), 'load', { 'run.previewSample': () => images })
    const text = w.find('sample-preview').text()
    expect(text).toContain('20 images · 28 × 28 Gray, NCHW · statistics of the first 16')
    expect(text).toContain('-1.25')
    expect(text).toContain('0.9877')
    expect(w.find('sample-preview').find('img').attributes()).toMatchObject({ src: 'data:image/png;base64,AAAA', alt: 'cat.png' })
  })
  it('takes the preprocessing into the recipe, and gives it back by undo', async () => {
    const w = await show(withImages(), 'load', { 'run.previewSample': () => images })
    await type(w, 'Mean', '0.5, -1, 0')
    expect(preprocess(w)).toMatchObject({ mean: [0.5, -1, 0], std: [1], size: null })
    await type(w, 'Scale', '1/127.5')
    expect(preprocess(w)?.scale).toBeCloseTo(1 / 127.5)
    await type(w, 'Height of images', '224')
    expect(preprocess(w)?.size).toEqual([224, 224])
    await type(w, 'Width of images', '320')
    expect(preprocess(w)?.size).toEqual([224, 320])
    await w.press('z', { ctrlKey: true })
    expect(preprocess(w)?.size).toEqual([224, 224])
    const before = w.inputs('run.previewSample').length
    await w.find('preprocess').find('button').trigger('click')
    await flushPromises()
    expect(preprocess(w)).toMatchObject({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] })
    // Looked at anew once main knows.
    expect(w.inputs('run.previewSample').length).toBeGreaterThan(before)
  })
  it('holds the step back while a field cannot be read', async () => {
    const w = await show(withImages(), 'load', { 'run.previewSample': () => images })
    await type(w, 'Std', '0')
    expect(w.find('preprocess').text()).toContain('above 0')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
    await type(w, 'Std', '2')
    expect(w.find('primary-action').attributes('disabled')).toBeUndefined()
  })
  it('takes a folder that is dropped on it, and not as a model', async () => {
    const w = await show(fresh(), 'load', { 'run.previewSample': () => images })
    Object.assign(window.enginesmith, { getPathForFile: () => '/data/photos' })
    const event = new Event('drop', { bubbles: true, cancelable: true })
    Object.assign(event, { dataTransfer: { files: [new File([], 'photos')], types: ['Files'] } })
    w.find('sample').element.dispatchEvent(event)
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.inputsFile).toBe('/data/photos')
    expect(w.inputs('run.create')).toEqual([])
  })
})

describe('a sample of arrays', () => {
  it('lists them with their values, or says plainly what is wrong', async () => {
    const run = fresh({ recipe: recipe((r) => (r.load.inputsFile = '/data/x.pt')) })
    const arrays: SamplePreview = { kind: 'arrays', arrays: [{ name: 'ids', dtype: 'int64', shape: [1, 128], min: 0, max: 30521, mean: null }] }
    const w = await show(run, 'load', { 'run.previewSample': () => arrays })
    expect(w.find('sample-preview').text()).toMatch(/ids.*128.*int64.*30521.*–/)
    w.end()
    const refuses = await show(run, 'load', {
      'run.previewSample': () => {
        throw new Error('x.pt cannot be used as sample inputs.')
      },
    })
    expect(refuses.find('sample-preview').find('.fail').text()).toContain('x.pt cannot be used')
  })
})

describe('what is typed', () => {
  it.each([
    ['1/255', 1 / 255],
    [' 0.5 ', 0.5],
    ['0', null],
    ['1/0', null],
    ['1/2/3', null],
    ['x', null],
  ])('scale %j', (text, value) => expect(scaleIn(text)).toBe(value))
  it.each([
    ['0.5', [0.5]],
    ['1， -2,3', [1, -2, 3]],
    ['1,,2', null],
    ['1,2,3,4,5', null],
  ])('mean %j', (text, value) => expect(numbersIn(text, 'mean')).toEqual(value))
  it('reads back as it was meant', () =>
    expect([null, 1 / 255, 1 / 127.5, 0.5, 0.123456789].map(scaleText)).toEqual(['', '1/255', '1/127.5', '0.5', '0.123456789']))
})

describe('ranges', () => {
  it('of the command line show in the rows, which take them over', () => {
    const run = fresh({
      recipe: recipe((r) => {
        r.load.inputs = [{ name: 'image', dtype: 'float32', shape: ['N', 4] }]
        r.load.ranges = { image: [2, 3] }
      }),
    })
    const inputs = effectiveInputs(run)
    expect(inputs[0]?.range).toEqual([2, 3])
    const next = withInputs(run.recipe, inputsOf([{ ...draftOf(inputs[0]!), low: '4', high: '5' }]), inputs)
    expect(next.load.ranges).toBeUndefined()
    expect(next.load.inputs[0]?.range).toEqual([4, 5])
  })
  it('of integers are whole numbers', () => {
    const ids = { name: 'ids', dtype: 'int64' as const, dims: ['4'], low: '0', high: '1.5' }
    expect(checkInputs([ids], null)).toEqual([{ row: 0, field: 'range', problem: 'rangeWhole' }])
    expect(checkInputs([{ ...ids, high: '30521' }], null)).toEqual([])
  })
})
