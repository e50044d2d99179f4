import fs from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cli, models, read, start, story, temporary, told } from './harness'

let folder = ''
let m = ''
const at = (...parts: string[]) => path.join(folder, ...parts)
const model = (name: string) => path.join(m, name)
const asRoot = process.getuid?.() === 0
const nobody = 65534

beforeAll(() => {
  folder = temporary()
  m = models()
  fs.mkdirSync(at('a folder'))
})
afterEach(() => {
  for (const name of ['x', 'x.engine', 'x.onnx', 'bad-run', 'bad.onnx', 'bad.engine']) fs.rmSync(at(name), { recursive: true, force: true })
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const broken: Array<[string, () => string]> = [
  ['a file that is not there', () => at('none.pt')],
  ['a directory', () => at('a folder')],
  ['an empty file', () => model('broken/empty.pt')],
  ['zeros', () => model('broken/zeros.pt')],
  ['a letter', () => model('broken/text.pt')],
  ['half a state_dict', () => model('broken/cut-state.pt')],
  ['half an ONNX file', () => model('broken/cut-small.onnx')],
  ['most of a safetensors file', () => model('broken/cut-weights.safetensors')],
  ['most of a TorchScript file', () => model('broken/cut-script.pt')],
  ['a third of an exported program', () => model('broken/cut-program.pt2')],
]

describe.each(broken)('%s', (_what, file) => {
  it.each([
    ['inspect', () => ['inspect', file()]],
    ['convert', () => ['convert', file(), '--to', 'onnx', '-o', at('bad.onnx'), '--input', 'x:float32:Nx3x8x8']],
    ['build', () => ['build', file(), '-o', at('bad.engine'), '--backend', 'tensorrt-rtx']],
    ['run', () => ['run', file(), '--out', at('bad-run'), '--backend', 'onnxruntime', '--input', 'x:float32:Nx3x8x8']],
  ] as const)('%s refuses it with 2 and leaves nothing behind', async (_command, argv) => {
    const result = await told(argv())
    expect(result.code, story(result)).toBe(2)
    expect(
      result.codes.some((code) => code.startsWith('FILE_') || code === 'ONNX_INVALID' || code === 'LOAD_FAILED'),
      story(result),
    ).toBe(true)
    expect(result.codes).not.toContain('INTERNAL')
    expect(fs.existsSync(at('bad.onnx'))).toBe(false)
    expect(fs.existsSync(at('bad.engine'))).toBe(false)
  })
})

describe('a model that cannot be', () => {
  const rtx = ['--backend', 'tensorrt-rtx', '--target', 'sm86']
  it.each([
    ['5 GB of noise', () => ['inspect', noise()], ['FILE_UNKNOWN_FORMAT']],
    ['no layers', () => ['build', model('broken/no-layers.onnx'), '-o', at('x.engine'), ...rtx], ['BUILD_EMPTY_NETWORK', 'ONNX_INVALID']],
    ['no layers between input and output', () => ['build', model('broken/passthrough.onnx'), '-o', at('x.engine'), ...rtx], ['BUILD_EMPTY_NETWORK']],
    [
      'nothing to compute on ONNX Runtime',
      () => ['run', model('broken/passthrough.onnx'), '--out', at('x'), '--backend', 'onnxruntime'],
      ['BUILD_EMPTY_NETWORK'],
    ],
    ['external data that is missing', () => ['build', model('broken/external.onnx'), '-o', at('x.engine'), ...rtx], ['ONNX_EXTERNAL_DATA_MISSING']],
    ['an unknown operator', () => ['build', model('broken/custom.onnx'), '-o', at('x.engine'), ...rtx], ['BUILD_UNSUPPORTED_OPERATOR']],
    ['a contradicting shape', () => ['run', model('small.onnx'), '--out', at('x'), '--input', 'x:float32:Nx4x8x8'], ['SHAPE_CONTRADICTS_MODEL']],
    ['a contradicting dtype', () => ['run', model('small.onnx'), '--out', at('x'), '--input', 'x:int64:Nx3x8x8'], ['SHAPE_CONTRADICTS_MODEL']],
    [
      'an input that the model lacks',
      () => ['run', model('small.onnx'), '--out', at('x'), '--input', 'x:float32:Nx3x8x8', '--input', 'z:float32:1'],
      ['SHAPE_CONTRADICTS_MODEL', 'INPUTS_INVALID'],
    ],
    ['min above opt', () => ['build', model('small.onnx'), '-o', at('x.engine'), ...rtx, '--shapes', 'x:8x3x8x8/4x3x8x8/16x3x8x8'], ['PROFILE_INVALID']],
    [
      'a profile against the model',
      () => ['build', model('small.onnx'), '-o', at('x.engine'), ...rtx, '--shapes', 'x:1x4x8x8/4x4x8x8/8x4x8x8'],
      ['SHAPE_CONTRADICTS_MODEL', 'PROFILE_INVALID'],
    ],
    [
      'a capability that RTX lacks',
      () => ['build', model('small.onnx'), '-o', at('x.engine'), '--backend', 'tensorrt-rtx', '--target', 'sm99'],
      ['TARGET_UNKNOWN'],
    ],
    ['a precision that RTX lacks', () => ['build', model('small.onnx'), '-o', at('x.engine'), ...rtx, '--precision', 'int8'], ['BUILD_OPTION_UNSUPPORTED']],
    ['weights without a class', () => ['run', model('state.pt'), '--out', at('x'), '--input', 'x:float32:Nx3x8x8'], ['LOAD_CLASS_NEEDED']],
    ['weights without inputs', () => ['run', model('state.pt'), '--out', at('x'), '--model', 'nets:Small', '--project', model('project')], ['INPUTS_UNKNOWN']],
    [
      'a class that is not there',
      () => ['run', model('state.pt'), '--out', at('x'), '--model', 'nets:Tall', '--project', model('project'), '--input', 'x:float32:Nx3x8x8'],
      ['LOAD_CLASS_MISSING'],
    ],
    [
      'a class of other weights',
      () => [
        'run',
        model('state.pt'),
        '--out',
        at('x'),
        '--model',
        'nets:Small',
        '--model-args',
        '[7]',
        '--project',
        model('project'),
        '--input',
        'x:float32:Nx3x8x8',
      ],
      ['LOAD_STATE_DICT_MISMATCH'],
    ],
    [
      'arguments that the class does not take',
      () => [
        'run',
        model('state.pt'),
        '--out',
        at('x'),
        '--model',
        'nets:Small',
        '--model-args',
        '{"rooms": 7}',
        '--project',
        model('project'),
        '--input',
        'x:float32:Nx3x8x8',
      ],
      ['MODEL_ARGS_INVALID'],
    ],
    [
      'refused globals',
      () => ['run', model('pickled.pt'), '--out', at('x'), '--project', model('project'), '--input', 'x:float32:Nx3x8x8'],
      ['LOAD_UNSAFE_GLOBALS'],
    ],
    ['a dangerous pickle', () => ['run', model('evil.pkl'), '--out', at('x'), '--input', 'x:float32:1'], ['LOAD_DANGEROUS_PICKLE', 'FILE_UNKNOWN_FORMAT']],
    [
      'right answers of another output',
      () => ['run', model('small.onnx'), '--out', at('x'), '--backend', 'onnxruntime', '--inputs', model('inputs.npz'), '--expect', model('broken/text.pt')],
      ['EXPECT_INVALID'],
    ],
    [
      'inputs that are no arrays',
      () => ['run', model('small.onnx'), '--out', at('x'), '--backend', 'onnxruntime', '--inputs', model('broken/text.pt')],
      ['INPUTS_INVALID'],
    ],
    ['a comparison of no arrays', () => ['compare', model('right.npz'), model('broken/zeros.pt')], ['INPUTS_INVALID']],
    ['a comparison with nothing', () => ['compare', model('right.npz'), at('none.npz')], ['FILE_NOT_FOUND']],
  ] as const)('%s: 2', async (_what, argv, codes) => {
    const result = await told(argv())
    expect(result.code, story(result)).toBe(2)
    expect(
      codes.some((code) => result.codes.includes(code)),
      story(result),
    ).toBe(true)
    expect(fs.existsSync(at('x.engine'))).toBe(false)
  })

  it('tells shape and element type of every key that does not fit its class', async () => {
    const args = ['--model', 'nets:Small', '--model-args', '[7]', '--project', model('project'), '--input', 'x:float32:Nx3x8x8']
    const result = await told(['run', model('state.pt'), '--out', at('misfit'), ...args])
    const { misshapen, tensors } = result.document.findings.find(({ code }) => code === 'LOAD_STATE_DICT_MISMATCH')?.evidence as {
      misshapen: Array<{ name: string; file: number[]; class: number[] }>
      tensors: Record<string, unknown>
    }
    expect(misshapen.length).toBeGreaterThan(0)
    for (const { name, file, class: wanted } of misshapen)
      expect(tensors[name]).toEqual({ file: { shape: file, dtype: 'float32' }, class: { shape: wanted, dtype: 'float32' } })
    expect(fs.readFileSync(at('misfit', 'report.html'), 'utf8')).toContain(`<td class="mono">${misshapen[0]?.name}</td>`)
  })

  it('names the refused globals, and the flag that states the inputs', async () => {
    const globals = await told(['convert', model('pickled.pt'), '--to', 'onnx', '-o', at('x.onnx'), '--input', 'x:float32:Nx3x8x8'])
    expect(globals.document.findings.find(({ code }) => code === 'LOAD_UNSAFE_GLOBALS')?.evidence['names']).toContain('nets.Small')
    const inputs = await told(['run', model('state.pt'), '--out', at('x'), '--model', 'nets:Small', '--project', model('project')])
    expect(inputs.document.findings.find(({ code }) => code === 'INPUTS_UNKNOWN')?.remedy).toContain('--input x:')
  })
})

describe('a place that does not serve', () => {
  it('a folder that is no run is left alone', async () => {
    fs.mkdirSync(at('strangers'))
    fs.writeFileSync(at('strangers', 'thesis.tex'), '')
    const result = await told(['run', model('small.onnx'), '--out', at('strangers')])
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).toContain('OUT_NOT_A_RUN')
    expect(fs.readdirSync(at('strangers'))).toEqual(['thesis.tex'])
  })

  it("another file's run is left alone", async () => {
    const first = await told(['run', model('small.onnx'), '--out', at('mine'), '--backend', 'onnxruntime'])
    expect([0, 6]).toContain(first.code)
    const before = fs.readFileSync(at('mine', 'run.json'), 'utf8')
    const result = await told(['run', model('slow.onnx'), '--out', at('mine'), '--backend', 'onnxruntime'])
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).toContain('OUT_NOT_A_RUN')
    expect(fs.readFileSync(at('mine', 'run.json'), 'utf8')).toBe(before)
  })

  it('a file in the place of the run folder', async () => {
    fs.writeFileSync(at('file'), 'x')
    const result = await told(['run', model('small.onnx'), '--out', at('file')])
    expect(result.code, story(result)).toBe(2)
    expect(fs.readFileSync(at('file'), 'utf8')).toBe('x')
  })

  it.skipIf(!asRoot)('a file that an ordinary user may not read, and folders where they may not write', async () => {
    fs.chmodSync(folder, 0o755)
    fs.mkdirSync(at('theirs'))
    fs.chownSync(at('theirs'), nobody, nobody)
    fs.mkdirSync(at('data'))
    fs.chownSync(at('data'), nobody, nobody)
    fs.copyFileSync(model('small.onnx'), at('secret.onnx'))
    fs.chmodSync(at('secret.onnx'), 0o600)
    fs.copyFileSync(model('small.onnx'), at('open.onnx'))
    const env = { ENGINESMITH_DATA: at('data'), HOME: at('theirs') }
    for (const [argv, code] of [
      [['inspect', at('secret.onnx')], 'FILE_UNREADABLE'],
      [['run', at('secret.onnx'), '--out', at('theirs', 'run')], 'FILE_UNREADABLE'],
      [['run', at('open.onnx'), '--out', at('root-only')], 'OUT_NOT_WRITABLE'],
      [['build', at('open.onnx'), '-o', at('x.engine'), '--backend', 'tensorrt-rtx'], 'OUT_NOT_WRITABLE'],
    ] as const) {
      const result = await told(argv, { uid: nobody, env })
      expect(result.code, story(result)).toBe(2)
      expect(result.codes, story(result)).toContain(code)
    }
  })

  it('a file that vanishes mid-run', async () => {
    fs.copyFileSync(model('sleepy.pt'), at('gone.pt'))
    const { child, ended } = start(
      ['run', at('gone.pt'), '--model', 'nets:Small', '--project', model('project'), '--input', 'x:float32:Nx3x8x8', '--out', at('gone'), '--json'],
      {},
    )
    child.stderr?.once('data', () => fs.rmSync(at('gone.pt'), { force: true }))
    const result = read('run', await ended)
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).not.toContain('INTERNAL')
  })
})

describe('names', () => {
  const names = [
    'with spaces.onnx',
    `quotes ' and ".onnx`,
    'emoji 🔨🧪.onnx',
    `${'模'.repeat(80)}.onnx`,
    `${'n'.repeat(245)}.onnx`,
    '$HOME `x` %s \\n.onnx',
    '-dash.onnx',
  ]

  it.each(names)('%s', async (name) => {
    const here = at('names', String(names.indexOf(name)))
    fs.mkdirSync(here, { recursive: true })
    fs.copyFileSync(model('small.onnx'), path.join(here, name))
    const inspected = await told(['inspect', path.join(here, name)])
    expect(inspected.code, story(inspected)).toBe(0)
    const copied = await told(['convert', path.join(here, name), '--to', 'onnx', '-o', path.join(here, name.replace('.onnx', '2.nnx'))])
    expect(copied.code, story(copied)).toBe(0)
    const out = path.join(here, name.replace('.onnx', ''))
    const run = await told([
      'run',
      path.join(here, name),
      '--out',
      out,
      '--backend',
      'onnxruntime',
      '--inputs',
      model('inputs.npz'),
      '--expect',
      model('right.npz'),
    ])
    expect(run.code, story(run)).toBe(0)
    expect(run.document.run).toBe(out)
  })

  it('a name that begins with a dash, by itself', async () => {
    const { code, stdout } = await cli(['inspect', '--json', '--', '-dash.onnx'], { cwd: at('names', String(names.length - 1)) })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ format: 'onnx' })
  })

  it('a name longer than the disk takes', async () => {
    const result = await told(['inspect', at('n'.repeat(300))])
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).toContain('PATH_TOO_LONG')
  })
})

/** 5 GB that take no room, with noise in front. */
function noise(): string {
  const file = at('noise.bin')
  const handle = fs.openSync(file, 'w')
  fs.writeSync(handle, Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + 13) & 0xff)))
  fs.ftruncateSync(handle, 5 * 1024 ** 3)
  fs.closeSync(handle)
  return file
}
