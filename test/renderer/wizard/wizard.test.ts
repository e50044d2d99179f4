import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { setLocale } from '../../../renderer/i18n'
import { useUi } from '../../../renderer/stores/ui'
import { show } from './mount'
import { finding, fresh, passed, recipe, stage, unjudged, upTo } from './snapshots'

afterEach(() => {
  setLocale('en')
  vi.useRealTimers()
})
const busy = (startedAt = new Date().toISOString()) =>
  upTo('convert', {
    running: true,
    stages: {
      ...upTo('convert').stages,
      build: stage('running', { startedAt, progress: { phase: 'Timing graph nodes', parent: null, fraction: 0.48, secondsLeft: 56, elapsed: 5 } }),
    },
  })

describe('stage bar', () => {
  it('shows each stage with its own state and moves by button and by Alt', async () => {
    const w = await show(unjudged(), 'validate')
    expect(['load', 'convert', 'build', 'validate'].map((name) => w.find(`stage-${name}`).attributes('data-state'))).toEqual([
      'completed',
      'completed',
      'completed',
      'completed',
    ])
    expect(w.find('stage-validate').attributes()).toMatchObject({ 'data-sign': 'not-judged', 'aria-current': 'step' })
    await w.find('stage-load').trigger('click')
    expect(w.find('model-card').exists()).toBe(true)
    await w.press('2', { altKey: true })
    expect(w.find('onnx-card').exists()).toBe(true)
  })
  it('runs the step by press and by Ctrl Enter', async () => {
    const w = await show(upTo('load'), 'convert')
    expect(w.find('primary-action').text()).toBe('Convert to ONNX')
    await w.find('primary-action').trigger('click')
    await w.press('Enter', { ctrlKey: true })
    expect(w.inputs('run.start')).toEqual([
      { id: 'sample-1', upTo: 'convert' },
      { id: 'sample-1', upTo: 'convert' },
    ])
  })
  it('says in words why it cannot, and sends nothing', async () => {
    const w = await show(fresh({ recipe: recipe() }), 'load')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
    expect(w.wrapper.text()).toContain('State the inputs first')
    await w.press('Enter', { ctrlKey: true })
    expect(w.inputs('run.start')).toEqual([])
    expect(useUi().announcement).toBe('State the inputs first')
  })
  it('runs all to the verdict', async () => {
    const w = await show(fresh(), 'load')
    await w.find('run-all').trigger('click')
    expect(w.inputs('run.start')).toEqual([{ id: 'sample-1', upTo: 'validate' }])
  })
  it('goes along when all is run, until a step is chosen by hand', async () => {
    const w = await show(fresh(), 'load')
    const at = (name: 'load' | 'convert' | 'build', revision: number) =>
      fresh({ running: true, revision, stages: { ...fresh().stages, [name]: stage('running') } })
    const current = () => ['load', 'convert', 'build', 'validate'].find((name) => w.find(`stage-${name}`).attributes('aria-current') === 'step')
    await w.find('run-all').trigger('click')
    await w.push(at('load', 2))
    await w.push(at('convert', 3))
    expect(current()).toBe('convert')
    await w.find('stage-load').trigger('click')
    await w.push(at('build', 4))
    expect(current()).toBe('load')
  })
  it('ends at the last step that was reached, though none was seen at work', async () => {
    const w = await show(fresh(), 'load')
    await w.find('run-all').trigger('click')
    await w.push(fresh({ running: true, revision: 2 }))
    await w.push(unjudged({ revision: 3 }))
    expect(w.find('stage-validate').attributes('aria-current')).toBe('step')
  })
  it('cancels at once in the first minute, asks later', async () => {
    const w = await show(busy(), 'build')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
    await w.press('Escape')
    expect(w.inputs('run.cancel')).toHaveLength(1)
    w.end()
    const later = await show(busy(new Date(Date.now() - 61_000).toISOString()), 'build')
    await later.press('Escape')
    expect(later.inputs('run.cancel')).toHaveLength(0)
    expect(later.wrapper.find('dialog').text()).toContain('Cancel after 1:01 of work?')
    await later.find('confirm').trigger('click')
    expect(later.inputs('run.cancel')).toHaveLength(1)
  })
  it('leaves Escape alone where nothing runs', async () => {
    const w = await show(passed(), 'validate')
    await w.press('Escape')
    expect(w.inputs('run.cancel')).toEqual([])
  })
  it('saves the report of a verdict, shows the folder where there is none', async () => {
    const w = await show(passed(), 'validate')
    await w.find('primary-action').trigger('click')
    await flushPromises()
    expect(w.inputs('run.saveReport')).toEqual([{ id: 'sample-1', format: 'html' }])
    await vi.waitFor(() => expect(useUi().announcement).toContain('/data/report.html'))
    w.end()
    const none = await show(unjudged(), 'validate')
    await none.find('primary-action').trigger('click')
    expect(none.inputs('run.showFolder')).toHaveLength(1)
  })
})

describe('recipe', () => {
  it('sends an option, takes it back and sends it again', async () => {
    const w = await show(upTo('load'), 'convert')
    await w.wrapper.findAll('input[type=radio]')[1]!.setValue(true)
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.convert?.exporter).toBe('torchscript')
    await w.press('z', { ctrlKey: true })
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.convert?.exporter).toBe('dynamo')
    await w.press('z', { ctrlKey: true, shiftKey: true })
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.convert?.exporter).toBe('torchscript')
  })
  it('leaves Ctrl Z in a text field to the field', async () => {
    const w = await show(upTo('load'), 'convert')
    await w.wrapper.findAll('input[type=radio]')[1]!.setValue(true)
    await flushPromises()
    await w.find('stage-load').trigger('click')
    w.wrapper.find<HTMLInputElement>('input.dim').element.focus()
    await w.press('z', { ctrlKey: true })
    expect(w.inputs('run.setRecipe')).toHaveLength(1)
  })
  it('sends only the last of edits made while main is busy', async () => {
    const w = await show(fresh(), 'build')
    const radios = w.wrapper.findAll('[role=radio]')
    await radios.find((radio) => radio.attributes('data-value') === 'onnxruntime')!.trigger('click')
    await radios.find((radio) => radio.attributes('data-value') === 'tensorrt-rtx')!.trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.build?.backend).toBe('tensorrt-rtx')
    expect(w.inputs('run.setRecipe').length).toBeLessThanOrEqual(2)
  })
})

describe('findings', () => {
  it('carries out what a remedy offers', async () => {
    const stopped = (actions: ReturnType<typeof finding>['actions']) =>
      upTo('load', { stages: { ...upTo('load').stages, convert: stage('failed', { findings: [finding('CONVERT_FAILED', 'error', { actions })] }) } })
    const w = await show(
      stopped([
        { kind: 'choose-exporter', label: 'Convert again with the TorchScript exporter', value: 'torchscript' },
        { kind: 'copy', label: 'Copy the message', value: 'text' },
        { kind: 'open-toolchain', label: 'Open Toolchain' },
      ]),
      'convert',
    )
    const button = (text: string) => w.wrapper.findAll('button').find((one) => one.text() === text)!
    await button('Copy the message').trigger('click')
    expect(w.inputs('clipboard.write')).toEqual([{ text: 'text' }])
    await button('Convert again with the TorchScript exporter').trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe')[0]?.recipe.convert?.exporter).toBe('torchscript')
    expect(w.inputs('run.start')).toEqual([{ id: 'sample-1', upTo: 'convert' }])
    await button('Open Toolchain').trigger('click')
    expect(useUi().view).toBe('toolchain')
  })
  it('sets one value and runs its step, puts a proposal in place, and shows where where there is none', async () => {
    const actions: ReturnType<typeof finding>['actions'] = [
      { kind: 'set-option', label: 'Use the exporter’s own opset', path: 'convert.opset', value: null },
      { kind: 'set-option', label: 'Edit the inputs', path: 'load.inputs', value: [{ name: 'image', dtype: 'float32', shape: ['N', 3, 8, 8] }] },
      { kind: 'set-option', label: 'Name the class', path: 'load.model' },
    ]
    const run = upTo('convert', {
      recipe: recipe((r) => (r.convert.opset = 30)),
      input: { ...fresh().input, format: 'state-dict' },
      stages: { ...upTo('convert').stages, build: stage('failed', { findings: [finding('BUILD_FAILED', 'error', { actions })] }) },
      cards: { ...upTo('convert').cards, build: null },
    })
    const w = await show(run, 'build')
    const press = async (text: string) => {
      await w.find('stage-build').trigger('click')
      await w.wrapper
        .findAll('button')
        .find((one) => one.text() === text)!
        .trigger('click')
      await flushPromises()
    }
    await press('Use the exporter’s own opset')
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.convert?.opset).toBeNull()
    expect(w.inputs('run.start')).toEqual([{ id: 'sample-1', upTo: 'convert' }])
    await press('Edit the inputs')
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.inputs?.[0]?.shape).toEqual(['N', 3, 8, 8])
    expect(w.find('signature').exists()).toBe(true)
    const sent = w.inputs('run.setRecipe').length
    await press('Name the class')
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Class')
    expect(w.inputs('run.setRecipe')).toHaveLength(sent)
    expect(w.inputs('run.start')).toHaveLength(1)
  })
  it('shows title, code and proof', async () => {
    const w = await show(
      fresh({ input: { ...fresh().input, findings: [finding('FILE_TRUNCATED', 'error', { evidence: { expected: 12, found: 4 } })] } }),
      'load',
    )
    const box = w.find('findings')
    expect(box.text()).toContain('The file ends too early')
    expect(box.text()).toContain('FILE_TRUNCATED')
    await box.find('button[aria-expanded]').trigger('click')
    expect(box.find('dl').text()).toContain('expected12')
  })
})

describe('languages', () => {
  it('has every word of every step in Chinese', async () => {
    setLocale('zh-CN')
    for (const [run, at] of [
      [fresh(), 'load'],
      [upTo('convert'), 'convert'],
      [upTo('build'), 'build'],
      [unjudged(), 'validate'],
    ] as const) {
      const w = await show(run, at)
      expect(w.wrapper.text()).not.toMatch(/wizard\.|common\./)
      expect(w.wrapper.text()).toMatch(/[一-龥]/)
      w.end()
    }
  })
})
