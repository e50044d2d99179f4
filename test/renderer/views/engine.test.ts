import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TimeDocument } from '../../../contract/engine-work'
import type { Bridge } from '../../../contract/ipc'
import { diffLayers } from '../../../electron/core/engine-work/layers'
import { emptyDrill, emptyLayers, emptySheet, emptyTime } from '../../../electron/core/engine-work/empty'
import { makeFinding } from '../../../electron/core/errors'
import { i18n, setLocale } from '../../../renderer/i18n'
import { vName, vRows } from '../../../renderer/parts/directives'
import { useEngine } from '../../../renderer/stores/engine'
import { useUi } from '../../../renderer/stores/ui'
import Engine from '../../../renderer/views/Engine.vue'
import { boxSize, findBoxes, graphOf } from '../../../renderer/views/engine/graph-model'
import { filterLayers, groupRows, valuesOf } from '../../../renderer/views/engine/layer-rows'
import { ms, parseShapes, signedMs } from '../../../renderer/views/engine/numbers'
import { setUpBridge, type FakeMain } from '../bridge'
import { drillOf, file, layersOf, shownEngine, timesOf } from '../engine-documents'

let main: FakeMain
let wrapper: VueWrapper
const noGpu = makeFinding('DRIVER_MISSING', 'error', 'There is no NVIDIA driver here.', 'Install it.')

beforeEach(() => {
  setLocale('en')
  main = setUpBridge()
  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  } as unknown as typeof ResizeObserver
  main.answer('engine.open', () => shownEngine())
  main.answer('engine.layers', () => layersOf(12))
  main.answer('engine.cancel', () => ({}))
})
afterEach(() => wrapper.unmount())

const show = (): void => {
  wrapper = mount(Engine, { attachTo: document.body, global: { plugins: [i18n], directives: { name: vName, rows: vRows } } })
}
const byId = (id: string) => wrapper.find(`[data-testid=${id}]`)
async function opened(tab: string): Promise<ReturnType<typeof useEngine>> {
  show()
  const engine = useEngine()
  await engine.open('/runs/r1')
  await byId(`engine-tab-${tab}`).trigger('click')
  await flushPromises()
  return engine
}
const inputOf = (name: string): unknown => main.calls.find((call) => call.name === name)?.input

describe('Engine view', () => {
  it('begins empty, opens what is chosen, and names it', async () => {
    main.answer('dialog.open', () => ({ path: '/e.engine' }))
    show()
    expect(wrapper.text()).toContain('No engine open')
    await byId('engine-choose').trigger('click')
    await flushPromises()
    expect(inputOf('engine.open')).toEqual({ path: '/e.engine' })
    expect(byId('engine-name').text()).toBe('model.engine')
    expect(wrapper.text()).toContain('TensorRT 10.6.0.26')
    expect(useUi().view).toBe('engine')
  })

  it('keeps what was shown where an engine cannot be read', async () => {
    const engine = await opened('layers')
    main.refuse('engine.open', { code: 'ENGINE_HEADER_INVALID', message: 'No engine.', remedy: 'Give one.' })
    await engine.open('/other')
    expect(engine.shown?.path).toBe('/runs/r1')
    expect(useUi().notices[0]).toMatchObject({ severity: 'error', text: 'No engine.' })
  })

  it('moves between the tabs by the arrows, one tab stop', async () => {
    await opened('layers')
    const tabs = () => wrapper.findAll('[role=tab]').map((tab) => [tab.attributes('aria-selected'), tab.attributes('tabindex')])
    expect(tabs().filter(([, stop]) => stop === '0')).toHaveLength(1)
    await byId('engine-tab-layers').trigger('keydown', { key: 'ArrowLeft' })
    expect(useEngine().tab).toBe('sheet')
  })

  it('tells of the work, and cancels it', async () => {
    const engine = await opened('timing')
    let end: (value: TimeDocument) => void = () => undefined
    const { invoke } = window.enginesmith
    const slow: Bridge['invoke']['engine.time'] = () => new Promise((resolve) => (end = (value) => resolve({ ok: true, value })))
    window.enginesmith = {
      ...window.enginesmith,
      invoke: new Proxy(invoke, { get: (target, name) => (name === 'engine.time' ? slow : (Reflect.get(target, name) as unknown)) }),
    }
    await byId('time-run').trigger('click')
    main.send('engine.progress', { job: 'time', phase: 'time-graph', detail: 'x 4x3', fraction: 0.5 })
    await flushPromises()
    expect(byId('engine-working').text()).toMatch(/Timing with a CUDA graph\s*x 4x3.*50 %/s)
    await byId('engine-cancel').trigger('click')
    expect(inputOf('engine.cancel')).toEqual({ job: 'time' })
    end({ ...emptyTime(), findings: [makeFinding('CANCELLED', 'error', 'Cancelled.', 'Run it again.')] })
    await flushPromises()
    expect(engine.working).toBeNull()
    expect(wrapper.find('[data-code=CANCELLED]').exists()).toBe(true)
  })
})

describe('layers', () => {
  it('lists, filters, groups and saves', async () => {
    main.answer('engine.save', () => ({ path: '/out.csv' }))
    await opened('layers')
    expect(byId('layers-count').text()).toBe('12 of 12 layers')
    await wrapper.find('.search input').setValue('elementwise')
    expect(byId('layers-count').text()).toBe('3 of 12 layers')
    await wrapper.find('.search input').setValue('nothing like it')
    expect(wrapper.text()).toContain('No layer matches')
    await byId('save-layers-csv').trigger('click')
    await flushPromises()
    expect(inputOf('engine.save')).toEqual({ job: 'layers', format: 'csv' })
    expect(useUi().notices[0]?.text).toBe('Saved as /out.csv')
  })

  it('says why there are none', async () => {
    main.answer('engine.layers', () => ({ ...emptyLayers(), findings: [noGpu] }))
    await opened('layers')
    expect(wrapper.text()).toContain('No layers to list')
    expect(wrapper.find('[data-code=DRIVER_MISSING]').text()).toContain('Install it.')
  })

  it('filters by every word, by type and precision, and groups by node', () => {
    const document = layersOf(12)
    const none = { query: '', type: null, precision: null }
    expect(filterLayers(document.layers, { ...none, query: 'RELU_1 xmma' }).map(({ name }) => name)).toEqual([
      'conv_1 + relu_1',
      'conv_10 + relu_10',
      'conv_11 + relu_11',
    ])
    expect(filterLayers(document.layers, { ...none, type: 'ElementWise', precision: 'Half' }).map(({ name }) => name)).toEqual(['conv_3 + relu_3'])
    expect(valuesOf(document.layers, 'precision')).toEqual(['Float', 'Half'])
    const alone = { ...document.layers[0]!, name: 'reformat', onnxNodes: [], ms: null }
    const rows = groupRows(document, [...document.layers.slice(0, 1), alone])
    expect(rows.map(({ name, children }) => [name, children?.length])).toEqual([
      ['/layer/conv_0', 1],
      ['/layer/relu_0', 1],
      ['reformat', undefined],
    ])
    expect(rows[0]).toMatchObject({ type: 'CaskConvolution', precision: 'Half', ms: 0.01 })
  })
})

describe('graph', () => {
  it.each([
    [200, 8000],
    [500, 1000],
    [5000, 4000],
  ])('joins who writes a tensor with who reads it, and lays %i layers out in ranks', (count, limit) => {
    const begun = performance.now()
    const graph = graphOf(layersOf(count).layers)
    expect(performance.now() - begun).toBeLessThan(limit)
    expect(graph?.boxes.filter(({ kind }) => kind === 'layer')).toHaveLength(count)
    expect(graph?.boxes.filter(({ kind }) => kind !== 'layer').map(({ id }) => id)).toEqual(['input image', 'output logits'])
    expect(graph?.wires).toHaveLength(count - 1 + count / 4 + 2)
    const heights = new Map(graph?.boxes.map((box) => [box.id, box.y]))
    const y = (id: string): number => heights.get(id) ?? Number.NaN
    for (const { from, to } of graph?.wires ?? []) expect(y(to)).toBeGreaterThan(y(from))
    // No two boxes lie over one another.
    const rows = new Map<number, number[]>()
    for (const box of graph?.boxes ?? []) rows.set(box.y, [...(rows.get(box.y) ?? []), box.x])
    for (const xs of rows.values()) xs.sort((a, b) => a - b).forEach((x, at) => expect(x - (xs[at - 1] ?? -Infinity)).toBeGreaterThanOrEqual(boxSize.width))
    expect(findBoxes(graph?.boxes ?? [], 'conv_7 ').some(({ name }) => name === 'conv_7 + relu_7')).toBe(true)
    expect(findBoxes(graph?.boxes ?? [], ' ')).toEqual([])
  })

  it('draws none where nothing tells of tensors', async () => {
    const bare = layersOf(3).layers.map(({ inputs: _i, outputs: _o, ...layer }) => layer)
    expect(graphOf(bare)).toBeNull()
    main.answer('engine.layers', () => ({ ...layersOf(3), layers: bare }))
    await opened('graph')
    // The tab is a bundle of its own.
    await vi.waitFor(() => expect(wrapper.text()).toContain('No graph to draw'), { timeout: 10_000 })
  })
})

describe('timing', () => {
  it('asks as it was set, and shows both sides, warnings, conditions and the best batch under the limit', async () => {
    main.answer('engine.time', () => timesOf([1, 4, 8], 0.9))
    await opened('timing')
    await wrapper.find('.long input').setValue('x:4x3x32x32')
    await byId('time-sweep').trigger('click')
    await wrapper.find('[data-testid=time-budget] input').setValue(' 50% ')
    await byId('time-run').trigger('click')
    await flushPromises()
    expect(inputOf('engine.time')).toMatchObject({
      job: 'time',
      path: '/runs/r1',
      shapes: [{ name: 'x', shape: [4, 3, 32, 32] }],
      cudaGraph: 'both',
      sweep: true,
      durationMs: 3000,
      weightBudget: '50%',
    })
    const text = wrapper.text()
    expect(text).toContain('CUDA graph off')
    expect(text).toContain('CUDA graph on')
    expect(text).toContain('GPU times vary by more than 2.5 %')
    expect(text).toContain('1980 MHz → 1980 MHz')
    expect(text).toContain('33 °C → 41 °C')
    expect(text).toContain('128.0 MiB of 256.0 MiB')
    expect(byId('sweep-best').text()).toMatch(/^Best under 0\.9 ms: batch 4, /)
    expect(wrapper.findAll('[data-measure=gpu]')).toHaveLength(2)
  })

  it('does not ask with sizes that are not written right', async () => {
    await opened('timing')
    await wrapper.find('.long input').setValue('4x3')
    expect(wrapper.find('[role=alert]').exists()).toBe(true)
    expect(byId('time-run').attributes('disabled')).toBeDefined()
  })

  it('does not ask with a weight budget that is none', async () => {
    await opened('timing')
    await wrapper.find('[data-testid=time-budget] input').setValue('half')
    expect(wrapper.find('[role=alert]').text()).toContain('512MiB')
    expect(byId('time-run').attributes('disabled')).toBeDefined()
  })

  it('reads sizes as the command line does, and writes numbers', () => {
    expect(parseShapes('a:b:4x3, y:2')).toEqual([
      { name: 'a:b', shape: [4, 3] },
      { name: 'y', shape: [2] },
    ])
    expect([parseShapes(''), parseShapes('x')]).toEqual([[], null])
    expect([ms(0), ms(123.456), ms(1.23456), ms(0.00123), ms(null)]).toEqual(['0', '123.5', '1.235', '0.0012', '–'])
    expect([signedMs(0.5), signedMs(-0.5), signedMs(null)]).toEqual(['+0.5000', '-0.5000', '–'])
  })
})

describe('difference, drill and sheet', () => {
  it('aligns with a second engine and filters by state', async () => {
    const a = layersOf(4).layers
    const b = a.slice(0, 3).map((layer, index) => (index === 0 ? { ...layer, precision: 'Float' } : layer))
    const totals = { same: 2, changed: 1, onlyA: 1, onlyB: 0, aLayers: 4, bLayers: 3, aMs: 0.1, bMs: 0.06 }
    main.answer('dialog.open', () => ({ path: '/b.engine' }))
    main.answer('engine.diff', () => ({ a: file, b: file, rows: diffLayers(a, b), totals, findings: [] }))
    await opened('diff')
    await byId('diff-choose').trigger('click')
    await flushPromises()
    expect(inputOf('engine.diff')).toEqual({ job: 'diff', a: '/runs/r1', b: '/b.engine', device: null })
    expect(byId('diff-totals').text()).toBe('1 changed · 1 only in A · 0 only in B · 2 same')
    expect(wrapper.text()).toContain('0.1000 ms → 0.0600 ms')
    await wrapper.find('[data-value=only-b]').trigger('click')
    expect(wrapper.text()).toContain('No row of this state')
  })

  it('shows the steps of the drill: zeros before the refit are caught, afterwards they are a fault', async () => {
    main.answer('engine.drill', () => drillOf({ again: { zeros: true, verdict: 'fail' } }))
    await opened('refit')
    await byId('drill-run').trigger('click')
    await flushPromises()
    expect(inputOf('engine.drill')).toMatchObject({ onnx: '/runs/r1/artifacts/cd/model.onnx', checkpoint: null, backend: 'tensorrt', profiles: [] })
    expect(wrapper.find('[data-step=full]').text()).not.toMatch(/×|of full/)
    expect(wrapper.find('[data-step=stripped]').text()).toMatch(/All zero: caught.*4\.4 % of full.*111\.7 % of the build/s)
    expect(wrapper.find('[data-step=refit]').text()).toMatch(
      /Pass.*100\.1 % of full.*4\.4 % of full.*1\.2 % of the build.*× 1\.01.*× 1\.01.*61 of 61.*INCLUDE_REFIT\s*EXCLUDE_WEIGHTS INCLUDE_REFIT/s,
    )
    expect(byId('drill-verdict').text()).toBe('Fail')
    expect(wrapper.text()).toContain('TensorRT 10.14.1.48 · NVIDIA H100 80GB HBM3')
    expect(wrapper.find('[data-step=again] .fail').text()).toBe('All zero')
  })

  it('builds as it is told: what the library has, on the GPU of the view; the drill leaves weights to itself, the sheet asks what both have', async () => {
    const option = (name: string, available: boolean, values: string[] | null = null) => ({ name, available, reason: null, values })
    const rtx = [option('precision', true, ['fp32', 'tf32', 'strongly-typed']), option('targets', true), option('optLevel', true), option('tiling', false)]
    main.answer('build.options', ({ backend }) => ({ version: '1', options: backend === 'tensorrt-rtx' ? rtx : null }))
    main.answer('engine.drill', () => emptyDrill())
    main.answer('engine.sheet', () => emptySheet())
    const engine = await opened('refit')
    engine.device = 1
    expect(byId('engine-build-said').text()).toBe('as the library decides')
    const options = (): string[] => wrapper.findAll('[data-option]').map((one) => one.attributes('data-option') ?? '')
    await byId('engine-build').trigger('click')
    await byId('engine-advanced').trigger('click')
    expect(options()).toEqual(expect.arrayContaining(['precision', 'optLevel', 'workspace', 'profiles', 'tiling', 'hardwareCompat']))
    for (const name of ['refit', 'refitIdentical', 'strip', 'device', 'targets']) expect(options()).not.toContain(name)
    await wrapper.find('[data-option=profiles] input').setValue('x:1x3/4x3/16x3  y:2')
    engine.drillBuild = { ...engine.drillBuild, options: { ...engine.drillBuild.options, precision: 'fp16', optLevel: 1, targets: ['sm86'] } }
    await flushPromises()
    expect(byId('engine-build-said').text()).toBe('Compute FP16 · Builder level 1 · x:1x3/4x3/16x3  y:2')
    await byId('drill-run').trigger('click')
    await flushPromises()
    // A target is TensorRT-RTX's: TensorRT is not asked for what it lacks.
    expect(inputOf('engine.drill')).toMatchObject({
      ...{ backend: 'tensorrt', profiles: ['x:1x3/4x3/16x3', 'y:2'] },
      options: { precision: 'fp16', optLevel: 1, targets: [], device: 1, backend: null },
    })
    await wrapper.find('[data-value=tensorrt-rtx]').trigger('click')
    await flushPromises()
    expect(options()).toContain('targets')
    expect(options()).not.toContain('tiling')

    await byId('engine-tab-sheet').trigger('click')
    await flushPromises()
    await byId('engine-build').trigger('click')
    await byId('engine-advanced').trigger('click')
    for (const name of ['targets', 'tiling', 'device']) expect(options()).not.toContain(name)
    engine.sheetBuild = { ...engine.sheetBuild, options: { ...engine.sheetBuild.options, optLevel: 2 } }
    await byId('sheet-run').trigger('click')
    await flushPromises()
    expect(inputOf('engine.sheet')).toMatchObject({ profiles: [], options: { optLevel: 2, device: 1 } })
  })

  it('sets both libraries side by side with the ratio, and says of a missing one why', async () => {
    const { gpu, latency } = timesOf([1], null).rows[0]!
    const row = {
      targets: ['sm90'],
      engine: file,
      notBuilt: null,
      buildSeconds: 10,
      firstRunMs: 50,
      warmStartMs: 5,
      gpu,
      latency,
      throughput: 900,
      notRun: null,
    }
    const full = { ...row, backend: 'tensorrt' as const, version: '10.6', verdict: 'pass' as const, comparisons: [] }
    const none = { gpu: null, latency: null, throughput: null, firstRunMs: null, warmStartMs: null }
    const rtx = { ...full, ...none, backend: 'tensorrt-rtx' as const, buildSeconds: 2.5, notRun: 'no driver', verdict: 'not-judged' as const }
    main.answer('engine.sheet', () => ({ ...emptySheet(), onnx: file, rows: [full, rtx], verdict: 'not-judged' }))
    await opened('sheet')
    await byId('sheet-run').trigger('click')
    await flushPromises()
    expect(wrapper.find('[data-line=build]').text()).toMatch(/2\.5 s.*× 0\.25/s)
    expect(wrapper.find('[data-line=firstRun]').text()).toMatch(/50\.000 ms.*–.*–/s)
    expect(wrapper.text()).toContain('Not run: no driver')
    expect(wrapper.text()).toContain('Not compared')
  })
})
