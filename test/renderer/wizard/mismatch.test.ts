import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { show as showWizard, type Mounted } from './mount'
import { finding, fresh, stage } from './snapshots'

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `module.layer${index}.weight`)
async function show(more: Record<string, unknown> = {}): Promise<Mounted> {
  const prefix = 'module.'
  const evidence = {
    class: 'nets:Small',
    counts: { missing: 1, unexpected: 3000, misshapen: 1 },
    prefix,
    missing: ['layer0.bias'],
    unexpected: names(2000),
    misshapen: [{ name: 'head.weight', file: [10, 512], class: [6, 512] }],
    tensors: {
      'layer0.bias': { file: null, class: { shape: [64], dtype: 'float32' } },
      'module.layer0.weight': { file: { shape: [64, 3, 7, 7], dtype: 'float16' }, class: null },
      'module.layer1.weight': { file: { shape: [], dtype: 'int64' }, class: null },
      'head.weight': { file: { shape: [10, 512], dtype: 'float16' }, class: { shape: [6, 512], dtype: 'float32' } },
    },
    ...more,
  }
  const action = { kind: 'set-option' as const, label: 'Remove', path: 'load.keyPrefix', value: prefix }
  const found = finding('LOAD_STATE_DICT_MISMATCH', 'error', { evidence, actions: evidence.prefix === null ? [] : [action] })
  const run = fresh({ stages: { ...fresh().stages, load: stage('failed', { findings: [found] }) } })
  return showWizard(run, 'load')
}
const rows = (w: Mounted) => w.find('mismatch').findAll('tbody tr:not([aria-hidden])')

describe('weights that do not fit their class', () => {
  it('are a table of its own, of which only what is in view is drawn', async () => {
    const w = await show()
    const text = w.find('mismatch').text()
    expect(text).toContain('nets:Small')
    expect(text).toContain('All 3,002')
    expect(text).toContain('Not in the class 3,000')
    expect(text).toContain('the first 2,002 are listed')
    expect(rows(w).length).toBeLessThan(60)
    expect(rows(w)[0]!.text()).toBe('layer0.biasMissing in the file– 64 float32')
    expect(rows(w)[1]!.text()).toBe('module.layer0.weightNot in the class64 × 3 × 7 × 7 float16–')
    expect(rows(w)[2]!.text()).toContain('scalar int64')
  })
  it('are found by name and by kind, with both shapes', async () => {
    const w = await show()
    await w.find('mismatch').find('input[aria-label="Filter tensor names"]').setValue('HEAD')
    expect(rows(w).map((row) => row.text())).toEqual(['head.weightOther shape10 × 512 float166 × 512 float32'])
    await w.find('mismatch').find('input[aria-label="Filter tensor names"]').setValue('')
    await w.find('mismatch').findAll<HTMLInputElement>('input[type=radio]')[1]!.setValue(true)
    await flushPromises()
    expect(rows(w).map((row) => row.text())).toEqual(['layer0.biasMissing in the file– 64 float32'])
  })
  it('of an earlier version are told by their names', async () => {
    const w = await show({ tensors: null })
    expect(rows(w)[0]!.text().replaceAll(/\s/g, '')).toBe('layer0.biasMissinginthefile––')
    await w.find('mismatch').find('input[aria-label="Filter tensor names"]').setValue('head')
    expect(rows(w)[0]!.text()).toContain('10 × 512')
  })
  it('are repaired by one press where a prefix explains them, and load again', async () => {
    const w = await show()
    expect(w.find('mismatch').text()).toContain('Loading stays strict.')
    await w.find('repair-prefix').trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.keyPrefix).toBe('module.')
    expect(w.inputs('run.start')).toMatchObject([{ upTo: 'load' }])
  })
  it('have no such press where none does', async () => {
    expect((await show({ prefix: null })).find('repair-prefix').exists()).toBe(false)
  })
  it('may have a prefix to be added', async () => {
    expect((await show({ prefix: '+model.' })).find('repair-prefix').text()).toBe('Add “model.” to the keys')
  })
})
