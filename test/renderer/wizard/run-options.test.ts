import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { mountWizard, type Mounted } from './mount'
import { passed, recipe, upTo } from './snapshots'

let mounted: Mounted | null = null
afterEach(() => mounted?.end())
const show = async (...args: Parameters<typeof mountWizard>): Promise<Mounted> => (mounted = await mountWizard(...args))

const saved = (w: Mounted) => w.inputs('run.setRecipe').at(-1)?.recipe.validate
const field = (w: Mounted, label: string) => w.wrapper.find(`input[aria-label="${label}"]`)
async function type(w: Mounted, label: string, text: string): Promise<void> {
  await field(w, label).setValue(text)
  await field(w, label).trigger('change')
  await flushPromises()
}
const streams = recipe((edit) => void (edit.build.weightStreaming = true))
const streaming = () => passed({ recipe: streams })

describe('how the engine is run', () => {
  it('offers a budget where the engine streams, and a cache where the library compiles', async () => {
    const w = await show(streaming(), 'validate')
    await type(w, 'Weight budget', '50%')
    expect(saved(w)?.weightBudget).toBe('50%')
    await type(w, 'Weight budget', '')
    expect(saved(w)?.weightBudget).toBeNull()
    await type(w, 'Runtime cache', '/my.cache')
    expect(saved(w)?.runtimeCache).toBe('/my.cache')
    expect(field(w, 'Weight budget').attributes('placeholder')).toBe('all on the GPU')
    expect(field(w, 'Runtime cache').attributes('placeholder')).toBe('Kept by the app')
  })

  it('holds the stage back while the budget is none', async () => {
    const w = await show(upTo('build', { recipe: streams }), 'validate')
    await type(w, 'Weight budget', 'half')
    expect(field(w, 'Weight budget').attributes('aria-invalid')).toBe('true')
    expect(w.find('run-options').text()).toContain('Write auto')
    expect(saved(w)).toBeUndefined()
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
  })

  it('says nothing where there is nothing to choose', async () => {
    const run = passed()
    const full = await show({ ...run, cards: { ...run.cards, build: { ...run.cards.build!, backend: 'tensorrt' } } }, 'validate')
    expect(full.find('run-options').exists()).toBe(false)
  })

  it('tells what really held', async () => {
    const run = streaming()
    const engineUse = {
      weightStreaming: { streamable: 256 * 1024 ** 2, requested: 0, budget: 0, scratch: 1024 ** 2 },
      runtimeCache: { path: '/data/c.cache', state: 'reused' as const, bytes: 2048, reason: null },
    }
    const w = await show({ ...run, cards: { ...run.cards, validate: { ...run.cards.validate!, engineUse } } }, 'validate')
    expect(w.find('engine-use').text()).toContain('0 B of 256.0 MiB')
    expect(w.find('engine-use').text()).toContain('reused, 2.00 KiB')
  })
})
