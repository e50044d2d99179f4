import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256File } from '../../../electron/core/files/hash'
import { cli, models, story, temporary, told, type Told } from './harness'

let folder = ''
let m = ''
const at = (...parts: string[]) => path.join(folder, ...parts)
const model = (name: string) => path.join(m, name)
/** A file of weights, its class and its input. */
const small = () => [model('state.pt'), '--model', 'nets:Small', '--project', model('project'), '--input', 'x:float32:Nx3x8x8']
const states = ({ document }: Told) => Object.values(document.stages ?? {}).map(({ state }) => state)

beforeAll(() => {
  folder = temporary()
  m = models()
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe('doctor', () => {
  it('exits 0 in a clone that is set up, and says where each backend was looked for', async () => {
    const result = await told(['doctor'])
    expect(result.code, story(result)).toBe(0)
    const { document } = result
    expect(document.torch).toMatch(/^\d+\.\d+/)
    expect(document.engines?.onnxruntime).toMatchObject({ available: true })
    expect(document.engines?.['tensorrt-rtx']).toMatchObject({ available: true, version: expect.stringMatching(/^1\./) as string })
    for (const engine of Object.values(document.engines ?? {})) if (!engine.available) expect(engine.attempts.length).toBeGreaterThan(0)
  })

  it('is readable without --json', async () => {
    const { code, stdout } = await cli(['doctor', '--lang', 'zh-CN', '--quiet'])
    expect(code).toBe(0)
    expect(stdout).toContain('tensorrt-rtx')
    expect(stdout).toContain('驱动')
  })
})

describe('inspect', () => {
  it.each([
    ['state.pt', 'state-dict'],
    ['checkpoint.pt', 'checkpoint'],
    ['pickled.pt', 'pickled-module'],
    ['script.pt', 'torchscript'],
    ['program.pt2', 'exported-program'],
    ['weights.safetensors', 'safetensors'],
    ['small.onnx', 'onnx'],
    ['renamed.pt', 'onnx'],
  ])('%s is %s', async (name, format) => {
    const result = await told(['inspect', model(name)])
    expect(result.code, story(result)).toBe(0)
    expect(result.document).toMatchObject({ format, bytes: fs.statSync(model(name)).size, sha256: await sha256File(model(name)) })
  })

  it('tells what a file needs before it is loaded', async () => {
    const onnx = await told(['inspect', model('small.onnx')])
    expect(onnx.document.signature).toMatchObject({ inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 3, 8, 8] }], outputs: [{ name: 'y' }] })
    const state = await told(['inspect', model('state.pt')])
    expect(state.document.tensors?.map(({ name }) => name).sort()).toEqual(['conv.bias', 'conv.weight', 'head.bias', 'head.weight'])
    expect(state.document.pickle).toMatchObject({ unsafe: [], verdict: 'nothing-found' })
    const pickled = await told(['inspect', model('pickled.pt')])
    expect(pickled.document.pickle?.unsafe).toContain('nets.Small')
  })

  it('refuses a dangerous pickle with 2 and the whole document, and never runs it', async () => {
    fs.rmSync('/tmp/enginesmith-was-fooled', { force: true })
    const result = await told(['inspect', model('evil.pkl')])
    expect(result.code, story(result)).toBe(2)
    expect(result.document.pickle?.verdict).toBe('dangerous')
    expect(result.document.sha256).not.toBeNull()
    expect(fs.existsSync('/tmp/enginesmith-was-fooled')).toBe(false)
  })
})

describe('convert', () => {
  it('writes ONNX that is equal to the model, and nothing else', async () => {
    fs.mkdirSync(at('c1'))
    const result = await told(['convert', ...small(), '--to', 'onnx', '-o', at('c1', 'net.onnx')])
    expect(result.code, story(result)).toBe(0)
    expect(result.document.comparisons).toMatchObject([{ hop: 'pytorch-onnx', verdict: 'pass' }])
    expect(result.document.comparisons?.[0]?.compared).toBeGreaterThan(0)
    expect(result.document).toMatchObject({ requested: null, achieved: null })
    for (const artifact of result.document.artifacts ?? []) {
      expect(path.isAbsolute(artifact.path)).toBe(true)
      expect(artifact).toMatchObject({ bytes: fs.statSync(artifact.path).size, sha256: await sha256File(artifact.path) })
    }
    expect(result.document.artifacts?.map(({ path: file }) => path.basename(file)).sort()).toEqual(fs.readdirSync(at('c1')).sort())
    const inspected = await told(['inspect', at('c1', 'net.onnx')])
    expect(inspected.code, story(inspected)).toBe(0)
    expect(inspected.document.signature?.inputs).toMatchObject([{ name: 'x', shape: ['N', 3, 8, 8] }])
  })

  it('refuses to write over it, and does so with --force', async () => {
    const before = await sha256File(at('c1', 'net.onnx'))
    expect((await told(['convert', ...small(), '--to', 'onnx', '-o', at('c1', 'net.onnx'), '--exporter', 'torchscript'])).code).toBe(2)
    expect(await sha256File(at('c1', 'net.onnx'))).toBe(before)
    const forced = await told(['convert', ...small(), '--to', 'onnx', '-o', at('c1', 'net.onnx'), '--exporter', 'torchscript', '--force'])
    expect(forced.code, story(forced)).toBe(0)
    expect(await sha256File(at('c1', 'net.onnx'))).not.toBe(before)
  })

  it('exits 1 where the ONNX file does something else, and keeps it', async () => {
    const noisy = [model('noisy.pt'), '--model', 'nets:Noisy', '--project', model('project'), '--input', 'x:float32:Nx4']
    const result = await told(['convert', ...noisy, '--to', 'onnx', '-o', at('noisy.onnx')])
    expect(result.code, story(result)).toBe(1)
    expect(result.document.comparisons).toMatchObject([{ hop: 'pytorch-onnx', verdict: 'fail' }])
    expect(fs.existsSync(at('noisy.onnx'))).toBe(true)
  })

  it('keeps what ONNX Runtime cannot run, with a row that says so', async () => {
    const coarse = [model('coarse.pt'), '--model', 'nets:Coarse', '--project', model('project'), '--input', 'x:bfloat16:Nx4']
    const result = await told(['convert', ...coarse, '--to', 'onnx', '-o', at('coarse.onnx')])
    expect(result.code, story(result)).toBe(0)
    expect(result.document.comparisons).toMatchObject([{ hop: 'pytorch-onnx', verdict: 'not-judged', compared: 0, maxAbs: null }])
    expect(fs.existsSync(at('coarse.onnx'))).toBe(true)
    // Read from the file itself, the inputs still get their profile.
    const built = await told(['build', at('coarse.onnx'), '-o', at('coarse.engine'), '--backend', 'tensorrt-rtx', '--target', 'sm86'])
    expect(built.code, story(built)).toBe(0)
    expect(built.codes).toContain('PROFILE_ASSUMED')
  })

  it('takes an ONNX file over as it is', async () => {
    const result = await told(['convert', model('small.onnx'), '--to', 'onnx', '-o', at('same.onnx')])
    expect(result.code, story(result)).toBe(0)
    expect(result.codes).toContain('CONVERT_NOT_NEEDED')
    expect(result.document.comparisons).toEqual([])
  })
})

describe('build', () => {
  it('builds for a GPU that is not here, and tells what was asked and what came', async () => {
    const result = await told(['build', model('small.onnx'), '-o', at('small.engine'), '--backend', 'tensorrt-rtx', '--target', 'sm86'])
    expect(result.code, story(result)).toBe(0)
    expect(result.codes).toContain('PROFILE_ASSUMED')
    expect(result.document.artifacts).toMatchObject([{ kind: 'engine', path: at('small.engine'), sha256: await sha256File(at('small.engine')) }])
    expect(result.document.requested).toMatchObject({ backend: 'tensorrt-rtx', options: { targets: ['sm86'] } })
    expect(result.document.achieved).toMatchObject({ backend: 'tensorrt-rtx' })
    const inspected = await told(['inspect', at('small.engine')])
    expect(inspected.code, story(inspected)).toBe(0)
    expect(inspected.document).toMatchObject({ format: 'engine', engine: { flavour: 'tensorrt-rtx' } })
  })

  it('takes ONNX alone', async () => {
    const result = await told(['build', model('state.pt'), '-o', at('x.engine')])
    expect(result.code, story(result)).toBe(2)
    expect(fs.existsSync(at('x.engine'))).toBe(false)
  })
})

describe('--lang', () => {
  it('is the language of people, of the report too, and never of --json', async () => {
    const call = ['run', model('small.onnx'), '--backend', 'onnxruntime', '--lang', 'zh-CN']
    const { stdout } = await cli([...call, '--out', at('zh')])
    expect(stdout).toContain('CONVERT_NOT_NEEDED 文件已是 ONNX: 文件已是 ONNX，因此没有转换。')
    expect(stdout).not.toContain('nothing was converted')
    const report = fs.readFileSync(at('zh', 'report.html'), 'utf8')
    expect(report).toContain('<html lang="zh-CN">')
    expect(report).toContain('文件已是 ONNX，因此没有转换。')
    const document = await told([...call, '--out', at('zh-json')])
    expect(document.document.findings.map(({ message }) => message)).toContain('The file is ONNX already, so nothing was converted.')
  })
})

describe('compare', () => {
  it.each([
    ['right.npz', [], 0, 'pass'],
    ['near.npz', [], 0, 'pass'],
    ['near.npz', ['--atol', '0', '--rtol', '0'], 1, 'fail'],
    ['wrong.npz', [], 1, 'fail'],
    ['wrong.npz', ['--atol', '1.1'], 0, 'pass'],
    ['other-name.npz', [], 1, 'fail'],
    ['other-shape.npz', [], 1, 'fail'],
    ['nan.npz', [], 1, 'fail'],
    ['infinite.npz', [], 1, 'fail'],
    ['zero.npz', [], 1, 'fail'],
  ])('right.npz with %s %j: %i', async (candidate, flags, code, verdict) => {
    const result = await told(['compare', model('right.npz'), model(candidate), ...flags])
    expect(result.code, story(result)).toBe(code)
    expect(result.document.verdict).toBe(verdict)
    expect(result.document.comparisons?.length).toBeGreaterThan(0)
  })

  it.each([
    ['zero.npz', 'REFERENCE_CONSTANT'],
    ['empty.npz', 'NOTHING_TO_COMPARE'],
    ['no-arrays.npz', 'NOTHING_TO_COMPARE'],
  ])('a reference that is %s is not judged: 6, %s', async (name, finding) => {
    const result = await told(['compare', model(name), model(name)])
    expect(result.code, story(result)).toBe(6)
    expect(result.document.verdict).toBe('not-judged')
    expect(result.codes).toContain(finding)
  })

  it('holds both against the right answers with --expect', async () => {
    const result = await told(['compare', model('right.npz'), model('wrong.npz'), '--expect', model('right.npz')])
    expect(result.code, story(result)).toBe(1)
    expect(result.document.comparisons?.map(({ hop, verdict }) => [hop, verdict])).toEqual([
      ['onnx-engine', 'fail'],
      ['expected-onnx', 'pass'],
      ['expected-engine', 'fail'],
    ])
    expect(result.document.comparisons?.[0]?.requiredAtol).toBeGreaterThan(0.9)
  })

  it('says in words what differs', async () => {
    const { code, stdout } = await cli(['compare', model('right.npz'), model('wrong.npz')])
    expect(code).toBe(1)
    expect(stdout).toContain('A → B')
    expect(stdout).toContain('FAIL')
  })
})

describe('run and validate', () => {
  const run = (...argv: string[]) => told(['run', ...small(), '--out', at('run'), ...argv])

  it('goes through four stages to a pass', async () => {
    const result = await run('--backend', 'onnxruntime')
    expect(result.code, story(result)).toBe(0)
    expect(states(result)).toEqual(['completed', 'completed', 'completed', 'completed'])
    expect(result.document).toMatchObject({ run: at('run'), verdict: 'pass', comparisons: [{ hop: 'pytorch-onnx', verdict: 'pass' }] })
    expect(result.stderr).toContain('Validate')
    for (const artifact of result.document.artifacts ?? []) expect(artifact).toMatchObject({ sha256: await sha256File(artifact.path) })
    expect(result.document.artifacts?.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['onnx', 'tensors', 'report']))
  })

  it('reuses every stage the second time, without a word on stderr when quiet', async () => {
    const result = await run('--backend', 'onnxruntime', '--quiet')
    expect(result.code, story(result)).toBe(0)
    expect(states(result)).toEqual(['cached', 'cached', 'cached', 'cached'])
    expect(result.document.verdict).toBe('pass')
    expect(result.stderr).toBe('')
  })

  it('runs only Build and Validate for another backend, and 6 where no GPU can run the engine', async () => {
    const result = await run('--backend', 'tensorrt-rtx', '--target', 'sm86')
    expect(states(result)).toEqual(['cached', 'cached', 'completed', 'completed'])
    const rows = Object.fromEntries((result.document.comparisons ?? []).map(({ hop, verdict }) => [hop, verdict]))
    expect(rows['pytorch-onnx']).toBe('pass')
    expect(Object.keys(rows).sort()).toEqual(['onnx-engine', 'pytorch-engine', 'pytorch-onnx'])
    // On a machine whose GPU is an sm86 the engine runs.
    expect(result.code, story(result)).toBe(rows['onnx-engine'] === 'pass' ? 0 : 6)
  })

  it('validates a folder that was moved, by other tolerances, with no PyTorch', async () => {
    fs.cpSync(at('run'), at('moved'), { recursive: true })
    const result = await told(['validate', at('moved'), '--atol', '0', '--rtol', '0', '--expect', model('broken/text.pt')])
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).toContain('EXPECT_INVALID')
    const judged = await told(['validate', at('moved'), '--atol', '10'])
    expect(states(judged).slice(0, 3)).toEqual(['cached', 'cached', 'cached'])
    expect(judged.document.comparisons?.find(({ hop }) => hop === 'pytorch-onnx')).toMatchObject({ verdict: 'pass', atol: 10 })
    expect([0, 6]).toContain(judged.code)
  })

  it('exits 1 where the right answers are others, and 6 where there is nothing to compare', async () => {
    const onnx = [model('small.onnx'), '--backend', 'onnxruntime', '--inputs', model('inputs.npz')]
    const right = await told(['run', ...onnx, '--out', at('r1'), '--expect', model('right.npz')])
    expect(right.code, story(right)).toBe(0)
    expect(right.document.comparisons).toMatchObject([{ hop: 'expected-onnx', verdict: 'pass', compared: 8 }])
    const wrong = await told(['run', ...onnx, '--out', at('r1'), '--expect', model('wrong.npz')])
    expect(wrong.code, story(wrong)).toBe(1)
    expect(states(wrong)).toEqual(['cached', 'cached', 'cached', 'completed'])
    const none = await told(['run', ...onnx, '--out', at('r1')])
    expect(none.code, story(none)).toBe(6)
    expect(none.document.verdict).toBe('not-judged')
    expect(none.codes).toContain('NOTHING_TO_COMPARE')
  })

  it('lets flags beat the recipe', async () => {
    const recipe = { build: { backend: 'tensorrt-rtx' }, load: { inputsFile: model('inputs.npz') }, validate: { expect: 'right.npz', atol: 5, rtol: 0.25 } }
    fs.writeFileSync(at('r.json'), JSON.stringify(recipe))
    fs.copyFileSync(model('right.npz'), at('right.npz'))
    const result = await told(['run', model('small.onnx'), '--out', at('r2'), '--recipe', at('r.json'), '--backend', 'onnxruntime', '--atol', '0.5'])
    expect(result.code, story(result)).toBe(0)
    expect(result.document.requested).toMatchObject({ backend: 'onnxruntime' })
    expect(result.document.comparisons).toMatchObject([{ hop: 'expected-onnx', atol: 0.5, rtol: 0.25 }])
  })
})

describe('open', () => {
  it('needs a display', async () => {
    const result = await told(['open', at('run')], { env: { DISPLAY: undefined, WAYLAND_DISPLAY: undefined } })
    expect(result.code, story(result)).toBe(3)
    expect(result.codes).toEqual(['DISPLAY_MISSING'])
  })

  it('says so where the app does not start on the display', async () => {
    const result = await told(['open', at('run')], { env: { DISPLAY: ':4242', WAYLAND_DISPLAY: undefined } })
    expect(result.code, story(result)).toBe(3)
    expect(result.codes).toEqual(['SETUP_MISSING'])
  })
})
