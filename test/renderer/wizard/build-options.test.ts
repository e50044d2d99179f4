import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { OptionSupport } from '../../../contract/engine'
import { mountWizard, type Mounted } from './mount'
import { finding, recipe, upTo } from './snapshots'

let mounted: Mounted | null = null
afterEach(() => mounted?.end())
const show = async (...args: Parameters<typeof mountWizard>): Promise<Mounted> => (mounted = await mountWizard(...args))

const have = (name: string, values: string[] | null = null): OptionSupport => ({ name, available: true, reason: null, values })
const lacks = (name: string): OptionSupport => ({ name, available: false, reason: 'this version has no such call', values: null })
const built = (w: Mounted) => w.inputs('run.setRecipe').at(-1)?.recipe.build
const option = (w: Mounted, name: string) => w.wrapper.find(`[data-option="${name}"]`)
async function type(w: Mounted, label: string, text: string): Promise<void> {
  const input = w.wrapper.find(`input[aria-label="${label}"]`)
  await input.setValue(text)
  await input.trigger('change')
  await flushPromises()
}

describe('the options of Build', () => {
  it('are those that the very library has', async () => {
    const options = [have('precision', ['fp32', 'tf32', 'strongly-typed']), have('optLevel'), have('engineName'), have('avgTiming'), lacks('tiling')]
    const w = await show(upTo('convert'), 'build', { 'build.options': () => ({ version: '1.7', options }) })
    expect(w.inputs('build.options')).toEqual([{ backend: 'tensorrt-rtx' }])
    await w.find('advanced').trigger('click')
    expect(option(w, 'engineName').exists()).toBe(true)
    // The static table alone would hide this one and show that one.
    expect(option(w, 'avgTiming').exists()).toBe(true)
    expect(option(w, 'tiling').exists()).toBe(false)
  })
  it('each says in a line what it does, and is written to the recipe', async () => {
    const w = await show(upTo('convert'), 'build')
    await w.find('advanced').trigger('click')
    for (const row of w.wrapper.findAll('[data-option]')) expect(row.find('.t3').text(), row.attributes('data-option')).toMatch(/.\.$/)
    await option(w, 'sparsity').find('[role=switch]').trigger('click')
    expect(built(w)?.sparsity).toBe(true)
    await type(w, 'Engine name', 'my net')
    expect(built(w)?.engineName).toBe('my net')
    await type(w, 'Auxiliary streams', '2')
    expect(built(w)?.maxAuxStreams).toBe(2)
    await type(w, 'Auxiliary streams', '-3')
    expect(built(w)?.maxAuxStreams).toBe(2)
    expect(w.wrapper.find('input[aria-label="Auxiliary streams"]').attributes('aria-invalid')).toBe('true')
  })
})

describe('profiles', () => {
  it('are added, edited one by one, and removed', async () => {
    const w = await show(upTo('convert'), 'build')
    await w.find('add-profile').trigger('click')
    await flushPromises()
    expect(built(w)?.profiles).toHaveLength(2)
    await type(w, 'Profile 1, N min', '8')
    expect(w.find('profiles').text()).toContain('must not fall')
    expect(w.find('primary-action').text()).toBe('Build engine')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
    await type(w, 'Profile 1, N opt', '16')
    expect(built(w)?.profiles?.map((profile) => profile[0]?.opt[0])).toEqual([4, 16])
    await w.wrapper.find('button[aria-label="Remove profile 0"]').trigger('click')
    await flushPromises()
    expect(built(w)?.profiles?.map((profile) => profile[0]?.min[0])).toEqual([8])
  })
  it('stay inside what the model takes', async () => {
    const run = upTo('convert')
    const convert = { ...run.cards.convert!, signature: { ...run.cards.convert!.signature!, symbols: { N: { min: 2, max: 32 } } } }
    const w = await show({ ...run, cards: { ...run.cards, convert } }, 'build')
    await type(w, 'N max', '64')
    expect(w.find('profiles').text()).toContain('the model takes 2 to 32')
    expect(w.inputs('run.setRecipe')).toEqual([])
  })
  it('give the values of an input that is read as a shape', async () => {
    const inputs = recipe((r) =>
      Object.assign(r.load, {
        inputs: [
          { name: 'image', dtype: 'float32', shape: ['N', 1, 28, 28] },
          { name: 'target', dtype: 'int64', shape: [2] },
        ],
      }),
    )
    const w = await show(upTo('convert', { recipe: inputs }), 'build')
    for (const [which, text] of [
      ['min', '1x12'],
      ['opt', '4x12'],
      ['max', '16'],
    ])
      await type(w, `target, ${which} values`, text ?? '')
    expect(w.find('profiles').text()).toContain('2 whole numbers')
    await type(w, 'target, max values', '16x12')
    expect(built(w)?.profiles?.[0]).toEqual([expect.objectContaining({ name: 'image' }), { name: 'target', min: [1, 12], opt: [4, 12], max: [16, 12] }])
    // Sizes may be edited beside them.
    await type(w, 'N max', '32')
    expect(built(w)?.profiles?.[0]?.map((row) => row.name)).toEqual(['image', 'target'])
  })
})

describe('what was built', () => {
  it('shows how the layers compute, and red where the precision is another', async () => {
    const run = upTo('build', { findings: [finding('BUILD_NOT_AS_REQUESTED', 'warning')] })
    const row = { option: 'precision', requested: 'bf16', achieved: 'tf32', same: false, readFrom: 'engine inspector' }
    const card = {
      ...run.cards.build!,
      readBacks: [row],
      precisions: [
        { type: 'TF32', layers: 53 },
        { type: 'FP32', layers: 7 },
      ],
    }
    const w = await show({ ...run, cards: { ...run.cards, build: card } }, 'build')
    expect(w.find('layer-shares').text()).toBe('TF32 53FP32 7')
    expect(w.find('layer-shares').find('[role=img]').attributes('aria-label')).toContain('53 TF32')
    expect(w.find('requested').find('tr.bad').text()).toContain('bf16')
    expect(w.find('not-read-back').exists()).toBe(false)
  })
  it('does not pretend where the engine was not opened', async () => {
    const run = upTo('build')
    const w = await show({ ...run, cards: { ...run.cards, build: { ...run.cards.build!, notReadBack: 'there is no NVIDIA driver' } } }, 'build')
    expect(w.find('not-read-back').text()).toContain('was not read back: there is no NVIDIA driver')
    expect(w.find('requested').text()).not.toContain('read back from the engine file')
  })
})
