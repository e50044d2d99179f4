import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { setLocale } from '../../../renderer/i18n'
import { useUi } from '../../../renderer/stores/ui'
import { show, type Mounted } from './mount'
import { finding, fresh, passed, recipe, stage } from './snapshots'

afterEach(() => setLocale('en'))

const dropped = (runsHere: 'yes' | 'no' | 'unknown', facts: Record<string, string> = { magic: 'ftrt' }) => {
  const run = fresh()
  const engine = { flavour: 'tensorrt', version: '10.6.0.26', builtFor: ['sm90'], runsHere, reason: 'It was built for sm90; the GPU here is sm75.' }
  return { ...run, input: { ...run.input, path: '/data/model.engine', format: 'engine' as const, tensors: null, pickle: null, engine, facts } }
}
const origin = {
  folder: '/data/runs/first',
  name: 'digits.pt',
  onnx: '/data/runs/first/artifacts/model.onnx',
  recipe: recipe((r) => (r.build.precision = 'fp16')),
}

describe('an engine that was dropped', () => {
  it('says whether and why it runs here, and offers the ONNX file that a known run built it from', async () => {
    const w = await show(dropped('no'), 'load', { 'run.origin': () => ({ origin }) })
    const card = w.find('engine-card')
    expect(card.text()).toContain('It does not run here')
    expect(card.text()).toContain('It was built for sm90')
    expect(card.text()).toContain('TensorRT 10.6.0.26')
    expect(card.text()).toContain('model.onnx')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
    expect(w.find('signature').exists()).toBe(false)
    await w.find('engine-rebuild').trigger('click')
    await flushPromises()
    expect(w.inputs('run.create')[0]).toMatchObject({ path: origin.onnx, recipe: { build: { precision: 'fp16' } } })
  })
  it('asks for the ONNX file where no run is known', async () => {
    const w = await show(dropped('unknown'), 'load', { 'run.origin': () => ({ origin: null }), 'dialog.open': () => ({ path: '/data/net.onnx' }) })
    expect(w.find('engine-card').text()).toContain('It may run here')
    expect(w.find('engine-rebuild').exists()).toBe(false)
    await w.find('engine-rebuild-from').trigger('click')
    await flushPromises()
    expect(w.inputs('dialog.open')).toEqual([{ kind: 'onnx' }])
    expect(w.inputs('run.create')[0]).toMatchObject({ path: '/data/net.onnx', recipe: null })
  })
  it("saves a copy without Ultralytics' metadata, in Chinese too", async () => {
    setLocale('zh-CN')
    const w = await show(dropped('yes', { magic: 'ftrt', planOffset: '120' }), 'load', {
      'run.origin': () => ({ origin: null }),
      'run.plainEngine': () => ({ path: '/data/plain.engine' }),
    })
    expect(w.find('engine-card').text()).toContain('能在本机运行')
    await w.find('engine-plain').trigger('click')
    await flushPromises()
    expect(useUi().announcement).toContain('/data/plain.engine')
  })
  it('offers no such copy of a plain engine', async () => {
    const w = await show(dropped('yes'), 'load', { 'run.origin': () => ({ origin: null }) })
    expect(w.find('engine-plain').exists()).toBe(false)
  })
})

describe('an engine that carries code for the CPU', () => {
  const refused = () => {
    const run = passed()
    const action = { kind: 'allow-host-code' as const, label: 'Allow its code…' }
    const validate = stage('failed', { findings: [finding('ENGINE_HOST_CODE', 'error', { actions: [action], evidence: { sha256: 'a'.repeat(64) } })] })
    return { ...run, verdict: null, comparisons: [], stages: { ...run.stages, validate } }
  }
  const press = async (w: Mounted, text: string) => {
    await w.wrapper
      .findAll('button')
      .find((one) => one.text() === text)!
      .trigger('click')
    await flushPromises()
  }

  it('is loaded after a question alone, and validated again at once', async () => {
    const w = await show(refused(), 'validate', { 'trust.hostCode': () => ({ decisions: [] }) })
    await press(w, 'Allow its code…')
    expect(w.inputs('trust.hostCode')).toEqual([])
    expect(w.wrapper.find('dialog').text()).toContain('outside of the GPU')
    await w.find('confirm').trigger('click')
    await flushPromises()
    expect(w.inputs('trust.hostCode')).toEqual([{ id: 'sample-1' }])
    expect(w.inputs('run.start')).toEqual([{ id: 'sample-1', upTo: 'validate' }])
  })
  it('is left alone where the answer is no', async () => {
    const w = await show(refused(), 'validate')
    await press(w, 'Allow its code…')
    await press(w, 'Cancel')
    expect([w.inputs('trust.hostCode'), w.inputs('run.start')]).toEqual([[], []])
  })
})

describe('taking an engine away', () => {
  it('asks where, and says what is to be known of it', async () => {
    const w = await show(passed(), 'validate', { 'run.export': () => ({ path: '/data/out.zip', findings: [finding('EXPORT_NOT_PROVEN', 'warning')] }) })
    await w.find('export-zip').trigger('click')
    await flushPromises()
    expect(w.inputs('run.export')).toEqual([{ id: 'sample-1', zip: true }])
    // Screen readers are told a moment later.
    await expect.poll(() => useUi().announcement).toContain('/data/out.zip')
    expect(useUi().announcement).toContain('EXPORT_NOT_PROVEN')
  })
  it('stands at Build once there is an engine', async () => {
    const w = await show(passed(), 'build', { 'run.export': () => ({ path: null, findings: [] }) })
    await w.find('export-folder').trigger('click')
    await flushPromises()
    expect(w.inputs('run.export')).toEqual([{ id: 'sample-1', zip: false }])
    expect(useUi().announcement).toBe('')
  })
})
