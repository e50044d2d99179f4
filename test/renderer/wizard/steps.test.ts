import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { setLocale } from '../../../renderer/i18n'
import { show, type Mounted } from './mount'
import { comparison, finding, fresh, passed, recipe, stage, unjudged, upTo } from './snapshots'

const field = (w: Mounted, label: string) => w.wrapper.find<HTMLInputElement>(`input[aria-label="${label}"]`)
async function type(w: Mounted, label: string, text: string, leave = true): Promise<void> {
  await field(w, label).setValue(text)
  if (leave) await field(w, label).trigger('change')
  await flushPromises()
}

describe('Load', () => {
  it('checks the signature while it is typed and sends it when the field is left', async () => {
    const w = await show(fresh(), 'load')
    const dim = w.wrapper.findAll<HTMLInputElement>('input.dim')[1]!
    await dim.setValue('0')
    expect(w.find('signature').text()).toContain('Dimension 2 of image is neither')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
    await dim.trigger('blur')
    expect(w.inputs('run.setRecipe')).toEqual([])
    await dim.setValue('3')
    await dim.trigger('blur')
    await flushPromises()
    expect(w.inputs('run.setRecipe')[0]?.recipe.load?.inputs?.[0]?.shape).toEqual(['N', 3, 28, 28])
    expect(w.find('primary-action').attributes('disabled')).toBeUndefined()
  })
  it('takes a whole shape at once', async () => {
    const w = await show(fresh(), 'load')
    await w.wrapper.findAll<HTMLInputElement>('input.dim')[0]!.setValue('4x3x32x32')
    expect(
      w.wrapper
        .findAll<HTMLInputElement>('input.dim')
        .map((input) => input.element.value)
        .slice(0, 4),
    ).toEqual(['4', '3', '32', '32'])
  })
  it('adds and removes inputs', async () => {
    const w = await show(fresh({ recipe: recipe() }), 'load')
    await w.find('add-input').trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.inputs).toHaveLength(1)
    await w.wrapper.find('button[aria-label="Remove input x"]').trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.inputs).toEqual([])
  })
  it('turns sizes into the profile, and holds the step back while they fall', async () => {
    const w = await show(fresh(), 'load')
    await type(w, 'N min', '20')
    expect(w.find('sizes').text()).toContain('must not fall')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
    await type(w, 'N max', '32')
    await type(w, 'N opt', '24')
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.build?.profiles).toEqual([
      [{ name: 'image', min: [20, 1, 28, 28], opt: [24, 1, 28, 28], max: [32, 1, 28, 28] }],
    ])
  })
  it('asks for the class of weights, and takes no arguments that are not JSON', async () => {
    const w = await show(fresh({ input: { ...fresh().input, format: 'state-dict' } }), 'load')
    expect(w.wrapper.text()).toContain('Name the class first')
    await type(w, 'Class', 'TinyNet')
    expect(w.find('weights-class').text()).toContain('Write it as module:Class')
    expect(w.inputs('run.setRecipe')).toEqual([])
    await type(w, 'Class', 'models.net:TinyNet')
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.model).toBe('models.net:TinyNet')
    await type(w, 'Arguments', '{width: 2}')
    expect(w.find('weights-class').text()).toContain('not a JSON array or object')
    await type(w, 'Arguments', '{"width": 2}')
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.modelArgs).toEqual({ width: 2 })
  })
  it('keeps the project folder out of the recipe', async () => {
    const w = await show(fresh({ input: { ...fresh().input, format: 'state-dict' } }), 'load', { 'dialog.open': () => ({ path: '/home/me/project' }) })
    await w.find('weights-class').find('button').trigger('click')
    await flushPromises()
    expect(w.inputs('settings.set')).toContainEqual({ project: '/home/me/project' })
    expect(w.inputs('run.setRecipe')).toEqual([])
  })
  it('lists refused globals and stops', async () => {
    const unsafe = ['ultralytics.nn.tasks.DetectionModel', 'ultralytics.nn.modules.Conv']
    const w = await show(fresh({ input: { ...fresh().input, pickle: { globals: unsafe, unsafe, verdict: 'suspicious' } } }), 'load')
    expect(w.wrapper.find('[data-trust=refused]').text()).toContain('2 globals refused')
    expect(w.wrapper.text()).toContain('DetectionModel')
    expect(w.find('primary-action').attributes('disabled')).toBeDefined()
  })
  it('takes arrays in place of a seed', async () => {
    const w = await show(fresh(), 'load', { 'dialog.open': () => ({ path: '/data/inputs.npz' }) })
    await w.wrapper.findAll<HTMLInputElement>('input[type=radio]')[1]!.setValue(true)
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.load?.inputsFile).toBe('/data/inputs.npz')
    expect(w.wrapper.text()).toContain('inputs.npz')
  })
})

describe('Convert', () => {
  it('shows what was read back and compares at once', async () => {
    const w = await show(upTo('convert', { comparisons: [comparison('pytorch-onnx', 'logits')] }), 'convert')
    expect(w.find('onnx-card').text()).toContain('17')
    expect(w.find('convert-compare').text()).toContain('9.54e-6')
    expect(w.find('convert-compare').text()).toContain('Equal')
  })
  it('has nothing to convert in an ONNX file', async () => {
    const w = await show(upTo('load', { input: { ...fresh().input, format: 'onnx' } }), 'convert')
    expect(w.wrapper.text()).toContain('Already ONNX')
    expect(w.find('primary-action').text()).toBe('Check ONNX')
  })
})

describe('Build', () => {
  it('offers what this machine has', async () => {
    const w = await show(upTo('convert'), 'build')
    const card = (name: string) => w.wrapper.find(`[role=radio][data-value="${name}"]`)
    expect(card('tensorrt').attributes('aria-disabled')).toBe('true')
    expect(card('tensorrt-rtx').attributes('aria-checked')).toBe('true')
    expect(card('onnxruntime').text()).toContain('Not TensorRT')
    await card('tensorrt').trigger('click')
    expect(w.inputs('run.setRecipe')).toEqual([])
  })
  it('follows the builder’s own phases', async () => {
    const at = (phase: string, parent: string | null, elapsed: number) =>
      upTo('convert', {
        running: true,
        revision: 2 + elapsed,
        stages: { ...upTo('convert').stages, build: stage('running', { progress: { phase, parent, fraction: 0.42, secondsLeft: 56, elapsed } }) },
      })
    const w = await show(at('Building engine from network', null, 1), 'build')
    await w.push(at('Graph optimization', 'Building engine from network', 2))
    await w.push(at('Computing profile costs', 'Building engine from network', 3))
    const lines = w
      .find('progress')
      .findAll('li')
      .map((line) => line.text())
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain('Graph optimization')
    expect(w.find('progress').text()).toContain('42 %')
    expect(w.find('progress').text()).toContain('about 0:56 left')
    expect(w.find('progress').find('[role=progressbar]').attributes('aria-label')).toBe('Progress of Build')
  })
  it('marks only what differs', async () => {
    const w = await show(upTo('build'), 'build')
    const rows = w.find('requested').findAll('tbody tr')
    expect(rows.map((row) => row.attributes('data-same'))).toEqual(['true', 'false', undefined])
    expect(rows.map((row) => row.classes('bad'))).toEqual([false, true, false])
    expect(w.find('requested').text()).toContain('1 differs')
  })
  it('says before Build what the chosen library would refuse', async () => {
    const w = await show(upTo('convert', { recipe: recipe((r) => (r.build.hardwareCompat = 'ampere-plus')) }), 'build')
    expect(w.wrapper.text()).toContain('Hardware: TensorRT-RTX has no such option')
    await w.wrapper
      .findAll('button')
      .find((button) => button.text() === 'Remove what it lacks')!
      .trigger('click')
    await flushPromises()
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.build?.hardwareCompat).toBeNull()
  })
  it.each(['failed', 'crashed', 'cancelled'] as const)('tells %s apart', async (state) => {
    const w = await show(
      upTo('convert', { stages: { ...upTo('convert').stages, build: stage(state, { findings: [finding('HOST_CRASHED', 'error')] }) } }),
      'build',
    )
    expect(w.find(`notice-${state}`).exists()).toBe(true)
    expect(w.find('primary-action').text()).toBe('Build again')
  })
  it('copies the trtexec line', async () => {
    const w = await show(upTo('build'), 'build')
    await w.wrapper.find('button[aria-label="Copy command"]').trigger('click')
    expect(w.inputs('clipboard.write')[0]?.text).toContain('tensorrt_rtx --onnx=model.onnx')
  })
})

describe('Validate', () => {
  it('gives a pass in words, with counts', async () => {
    const w = await show(passed(), 'validate')
    expect(w.find('verdict').attributes('data-verdict')).toBe('pass')
    expect(w.find('verdict').text()).toContain('Equal within tolerance. The loss enters at Build.')
    expect(w.find('verdict').text()).toContain('2,368 values in 2 outputs compared over 2 input sets, none outside.')
    expect(w.wrapper.find('[data-hop="onnx-engine"]').attributes('data-here')).toBe('true')
    expect(w.find('histogram').exists()).toBe(true)
  })
  it('never lets an engine that was not run look judged', async () => {
    const w = await show(unjudged(), 'validate')
    expect(w.find('verdict').attributes('data-verdict')).toBe('not-judged')
    expect(w.find('verdict').text()).toContain('This engine has not been run.')
    expect(w.wrapper.find('[data-hop="onnx-engine"]').text()).toContain('0 of 2,368 compared')
    expect(w.find('settle').text()).toContain('enginesmith validate sample-1')
    expect(w.find('accident').find('[data-check=shippedFile]').attributes('data-answer')).toBe('no')
  })
  it('names the rows that failed', async () => {
    const rows = passed().comparisons.map((row) =>
      row.hop === 'pytorch-engine' && row.output === 'features' ? { ...row, verdict: 'fail' as const, mismatched: 17, reason: '17 values lie outside.' } : row,
    )
    const w = await show(passed({ verdict: 'fail', comparisons: rows }), 'validate')
    expect(w.find('verdict').text()).toContain('Not equal.')
    expect(w.find('verdict').text()).toContain('17 values lie outside.')
    expect(w.wrapper.find('tr[data-output=features]').attributes('aria-selected')).toBe('true')
  })
  it('looks at another output and another hop', async () => {
    const w = await show(passed(), 'validate')
    await w.find('outputs').find('tr[data-output=features]').trigger('click')
    await flushPromises()
    expect(w.inputs('run.detail').at(-1)).toMatchObject({ hop: 'pytorch-engine', output: 'features' })
    await w.wrapper.find<HTMLInputElement>('.seg input[type=radio]').setValue(true)
    await flushPromises()
    expect(w.inputs('run.detail').at(-1)).toMatchObject({ hop: 'pytorch-onnx' })
  })
  it('edits the tolerance of all outputs and refuses a negative one', async () => {
    const w = await show(passed(), 'validate')
    await type(w, 'atol', '-1')
    expect(w.find('tolerance').text()).toContain('A number from 0 up')
    expect(w.inputs('run.setRecipe')).toEqual([])
    await type(w, 'atol', '1e-3')
    expect(w.inputs('run.setRecipe').at(-1)?.recipe.validate?.atol).toBe(1e-3)
    expect(w.find('tolerance').text()).toContain('atol 0.41, rtol 1e-2')
  })
})

describe('in Chinese', () => {
  afterEach(() => setLocale('en'))
  it('lists findings with meaning, remedy and buttons in Chinese, and keeps the original of a tool', async () => {
    setLocale('zh-CN')
    const found = [
      finding('BUILD_FAILED', 'error', {
        message: 'The library could not build the engine: Error Code 4',
        evidence: { errors: ['Error Code 4'] },
        actions: [{ kind: 'choose-backend', label: 'Choose another backend' }],
      }),
      finding('TACTICS_SKIPPED', 'warning', { evidence: { warnings: ['a', 'b'] } }),
      finding('PROFILE_ASSUMED', 'info', {
        evidence: { shapes: ['--shapes x:1x3/4x3/16x3'] },
        actions: [{ kind: 'set-option', label: 'Edit the profile', path: 'build.profiles' }],
      }),
    ]
    const w = await show(upTo('convert', { stages: { ...upTo('convert').stages, build: stage('failed', { findings: found }) } }), 'build')
    const text = w.find('findings').text()
    for (const words of [
      '库未能构建引擎。',
      '日志中有库自己的说明',
      'Error Code 4',
      '选择其他后端',
      '部分策略被跳过',
      '--shapes x:1x3/4x3/16x3',
      '编辑形状范围',
    ])
      expect(text).toContain(words)
    for (const words of ['The message of PROFILE_ASSUMED', 'Choose another backend', 'Edit the profile']) expect(text).not.toContain(words)
    expect(w.wrapper.findAll('[data-testid="original"]').map((part) => part.attributes('lang'))).toEqual(['en', 'en'])
  })
})
