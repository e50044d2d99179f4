import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { show as showWizard, type Mounted } from './mount'
import { finding, fresh, recipe, stage } from './snapshots'

const foreign = (format: 'state-dict' | 'onnx' = 'state-dict', model = 'os:system') =>
  fresh({
    input: { ...fresh().input, format },
    recipe: recipe((r) => {
      r.load.model = model
      r.load.modelArgs = ['rm']
    }),
  })
async function show(run: ReturnType<typeof fresh>): Promise<Mounted> {
  return showWizard(run, 'load')
}
const blocked = (w: Mounted): boolean => w.find('primary-action').attributes('disabled') !== undefined

describe('a class that came with a recipe', () => {
  it('is asked about before its code is imported, with its arguments', async () => {
    const w = await show(foreign())
    expect(w.find('foreign-class').text()).toContain('os:system')
    expect(w.find('foreign-class').text()).toContain('["rm"]')
    expect(blocked(w)).toBe(true)
    expect(w.wrapper.text()).toContain('Confirm the class first')
    await w.find('confirm-class').trigger('click')
    await flushPromises()
    expect(w.inputs('trust.confirmClass')).toEqual([{ model: 'os:system', modelArgs: ['rm'] }])
    expect(w.find('foreign-class').exists()).toBe(false)
    expect(w.wrapper.text()).not.toContain('Confirm the class first')
  })
  it('can be removed instead', async () => {
    const w = await show(foreign())
    await w.find('foreign-class').findAll('button')[1]!.trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load).toMatchObject({ model: null, modelArgs: null })
    expect(w.inputs('trust.confirmClass')).toEqual([])
  })
  it('is none where nothing of the recipe would be imported', async () => {
    const first = await show(foreign('onnx'))
    expect(first.find('foreign-class').exists()).toBe(false)
    first.end()
    expect((await show(foreign('state-dict', 'timm:vit_tiny_patch16_224'))).find('foreign-class').exists()).toBe(false)
  })
  it('is no question where a person types it', async () => {
    const w = await show(fresh({ input: { ...fresh().input, format: 'state-dict' } }))
    const field = w.wrapper.find<HTMLInputElement>('input[aria-label="Class"]')
    await field.setValue('nets:Small')
    await field.trigger('change')
    await flushPromises()
    expect(w.inputs('trust.confirmClass')[0]).toEqual({ model: 'nets:Small', modelArgs: null })
    expect(w.find('foreign-class').exists()).toBe(false)
  })
  it('is not put in place by the button of a finding', async () => {
    const action = { kind: 'set-option' as const, label: 'Name the class', path: 'load.model', value: 'os:system' }
    const run = fresh({
      input: { ...fresh().input, format: 'state-dict' },
      stages: { ...fresh().stages, load: stage('failed', { findings: [finding('LOAD_CLASS_NEEDED', 'error', { actions: [action] })] }) },
    })
    const w = await show(run)
    const button = w.wrapper.findAll('button').find((each) => each.text() === 'Name the class')
    await button!.trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe')).toEqual([])
    expect(w.inputs('run.start')).toEqual([])
  })
})
