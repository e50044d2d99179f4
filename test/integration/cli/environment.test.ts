import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloneWithout, dataFolder, models, python, story, temporary, told } from './harness'

let folder = ''
let bare = ''
let m = ''
const at = (...parts: string[]) => path.join(folder, ...parts)
const model = (name: string) => path.join(m, name)
const noPython = { PATH: '/nowhere', VIRTUAL_ENV: undefined, CONDA_PREFIX: undefined, PYENV_ROOT: undefined }

beforeAll(() => {
  folder = temporary()
  m = models()
  // A clone with the addon and the program, and neither the managed Python nor the libraries in it.
  bare = cloneWithout(at('clone'), ['.venv'])
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

function script(name: string, text: string): string {
  fs.writeFileSync(at(name), text, { mode: 0o755 })
  return at(name)
}

describe('a Python that does not serve', () => {
  const run = (flag: string, env: Record<string, string | undefined> = {}) =>
    told(
      [
        'run',
        model('state.pt'),
        '--model',
        'nets:Small',
        '--project',
        model('project'),
        '--input',
        'x:float32:Nx3x8x8',
        '--backend',
        'onnxruntime',
        '--python',
        flag,
        '--out',
        at(`run-${path.basename(flag)}`),
      ],
      { env },
    )

  it.each([
    ['none', () => at('none', 'python'), ['PYTHON_MISSING', 'PYTHON_BROKEN']],
    ['a program that is no Python', () => script('not-python', '#!/bin/sh\necho hello\n'), ['PYTHON_BROKEN']],
    ['one that hangs up', () => script('fails', '#!/bin/sh\nexit 7\n'), ['PYTHON_BROKEN']],
    ['a file that is no program', () => at('clone', 'package.json'), ['PYTHON_BROKEN', 'PYTHON_MISSING']],
    ['one without torch', () => script('no-torch', `#!/bin/sh\nexec "${python}" -I -S "$@"\n`), ['TORCH_MISSING', 'PYTHON_BROKEN']],
  ] as const)('%s: 3', async (_what, file, codes) => {
    const result = await run(file())
    expect(result.code, story(result)).toBe(3)
    expect(
      codes.some((code) => result.codes.includes(code)),
      story(result),
    ).toBe(true)
    expect(result.document.stages?.convert.state).toBe('pending')
  })

  it('doctor says so with 3', async () => {
    const result = await told(['doctor', '--python', script('no-torch', `#!/bin/sh\nexec "${python}" -I -S "$@"\n`)])
    expect(result.code, story(result)).toBe(3)
  })
})

describe('no Python at all', () => {
  it('doctor exits 3, with the document', async () => {
    const result = await told(['doctor'], { entry: bare, env: noPython })
    expect(result.code, story(result)).toBe(3)
    expect(result.document).toMatchObject({ python: { path: null }, torch: null })
    expect(result.document.engines?.onnxruntime).toMatchObject({ available: true })
  })

  it('an ONNX file still goes through every stage', async () => {
    const result = await told(
      ['run', model('small.onnx'), '--backend', 'onnxruntime', '--inputs', model('inputs.npz'), '--expect', model('right.npz'), '--out', at('bare-run')],
      { entry: bare, env: noPython },
    )
    expect(result.code, story(result)).toBe(0)
    expect(result.document.verdict).toBe('pass')
  })

  it('a pickle is still looked at', async () => {
    const result = await told(['inspect', model('pickled.pt')], { entry: bare, env: noPython })
    expect(result.code, story(result)).toBe(0)
    expect(result.document.pickle?.globals).toContain('nets.Small')
  })

  it('a PyTorch file needs one: 3', async () => {
    const result = await told(['convert', model('script.pt'), '--to', 'onnx', '-o', at('x.onnx'), '--input', 'x:float32:Nx3x8x8'], {
      entry: bare,
      env: noPython,
    })
    expect(result.code, story(result)).toBe(3)
    expect(result.codes).toContain('PYTHON_MISSING')
  })

  it('a run folder from elsewhere is validated', async () => {
    const made = await told([
      'run',
      model('state.pt'),
      '--model',
      'nets:Small',
      '--project',
      model('project'),
      '--input',
      'x:float32:Nx3x8x8',
      '--backend',
      'onnxruntime',
      '--out',
      at('elsewhere'),
    ])
    expect(made.code, story(made)).toBe(0)
    const result = await told(['validate', at('elsewhere'), '--atol', '0.5'], { entry: bare, env: noPython })
    expect(result.code, story(result)).toBe(0)
    expect(result.document.comparisons).toMatchObject([{ hop: 'pytorch-onnx', verdict: 'pass', atol: 0.5 }])
  })
})

describe('a backend that is asked for and not there', () => {
  const build = (backend: string, settings: object = {}) => {
    const data = at(`data-${backend}-${Object.keys(settings).length}`)
    fs.mkdirSync(data, { recursive: true })
    fs.writeFileSync(path.join(data, 'settings.json'), JSON.stringify(settings))
    return told(['build', model('small.onnx'), '-o', at('x.engine'), '--backend', backend, '--target', 'sm86'], {
      entry: bare,
      env: { ...noPython, ENGINESMITH_DATA: data },
    })
  }

  it.each(['tensorrt', 'tensorrt-rtx', 'torch-tensorrt'])('%s: 3', async (backend) => {
    const result = await build(backend)
    expect(result.code, story(result)).toBe(3)
    expect(fs.existsSync(at('x.engine'))).toBe(false)
  })

  it('says for a truncated library why it does not serve', async () => {
    const lib = fs
      .readdirSync(path.dirname(python) + '/../lib')
      .map((name) => path.join(path.dirname(python), '..', 'lib', name, 'site-packages', 'tensorrt_rtx_libs'))
    const libraries = lib.find((candidate) => fs.existsSync(candidate))
    if (!libraries) throw new Error('tensorrt_rtx_libs is not in the managed environment')
    fs.mkdirSync(at('cut'))
    for (const name of fs.readdirSync(libraries).filter((file) => file.includes('.so'))) {
      const whole = fs.readFileSync(path.join(libraries, name))
      fs.writeFileSync(at('cut', name), whole.subarray(0, Math.floor(whole.length / 2)))
    }
    const result = await build('tensorrt-rtx', { tensorrtRtxPath: at('cut') })
    expect(result.code, story(result)).toBe(3)
    expect(JSON.stringify(result.document.findings)).toContain(at('cut'))
  })

  it('build without --backend needs one that makes engines: 3', async () => {
    const result = await told(['build', model('small.onnx'), '-o', at('x.engine')], { entry: bare, env: noPython })
    expect(result.code, story(result)).toBe(3)
    expect(result.codes).toContain('BACKEND_MISSING')
  })

  it('run without --backend takes ONNX Runtime and says so', async () => {
    const result = await told(['run', model('small.onnx'), '--inputs', model('inputs.npz'), '--expect', model('right.npz'), '--out', at('chosen')], {
      entry: bare,
      env: noPython,
    })
    expect(result.code, story(result)).toBe(0)
    expect(result.document.findings.find(({ code }) => code === 'BACKEND_CHOSEN')?.message).toMatch(/onnx ?runtime/i)
  })
})

describe('no addon', () => {
  it('doctor and a run say so with 3', async () => {
    const entry = cloneWithout(at('no-addon'), ['native'])
    const doctor = await told(['doctor'], { entry })
    expect(doctor.code, story(doctor)).toBe(3)
    expect(doctor.codes).toContain('ADDON_MISSING')
    const build = await told(['build', model('small.onnx'), '-o', at('x.engine'), '--backend', 'tensorrt-rtx'], { entry })
    expect(build.code, story(build)).toBe(3)
  })
})

describe('settings', () => {
  it("are the app's own; a broken file is no reason to stop", async () => {
    fs.writeFileSync(path.join(dataFolder(), 'settings.json'), '{ not json')
    const result = await told(['inspect', model('small.onnx')])
    fs.rmSync(path.join(dataFolder(), 'settings.json'))
    expect(result.code, story(result)).toBe(0)
  })
})
