import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { recipeSchema } from '../../../contract/recipe'
import { commands } from '../../../electron/cli/commands'
import { buildFlags } from '../../../electron/cli/flags/build'
import { compareFlags } from '../../../electron/cli/flags/compare'
import { defaultRecipe, merge, recipeFrom } from '../../../electron/cli/flags/merge'
import { modelFlags } from '../../../electron/cli/flags/model'
import type { FlagContext } from '../../../electron/cli/flags/types'
import { parseCall } from '../../../electron/cli/program'
import { textOf } from '../../../electron/cli/text'
import { EnginesmithError } from '../../../electron/core/errors'

const text = textOf('en')
const context: FlagContext = { text, resolve: (given) => path.resolve('/start', given), program: (given) => `/bin/${given}` }

function draft(argv: string[], base = defaultRecipe()) {
  const parsed = parseCall(['run', 'a.pt', '--out', 'd', ...argv], commands, '1', text)
  if (parsed.kind !== 'call') throw new Error('no call')
  return merge(base, parsed.call.given, context)
}
function refusal(argv: string[]): EnginesmithError {
  try {
    draft(argv)
  } catch (error) {
    if (error instanceof EnginesmithError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('flags and recipe', () => {
  it('leave the defaults where nothing is given', () =>
    expect(draft([])).toEqual({
      recipe: recipeSchema.parse({}),
      settings: {},
      trust: { names: [], listed: [], once: [], classes: [], project: null, hostCode: [] },
    }))

  it('name modules with operators as a setting of the call, never in the recipe', () => {
    const { recipe, settings } = draft(['--import', 'my_ops.register', '--import', 'torchvision'])
    expect(settings).toEqual({ operatorLibraries: ['my_ops.register', 'torchvision'] })
    expect(recipe).toEqual(defaultRecipe())
    expect(refusal(['--import', 'a/b.py']).code).toBe('USAGE')
  })

  it('switch the timing cache of this machine off, or name another', () => {
    expect(draft(['--no-timing-cache'])).toMatchObject({ settings: { timingCache: false }, recipe: { build: { timingCache: null } } })
    expect(draft(['--no-timing-cache', '--timing-cache', 'c']).recipe.build.timingCache).toBe('/start/c')
    expect(draft(['--timing-cache', 'c', '--no-timing-cache']).recipe.build.timingCache).toBeNull()
  })

  it('say how an engine is run', () => {
    expect(draft(['--no-runtime-cache'])).toMatchObject({ settings: { runtimeCache: false }, recipe: { validate: { runtimeCache: null } } })
    expect(draft(['--no-runtime-cache', '--runtime-cache', 'c'])).toMatchObject({ settings: {}, recipe: { validate: { runtimeCache: '/start/c' } } })
    for (const budget of ['0', 'auto', '50%', '1.5GiB']) expect(draft(['--weight-budget', budget]).recipe.validate.weightBudget).toBe(budget)
    for (const none of ['', '512', '50', '101%', 'half']) expect(refusal(['--weight-budget', none])).toMatchObject({ code: 'USAGE', evidence: { given: none } })
  })

  it('write every option', () => {
    const { recipe, settings } = draft([
      ...['--model', 'nets:Small', '--model-args', '{"classes": 10}', '--key-prefix', 'module.', '--project', 'code', '--python', 'python3.12'],
      ...[
        '--exporter',
        'torchscript',
        '--opset',
        '17',
        ...['--simplify', '--graph-precision', 'fp16', '--keep-fp32', 'Softmax', '--keep-fp32', '/head/*'],
        ...['--script', 'script', '--variant', 'frozen', '--strict'],
        '--input',
        'x:float32:Nx3x40x36',
        '--input',
        'a:b:bfloat16:',
        '--inputs',
        'in.npz',
        ...['--image-input', 'x', '--image-size', '40x36', '--resize', 'letterbox', '--layout', 'nchw', '--color', 'BGR'],
        ...['--scale', '1/250', '--mean', '0.5,-.25,0', '--std', '0.25', '--range', 'x:-1..1.5', '--range', 'a:b:0..30521'],
        '--seed',
        '7',
        '--sets',
        '3',
      ],
      ...['--backend', 'tensorrt-rtx', '--target', 'sm86,sm120', '--shapes', 'x:1x3x32x32/4x3x32x32/8x3x32x32', '--precision', 'fp16', '--opt-level', '5'],
      ...[
        '--workspace',
        '512.5',
        '--timing-cache',
        'c.cache',
        '--refit',
        '--strip',
        '--version-compatible',
        '--hardware-compat',
        'ampere-plus',
        '--device',
        '1',
      ],
      ...['--tiling', 'full', '--avg-timing', '4', '--max-tactics', '-1', '--tactic-dram', '512', '--tactic-shared-memory', '48', '--max-aux-streams', '0'],
      ...['--fail-on-cache-miss', '--sparsity', '--refit-identical', '--weight-streaming', '--exclude-lean-runtime'],
      ...['--min-block-size', '3', '--torch-op', 'torch.ops.aten.relu.default', '--require-full'],
      ...['--runtime-platform', 'windows-amd64', '--profiling-verbosity', 'layer-names', '--engine-name', 'my net', '--plugin', 'a.so', '--plugin', '/b.so'],
      ...['--atol', '1e-3', '--rtol', '.5', '--rule', 'polygraphy', '--expect', '/right.npz', '--weight-budget', '50%', '--runtime-cache', 'r.cache'],
    ])
    expect(settings).toEqual({ project: '/start/code', python: '/bin/python3.12', plugins: ['/start/a.so', '/b.so'] })
    expect(recipe).toEqual({
      version: 1,
      load: {
        model: 'nets:Small',
        modelArgs: { classes: 10 },
        keyPrefix: 'module.',
        inputs: [
          { name: 'x', dtype: 'float32', shape: ['N', 3, 40, 36] },
          { name: 'a:b', dtype: 'bfloat16', shape: [] },
        ],
        inputsFile: '/start/in.npz',
        preprocess: { input: 'x', size: [40, 36], resize: 'letterbox', layout: 'NCHW', color: 'BGR', scale: 1 / 250, mean: [0.5, -0.25, 0], std: [0.25] },
        ranges: { x: [-1, 1.5], 'a:b': [0, 30521] },
        seed: 7,
        sets: 3,
      },
      convert: {
        exporter: 'torchscript',
        opset: 17,
        simplify: true,
        graphPrecision: 'fp16',
        keepFp32: ['Softmax', '/head/*'],
        script: 'script',
        variant: 'frozen',
        strict: true,
      },
      build: {
        backend: 'tensorrt-rtx',
        targets: ['sm86', 'sm120'],
        profiles: [[{ name: 'x', min: [1, 3, 32, 32], opt: [4, 3, 32, 32], max: [8, 3, 32, 32] }]],
        precision: 'fp16',
        optLevel: 5,
        tiling: 'full',
        avgTiming: 4,
        maxTactics: -1,
        workspace: 512.5,
        tacticDram: 512,
        tacticSharedMemory: 48,
        maxAuxStreams: 0,
        timingCache: '/start/c.cache',
        failOnCacheMiss: true,
        sparsity: true,
        refit: true,
        refitIdentical: true,
        strip: true,
        weightStreaming: true,
        versionCompatible: true,
        excludeLeanRuntime: true,
        hardwareCompat: 'ampere-plus',
        runtimePlatform: 'windows-amd64',
        profilingVerbosity: 'layer-names',
        minBlockSize: 3,
        torchOps: ['torch.ops.aten.relu.default'],
        requireFull: true,
        engineName: 'my net',
        device: 1,
      },
      validate: {
        atol: 1e-3,
        rtol: 0.5,
        outputs: {},
        rule: 'polygraphy',
        expect: '/right.npz',
        device: null,
        weightBudget: '50%',
        runtimeCache: '/start/r.cache',
      },
    })
    expect(recipeSchema.safeParse(recipe).success).toBe(true)
  })

  it('beat the recipe, option by option, and can undo a switch', () => {
    const base = recipeSchema.parse({ build: { refit: true, strip: true, optLevel: 2, precision: 'fp16' }, load: { seed: 5 } })
    const { recipe } = draft(['--no-refit', '--opt-level', '4'], base)
    expect(recipe.build).toMatchObject({ refit: false, strip: true, optLevel: 4, precision: 'fp16' })
    expect(recipe.load.seed).toBe(5)
    expect(base.build.refit).toBe(true)
  })

  it('are told once in each table', () => {
    const names = [...modelFlags, ...buildFlags, ...compareFlags].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each([
    [['--atol', 'nan'], 'USAGE'],
    [['--atol', '-1'], 'USAGE'],
    [['--rtol', '1e999'], 'USAGE'],
    [['--opset', '17.5'], 'USAGE'],
    [['--opset', '6'], 'USAGE'],
    [['--seed', '-1'], 'USAGE'],
    [['--seed', '0x10'], 'USAGE'],
    [['--opt-level', '6'], 'USAGE'],
    [['--workspace', '0'], 'USAGE'],
    [['--device', 'gpu'], 'USAGE'],
    [['--precision', 'fp61'], 'USAGE'],
    [['--backend', 'tensort'], 'USAGE'],
    [['--target', 'sm8'], 'TARGET_UNKNOWN'],
    [['--target', 'sm86,'], 'TARGET_UNKNOWN'],
    [['--model', 'nets.Small'], 'USAGE'],
    [['--model-args', '{classes: 10}'], 'MODEL_ARGS_INVALID'],
    [['--model-args', '10'], 'MODEL_ARGS_INVALID'],
    [['--model-args', 'null'], 'MODEL_ARGS_INVALID'],
    [['--input', 'x:float31:1'], 'USAGE'],
    [['--input', 'x'], 'USAGE'],
    [['--image-size', '224'], 'USAGE'],
    [['--image-size', '0x4'], 'USAGE'],
    [['--resize', 'zoom'], 'USAGE'],
    [['--layout', 'CHWN'], 'USAGE'],
    [['--color', 'RGBA'], 'USAGE'],
    [['--scale', '0'], 'USAGE'],
    [['--scale', '1/0'], 'USAGE'],
    [['--mean', '1,,2'], 'USAGE'],
    [['--mean', '1,2,3,4,5'], 'USAGE'],
    [['--std', '0'], 'USAGE'],
    [['--range', 'x'], 'USAGE'],
    [['--range', 'x:2..1'], 'USAGE'],
    [['--range', 'x:0..1e999'], 'USAGE'],
    [['--shapes', 'x:1/2'], 'USAGE'],
    [['--shapes', 'x:1x3/2'], 'USAGE'],
    [['--shapes', 'x:1x3/2/3'], 'PROFILE_INVALID'],
  ])('%j is refused as %s', (argv, code) => {
    const error = refusal(argv)
    expect(error.code).toBe(code)
    expect(error.remedy).not.toBe('')
  })

  it('a wrong word names the nearest right one', () => expect(refusal(['--backend', 'tensort']).remedy).toContain('Did you mean tensorrt?'))
})

describe('a recipe file', () => {
  it('starts its relative paths at its own folder, and is refused with the place that is wrong', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'recipe-'))
    const file = path.join(folder, 'r.json')
    await fs.writeFile(file, JSON.stringify({ load: { inputsFile: 'in/x.npz' }, validate: { expect: '/abs.npz' } }))
    const recipe = await recipeFrom(file)
    expect(recipe.load.inputsFile).toBe(path.join(folder, 'in', 'x.npz'))
    expect(recipe.validate.expect).toBe('/abs.npz')
    await fs.writeFile(file, JSON.stringify({ build: { optLevel: 9 }, python: '/usr/bin/python' }))
    await expect(recipeFrom(file)).rejects.toMatchObject({ code: 'RECIPE_INVALID', evidence: { issues: [{ field: 'build.optLevel' }, { field: '' }] } })
    await fs.writeFile(file, '{')
    await expect(recipeFrom(file)).rejects.toMatchObject({ code: 'RECIPE_INVALID' })
    await expect(recipeFrom(path.join(folder, 'none.json'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await fs.rm(folder, { recursive: true })
  })
})
