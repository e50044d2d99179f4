import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { Copy } from '../../../contract/copy'
import type { Ready } from '../../../contract/ready'
import { EnginesmithError } from '../../../electron/core/errors'
import { mountWizard, type Mounted } from './mount'
import { comparison, finding, fresh, upTo } from './snapshots'

let mounted: Mounted | null = null
afterEach(() => mounted?.end())

const refused: Ready = {
  judged: true,
  library: 'tensorrt-rtx',
  version: '1.7',
  refused: [
    {
      operator: 'Det',
      node: 'n0',
      source: { file: 'nets.py', line: 12, function: 'forward', code: 'd = det(y)' },
      reason: 'The parser does not import Det.',
      action: 'Do it.',
    },
    { operator: 'Op', node: '', source: null, reason: 'Why.', action: 'Do that.' },
  ],
  findings: [finding('BUILD_UNSUPPORTED_OPERATOR', 'error', { actions: [{ kind: 'choose-exporter', label: 'Use the other exporter' }] })],
}
const copy: Copy = {
  target: 'torchscript',
  path: '/models/net.pt',
  sha256: 'a'.repeat(64),
  bytes: 2048,
  at: '2026-11-24T10:00:00.000Z',
  facts: { how: 'trace', branches: '1' },
  comparisons: [comparison('pytorch-torchscript', 'y', { verdict: 'fail', mismatched: 3 })],
  findings: [finding('CONVERT_MISMATCH', 'warning', { actions: [{ kind: 'set-option', label: 'Script instead', path: 'convert.script', value: 'script' }] })],
  graph: [],
  weights: [],
}
const wts: Copy = {
  ...copy,
  target: 'wts',
  path: '/models/net.wts',
  comparisons: [],
  findings: [],
  weights: [
    { name: 'conv.weight', dtype: 'float32', shape: [6, 3, 3, 3], elements: 162 },
    { name: 'head.bias', dtype: 'float32', shape: [4], elements: 4 },
  ],
}

describe('Ready for TensorRT?', () => {
  it('asks once for an ONNX, lists what is refused, and the other exporter is one click away', async () => {
    mounted = await mountWizard(upTo('convert'), 'convert', { 'run.ready': () => refused })
    const card = mounted.find('ready')
    expect(card.findAll('tbody tr').map((row) => row.text())).toEqual([
      expect.stringContaining('nets.py:12'),
      expect.stringContaining('not noted by the exporter'),
    ])
    expect(card.text()).toContain('2 nodes refused')
    expect(mounted.inputs('run.ready')).toHaveLength(1)
    await card
      .findAll('button')
      .find((button) => button.text() === 'Use the other exporter')
      ?.trigger('click')
    await flushPromises()
    expect(mounted.inputs('run.setRecipe').at(-1)?.recipe.convert?.exporter).toBe('torchscript')
    expect(mounted.inputs('run.start')).toMatchObject([{ upTo: 'convert' }])
  })
  it('says that it is ready, or why that is not judged, and asks nothing where there is no ONNX', async () => {
    mounted = await mountWizard(upTo('convert'), 'convert', { 'run.ready': () => ({ ...refused, refused: [], findings: [] }) })
    expect(mounted.find('ready').text()).toContain('takes every node')
    mounted.end()
    const none = { judged: false, library: null, version: null, refused: [], findings: [finding('READY_NOT_JUDGED', 'warning')] }
    mounted = await mountWizard(upTo('convert'), 'convert', { 'run.ready': () => none })
    expect(mounted.find('ready').text()).toContain('The message of READY_NOT_JUDGED.')
    mounted.end()
    mounted = await mountWizard(upTo('load'), 'convert', { 'run.ready': () => refused })
    expect(mounted.inputs('run.ready')).toEqual([])
  })
})

describe('also save as', () => {
  const save = (target: string) => mounted!.wrapper.find(`[data-target="${target}"]`).findAll('button').at(-1)!
  it('writes weights before Load, and what runs only after it', async () => {
    mounted = await mountWizard(fresh(), 'convert')
    expect(save('wts').attributes('disabled')).toBeUndefined()
    expect(save('torchscript').attributes('disabled')).toBeDefined()
    await save('wts').trigger('click')
    await flushPromises()
    expect(mounted.inputs('run.saveCopy')).toMatchObject([{ target: 'wts' }])
  })
  it('shows how far it is and can be cancelled', async () => {
    const progress = { phase: 'Reading the weights', parent: null, fraction: 0.5, secondsLeft: 3, elapsed: 2 }
    mounted = await mountWizard(upTo('load', { running: true, copying: { target: 'safetensors', progress } }), 'convert')
    expect(mounted.find('copying').text()).toContain('Reading the weights')
    expect(save('wts').attributes('disabled')).toBeDefined()
    await save('safetensors').trigger('click')
    await flushPromises()
    expect(mounted.inputs('run.cancel')).toHaveLength(1)
  })
  it('says in its place why nothing was written', async () => {
    const fail = (): never => {
      throw new EnginesmithError('OUT_EXISTS', 'It would replace its own source.', 'Choose another name.')
    }
    mounted = await mountWizard(upTo('load'), 'convert', { 'run.saveCopy': fail })
    await save('wts').trigger('click')
    await flushPromises()
    expect(mounted.wrapper.find('[data-target="wts"] [data-code="OUT_EXISTS"]').text()).toContain('It would replace its own source.')
  })
  it('shows each file with its comparison or its names, and a remedy only sets the option', async () => {
    mounted = await mountWizard(upTo('load', { copies: [copy, wts] }), 'convert')
    const [second, first] = mounted.wrapper.findAll('[data-testid="copy"]')
    expect(first!.text()).toContain('Differs')
    await second!.find('button[aria-expanded="false"]').trigger('click')
    expect(second!.text()).toContain('conv.weight')
    await first!
      .findAll('button')
      .find((button) => button.text() === 'Script instead')!
      .trigger('click')
    await flushPromises()
    expect(mounted.inputs('run.setRecipe').at(-1)?.recipe.convert?.script).toBe('script')
    expect(mounted.inputs('run.start')).toEqual([])
  })
  it('offers nothing for what has no PyTorch model in it', async () => {
    mounted = await mountWizard(fresh({ input: { ...fresh().input, format: 'onnx' } }), 'convert')
    expect(mounted.find('copies').exists()).toBe(false)
  })
})

describe('what was done with the graph', () => {
  const base = upTo('validate')
  const convert = base.cards.convert!
  const simplify = { before: 12, after: 9, taken: true, reason: null, compared: 40, maxAbs: 1e-7 }
  const checks = [
    comparison('pytorch-onnx', 'y', { compared: 44, maxAbs: 3e-8 }),
    comparison('fp32-onnx', 'y', { verdict: 'fail', maxAbs: 0.25, mismatched: 7 }),
  ]
  it('is still there after Validate has put its own rows into the run', async () => {
    const card = { ...convert, simplify, precision: 'fp16' as const, keptFp32: ['norm'], checks, second: ['N=5', 'N=2'] }
    mounted = await mountWizard(
      upTo('validate', { cards: { ...base.cards, convert: card }, comparisons: [comparison('pytorch-onnx', 'y', { maxAbs: 1 })] }),
      'convert',
    )
    expect(mounted.find('simplified').text()).toMatch(/12 nodes before, 9 after.*40 values are the same/)
    expect(mounted.find('precision').text()).toMatch(/FP16 against FP32.*Differs.*1 node stayed in FP32.*norm.*2\.50e-1/)
    expect(mounted.find('convert-compare').text()).toContain('3.00e-8')
    expect(mounted.find('second-size').text()).toContain('N=5; N=2')
  })
  it('says that simplifying was left out, that nothing was compared, and nothing where nothing was asked for', async () => {
    const card = { ...convert, simplify: { ...simplify, taken: false, reason: 'x' }, precision: 'bf16' as const, keptFp32: [], checks: [], second: [] }
    mounted = await mountWizard(upTo('convert', { cards: { ...base.cards, convert: card } }), 'convert')
    expect(mounted.find('simplified').text()).toContain('Left out')
    expect(mounted.find('precision').text()).toContain('Not compared here')
    mounted.end()
    mounted = await mountWizard(upTo('convert'), 'convert')
    expect(mounted.find('graph').exists()).toBe(false)
  })
})

describe('options of Convert', () => {
  it('go back to their defaults one by one or all at once', async () => {
    mounted = await mountWizard(upTo('load'), 'convert')
    await mounted.wrapper.find('[data-option="simplify"] [role="switch"]').trigger('click')
    await flushPromises()
    expect(mounted.inputs('run.setRecipe').at(-1)?.recipe.convert?.simplify).toBe(true)
    await mounted.wrapper.find('[data-option="simplify"] button').trigger('click')
    await flushPromises()
    expect(mounted.inputs('run.setRecipe').at(-1)?.recipe.convert?.simplify).toBe(false)
    expect(mounted.find('convert-reset').exists()).toBe(false)
  })
})
