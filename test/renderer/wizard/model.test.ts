import { describe, expect, it } from 'vitest'
import { findingCodes } from '../../../contract/finding'
import en from '../../../renderer/i18n/en/findings'
import zh from '../../../renderer/i18n/zh-CN/findings'
import { setLocale } from '../../../renderer/i18n'
import { backendCards, defaultBackend, shortGpu } from '../../../renderer/wizard/model/backends'
import { evidenceRows, orderFindings, stageFindings } from '../../../renderer/wizard/model/findings'
import { cosine, elementCount, hash8, logTime, share, tolerance } from '../../../renderer/wizard/model/format'
import { groupOrigins } from '../../../renderer/wizard/model/trust'
import { emptyHistory, record, redo, undo } from '../../../renderer/wizard/model/history'
import { indexIn } from '../../../renderer/wizard/model/index-in'
import { changedOptions, foreignOptions, optionsFor, precisionsFor, withoutForeign } from '../../../renderer/wizard/model/options'
import { advance, close, phaseSeconds, type Phase } from '../../../renderer/wizard/model/phases'
import { editStage, sameRecipe, setOption } from '../../../renderer/wizard/model/recipe'
import { readBackBytes, readBackName, readBackParts, readBackState } from '../../../renderer/wizard/model/read-back'
import { visibleRange } from '../../../renderer/wizard/model/rows'
import { shellQuote } from '../../../renderer/wizard/model/shell-quote'
import { roundUp, ruleFormula, usedTolerance, withTolerance, withoutTolerance, wouldPassAt } from '../../../renderer/wizard/model/tolerance'
import { finding, fresh, passed, recipe, stage } from './snapshots'

describe('titles of findings', () => {
  it.each([
    ['en', en],
    ['zh-CN', zh],
  ])('%s has one for every code, and none for what is no code', (_, messages) => {
    expect(Object.keys(messages.title).sort()).toEqual([...findingCodes].sort())
    expect(Object.values(messages.title).filter((title) => title.trim() === '')).toEqual([])
  })
  it('says nothing twice in different codes', () => {
    for (const messages of [en, zh]) expect(new Set(Object.values(messages.title)).size).toBe(findingCodes.length)
  })
})

describe('numbers', () => {
  it.each([
    [0.5, '0.5'],
    [1e-3, '1e-3'],
    [1.25e-4, '1.25e-4'],
    [0.05, '5e-2'],
    [12, '12'],
    [0, '0'],
    [null, '–'],
    [NaN, '–'],
  ])('writes the tolerance %s as %s', (value, text) => expect(tolerance(value)).toBe(text))
  it('keeps the nines of a cosine and the digits of a small share', () => {
    setLocale('en')
    expect(cosine(0.9999996)).toBe('0.9999996')
    expect([5e-4, 0.9995, 0.12, 0, 1].map(share)).toEqual(['0.05 %', '99.95 %', '12 %', '0 %', '100 %'])
    setLocale('zh-CN')
    expect(share(0.12)).toBe('12%')
    setLocale('en')
  })
  it('times a log line and cuts a hash', () => {
    expect([logTime(0.41), logTime(49.029), logTime(108)]).toEqual(['0:00.41', '0:49.02', '1:48.00'])
    expect(hash8('f59b3d83aa')).toBe('f59b3d83')
    expect(elementCount([])).toBe(1)
  })
  it('finds the place of a flat index', () => {
    expect(indexIn([2, 20], 25)).toEqual([1, 5])
    expect(indexIn([], 0)).toEqual([])
  })
})

describe('recipe edits', () => {
  it('can be undone and redone, and a new edit forgets what was undone', () => {
    const [a, b, c] = [recipe(), recipe((r) => (r.convert.opset = 17)), recipe((r) => (r.convert.opset = 18))]
    let history = record(record(emptyHistory(), a), b)
    const back = undo(history, c)!
    expect(back.recipe).toBe(b)
    expect(redo(back.history, b)?.recipe).toBe(c)
    history = record(back.history, b)
    expect(redo(history, a)).toBeNull()
    expect(undo(emptyHistory(), a)).toBeNull()
  })
  it('sets what a remedy names, and refuses what a recipe may not hold', () => {
    expect(setOption(recipe(), 'build.optLevel', 2)?.build.optLevel).toBe(2)
    expect(setOption(recipe(), 'validate.outputs.logits', { atol: 1, rtol: 0 })?.validate.outputs).toEqual({ logits: { atol: 1, rtol: 0 } })
    expect(setOption(recipe(), 'build.optLevel', 9)).toBeNull()
    expect(setOption(recipe(), 'build.python', '/bin/sh')).toBeNull()
    expect(setOption(recipe(), '', 1)).toBeNull()
  })
  it('knows two recipes that say the same', () => {
    expect(sameRecipe(recipe(), editStage(recipe(), 'load', { seed: 0 }))).toBe(true)
    expect(sameRecipe(recipe(), editStage(recipe(), 'load', { seed: 1 }))).toBe(false)
  })
})

describe('phases', () => {
  const at = (phase: string, parent: string | null, elapsed: number, fraction: number | null = null) => ({
    phase,
    parent,
    fraction,
    secondsLeft: null,
    elapsed,
  })
  it('nests, and ends what is no longer told of', () => {
    const events = [at('parse', null, 0.1), at('build', null, 0.5), at('optimize', 'build', 1), at('costs', 'build', 2), at('timing', 'costs', 3, 0.4)]
    const phases = events.reduce<Phase[]>((list, event) => advance(list, event), [])
    expect(phases.map((p) => [p.name, p.level, p.state])).toEqual([
      ['parse', 0, 'done'],
      ['build', 0, 'running'],
      ['optimize', 1, 'done'],
      ['costs', 1, 'running'],
      ['timing', 2, 'running'],
    ])
    expect(phaseSeconds(phases[2]!, 9)).toBe(1)
    expect(phaseSeconds(phases[1]!, 9)).toBe(8.5)
    expect(close(phases, 10).every((p) => p.state === 'done')).toBe(true)
  })
  it('keeps the last known fraction', () => {
    const list = advance(advance([], at('a', null, 0, 0.5)), at('a', null, 1))
    expect(list).toHaveLength(1)
    expect(list[0]?.fraction).toBe(0.5)
  })
})

describe('build options', () => {
  it('offers a library what it has', () => {
    expect(optionsFor('tensorrt-rtx').map((o) => o.name)).toContain('targets')
    expect(optionsFor('tensorrt-rtx').map((o) => o.name)).not.toContain('hardwareCompat')
    expect(optionsFor('onnxruntime')).toEqual([])
    expect(precisionsFor('tensorrt-rtx')).not.toContain('fp16')
  })
  it('finds and removes what another library leaves behind', () => {
    const { build } = recipe((r) => Object.assign(r.build, { targets: ['sm86'], hardwareCompat: 'ampere-plus', versionCompatible: true, optLevel: 2 }))
    expect(changedOptions(build)).toEqual(['targets', 'optLevel', 'versionCompatible', 'hardwareCompat'])
    expect(foreignOptions(build, 'tensorrt-rtx')).toEqual(['versionCompatible', 'hardwareCompat'])
    expect(withoutForeign(build, 'tensorrt-rtx')).toMatchObject({ targets: ['sm86'], hardwareCompat: null, versionCompatible: false, optLevel: 2 })
  })
})

describe('libraries on this machine', () => {
  const missing = { available: false, version: null, path: null, attempts: [{ path: 'x', reason: 'no such file' }] }
  const doctor = {
    python: { path: null, version: null },
    torch: null,
    driver: null,
    gpus: [],
    device: null,
    findings: [],
    engines: {
      tensorrt: missing,
      'torch-tensorrt': missing,
      'tensorrt-rtx': { ...missing, available: true, version: '1.7' },
      onnxruntime: { ...missing, available: true },
    },
  }
  it('always says that ONNX Runtime is not TensorRT', () => {
    expect(backendCards(null).at(-1)?.note).toBe('notTensorRt')
    expect(backendCards(doctor).map((card) => card.note)).toEqual(['noGpu', 'forTarget', 'noGpu', 'notTensorRt'])
    expect(backendCards(doctor)[0]?.reason).toBe('no such file')
  })
  it('chooses as the command line does', () => {
    expect(defaultBackend(doctor)).toBe('tensorrt-rtx')
    expect(defaultBackend({ ...doctor, engines: { ...doctor.engines, 'tensorrt-rtx': missing } })).toBe('onnxruntime')
    const gpu = { name: 'NVIDIA H100 80GB HBM3', computeCapability: '9.0', memoryBytes: 1 }
    expect(defaultBackend({ ...doctor, gpus: [gpu], engines: { ...doctor.engines, tensorrt: { ...missing, available: true } } })).toBe('tensorrt')
    expect(shortGpu(gpu.name)).toBe('H100')
  })
})

describe('tolerances', () => {
  it('rounds a bound upwards so that it still holds', () => {
    expect([0.406, 8.1e-6, 0.41, 0].map(roundUp)).toEqual([0.41, 8.1e-6, 0.41, 0])
    expect(wouldPassAt(passed().comparisons)).toEqual({ atol: 0.41, rtol: 1e-2 })
    expect(wouldPassAt([])).toBeNull()
  })
  it('gives one output its own, the other part kept from what was used', () => {
    const used = usedTolerance(passed(), 'logits')
    expect(used).toEqual({ atol: 0.5, rtol: 1e-2 })
    const own = withTolerance(recipe(), 'logits', { atol: 1 }, used)
    expect(own.validate.outputs).toEqual({ logits: { atol: 1, rtol: 1e-2 } })
    expect(withoutTolerance(own, 'logits').validate.outputs).toEqual({})
    expect(withTolerance(recipe(), null, { rtol: 0.1 }, used).validate).toMatchObject({ rtol: 0.1, atol: null })
  })
  it('writes each rule', () => expect(ruleFormula('polygraphy')).not.toBe(ruleFormula('numpy')))
})

describe('findings of a step', () => {
  it('shows each once, errors first', () => {
    const [note, error] = [finding('BACKEND_CHOSEN', 'info'), finding('BUILD_FAILED', 'error')]
    expect(orderFindings([note, error, note]).map((f) => f.code)).toEqual(['BUILD_FAILED', 'BACKEND_CHOSEN'])
  })
  it('shows the run’s own at Validate, not those of the steps before', () => {
    const built = finding('TACTICS_SKIPPED', 'warning')
    const run = passed({
      findings: [built, finding('ENGINE_NOT_RUN', 'warning')],
      stages: { ...passed().stages, build: stage('completed', { findings: [built] }) },
    })
    expect(stageFindings(run, 'validate').map((f) => f.code)).toEqual(['ENGINE_NOT_RUN'])
    expect(stageFindings(run, 'build').map((f) => f.code)).toEqual(['TACTICS_SKIPPED'])
    expect(stageFindings(fresh({ input: { ...fresh().input, findings: [finding('FILE_EMPTY', 'error')] } }), 'load')).toHaveLength(1)
  })
  it('lists evidence, what is empty left out', () => {
    expect(evidenceRows(finding('LOAD_UNSAFE_GLOBALS', 'error', { evidence: { globals: ['a.B', 'c.D'], none: null, empty: [], n: 2 } }))).toEqual([
      { name: 'globals', values: ['a.B', 'c.D'] },
      { name: 'n', values: ['2'] },
    ])
  })
})

describe('small things', () => {
  it('groups globals by package', () => {
    const origin = (name: string, known: 'torch' | 'unknown') => ({
      name,
      module: name.split('.').slice(0, -1).join('.'),
      package: name.split('.')[0] ?? '',
      known,
    })
    expect(groupOrigins([origin('torch.nn.modules.conv.Conv2d', 'torch'), origin('torch.nn.Linear', 'torch'), origin('strange.Net', 'unknown')])).toEqual([
      { package: 'strange', known: 'unknown', names: [expect.objectContaining({ rest: '', last: 'Net' })] },
      {
        package: 'torch',
        known: 'torch',
        names: [expect.objectContaining({ rest: 'nn.modules.conv.', last: 'Conv2d' }), expect.objectContaining({ rest: 'nn.', last: 'Linear' })],
      },
    ])
  })
  it('draws only the rows in view', () => {
    expect(visibleRange(1000, 2600, 260, 26)).toEqual({ from: 90, to: 120 })
    expect(visibleRange(3, 0, 260, 26)).toEqual({ from: 0, to: 3 })
  })
  it('quotes for a shell only what needs it', () => expect([shellQuote('run-1'), shellQuote("it's a run")]).toEqual(['run-1', `'it'\\''s a run'`]))
})

describe('read-backs', () => {
  const row = (requested: string | null, achieved: string | null, same: boolean | null) => ({ option: 'o', requested, achieved, same, readFrom: 'r' })
  it('tells what was not asked for from what cannot be read', () => {
    expect([row('on', 'on', true), row('on', 'off', false), row(null, '3', null), row('1', null, null), row(null, null, null)].map(readBackState)).toEqual([
      'as-asked',
      'differs',
      'default',
      'unread',
      'unread',
    ])
  })
  it('reads the builder’s names and values', () => {
    expect(readBackName('profile 0 my image')).toEqual({ kind: 'profile', index: 0, input: 'my image' })
    expect(readBackName('output logits')).toEqual({ kind: 'output', tensor: 'logits' })
    expect(readBackName('optLevel')).toEqual({ kind: 'option', option: 'optLevel' })
    expect(readBackBytes('68719476736 bytes')).toBe(68719476736)
    expect(readBackBytes('3')).toBeNull()
    expect(readBackParts('1x3/4x3/8x3')).toEqual(['1x3', '4x3', '8x3'])
  })
})
