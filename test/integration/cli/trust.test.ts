import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isolation } from '../../../electron/core/trust/isolation'
import { at, dataFolder, python, told, type Told } from './harness'

// What a call trusts: by its flags alone, for one content, and never further than it says.

const fixtures = at('test', 'fixtures')
const seenSchema = z.object({ home: z.string(), tmp: z.string(), network: z.boolean() })
let folder = ''
let server: net.Server
const file = (...names: string[]): string => path.join(folder, ...names)
const story = ({ code, document }: Told): string => `${code}: ${document.findings.map((finding) => `${finding.code} ${finding.message}`).join('\n')}`

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-trust-'))
  server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  // Not in sync: the server must be able to answer.
  execFileSync(python, [path.join(fixtures, 'trust', 'make_models.py'), folder, String(port)])
}, 60_000)
beforeEach(() => {
  for (const name of ['out.onnx', 'probe.json', 'legacy.json']) fs.rmSync(file(name), { force: true })
})
afterAll(() => {
  server.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

async function hashOf(name: string): Promise<string> {
  const { document } = await told(['inspect', file(name)])
  return document.sha256 ?? ''
}
const convert = (name: string, project: string, ...flags: string[]): Promise<Told> =>
  told([
    ...['convert', file(name), '--to', 'onnx', '-o', file('out.onnx'), '--exporter', 'torchscript'],
    ...['--input', 'x:float32:2x4', '--project', path.join(fixtures, project), ...flags],
  ])

describe.runIf(fs.existsSync(python))('trust', { timeout: 120_000 }, () => {
  const names = ['nets.Affine', 'torch.nn.modules.linear.Linear']

  it('is nothing without a flag: names are refused and told', async () => {
    const result = await convert('whole.pt', 'python')
    expect(result.code, story(result)).toBe(2)
    const refusal = result.document.findings.find((finding) => finding.code === 'LOAD_UNSAFE_GLOBALS' && finding.severity === 'error')
    expect(refusal?.evidence['names']).toEqual(names)
    expect(refusal?.remedy).toContain('--allow-listed')
    expect(fs.existsSync(file('out.onnx'))).toBe(false)
  })

  it('of one name leaves the other refused; of both it loads', async () => {
    const one = await convert('whole.pt', 'python', '--allow-global', 'nets.Affine')
    expect(one.code, story(one)).toBe(2)
    expect(one.document.findings.find((finding) => finding.severity === 'error')?.evidence['names']).toEqual([names[1]])
    const both = await convert('whole.pt', 'python', ...names.flatMap((name) => ['--allow-global', name]))
    expect(both.code, story(both)).toBe(0)
    expect(both.codes).toContain('LOAD_NAMES_ALLOWED')
    expect(both.codes).not.toContain('LOAD_UNSAFE_GLOBALS')
  })

  it('of all listed names is for exactly one content', async () => {
    const sha256 = await hashOf('whole.pt')
    const other = await convert('whole.pt', 'python', '--allow-listed', 'f'.repeat(64))
    expect(other.code, story(other)).toBe(2)
    const right = await convert('whole.pt', 'python', '--allow-listed', sha256.toUpperCase())
    expect(right.code, story(right)).toBe(0)
    const looked = await told(['inspect', file('whole.pt'), '--allow-listed', sha256, '--project', path.join(fixtures, 'python')])
    expect(looked.code, story(looked)).toBe(0)
    expect(looked.document.facts?.['class']).toBe('nets:Affine')
    expect(looked.document.pickle?.origins?.map(({ package: root, known }) => `${root} ${known}`)).toEqual(['nets unknown', 'torch torch'])
  })

  it('cannot be given by the environment, by what a window remembers, or by a recipe', async () => {
    const sha256 = await hashOf('whole.pt')
    const decisions = [{ sha256, kind: 'names', names, file: 'whole.pt', at: '2026-01-01T00:00:00.000Z', run: null }]
    fs.writeFileSync(path.join(dataFolder(), 'trust.json'), JSON.stringify({ version: 1, decisions }))
    const env = { TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD: '1', ENGINESMITH_TRUST_ONCE: sha256 }
    const result = await told(['run', file('whole.pt'), '--out', file('run'), '--input', 'x:float32:2x4', '--project', path.join(fixtures, 'python')], { env })
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).toContain('LOAD_UNSAFE_GLOBALS')
    fs.writeFileSync(file('recipe.json'), JSON.stringify({ version: 1, load: { allowGlobals: names } }))
    const byRecipe = await told(['run', file('whole.pt'), '--out', file('run2'), '--recipe', file('recipe.json')])
    expect(byRecipe.codes).toContain('RECIPE_INVALID')
    fs.rmSync(path.join(dataFolder(), 'trust.json'))
  })

  it('in an old whole module cannot be by names; once, it is loaded apart from home and network', async () => {
    const sha256 = await hashOf('legacy.pt')
    const listed = await convert('legacy.pt', 'trust', '--allow-listed', sha256)
    expect(listed.code, story(listed)).toBe(2)
    expect(listed.codes).toContain('LOAD_LEGACY_MODULE')
    expect(fs.existsSync(file('legacy.json'))).toBe(false)
    const once = await convert('legacy.pt', 'trust', '--trust-once', sha256)
    expect(once.code, story(once)).toBe(0)
    expect(once.codes).toContain('LOAD_TRUSTED_ONCE')
    const seen = seenSchema.parse(JSON.parse(fs.readFileSync(file('legacy.json'), 'utf8')))
    expect(seen.home).toContain('enginesmith-trusted-')
    expect(seen.home).not.toBe(os.homedir())
    expect(seen.tmp === '' || seen.tmp === seen.home).toBe(true)
    const { isolated } = await isolation()
    expect(seen.network).toBe(!isolated)
    expect(once.codes.includes('LOAD_NOT_ISOLATED')).toBe(!isolated)
    // Thrown away with all that it left.
    expect(fs.existsSync(seen.home)).toBe(false)
  })

  it('by names loads in the ordinary worker, with the network that the proof above lacks', async () => {
    const result = await convert('probe.pt', 'trust', '--allow-listed', await hashOf('probe.pt'))
    expect(result.code, story(result)).toBe(0)
    expect(seenSchema.parse(JSON.parse(fs.readFileSync(file('probe.json'), 'utf8'))).network).toBe(true)
  })

  it('takes names and hashes alone', async () => {
    for (const flags of [
      ['--allow-global', 'x'],
      ['--allow-listed', 'abc'],
      ['--trust-once', ''],
    ]) {
      const result = await told(['inspect', file('whole.pt'), ...flags])
      expect(result.code, story(result)).toBe(2)
      expect(result.codes).toEqual(['USAGE'])
    }
  })

  it('names what the file says it was saved with where it is not here', async () => {
    const result = await convert('lightning.ckpt', 'python', '--model', 'nets:Affine')
    expect(result.code, story(result)).toBe(0)
    const finding = result.document.findings.find((one) => one.code === 'ENVIRONMENT_DIFFERS')
    expect(finding?.evidence['differences']).toEqual([{ name: 'pytorch-lightning', made: '2.4.0', here: 'none' }])
  })
})

// A whole checkpoint of YOLO's own, as everybody has one: needs the real package, which no other test does.
const yolo = process.env['ENGINESMITH_TEST_ULTRALYTICS'] ?? at('.cache', 'ultralytics')
describe.runIf(fs.existsSync(path.join(yolo, 'ultralytics')))(`a YOLO checkpoint (needs ultralytics in ${yolo})`, { timeout: 180_000 }, () => {
  it('names fifteen globals, and loads when they are allowed', async () => {
    const make = `import sys; sys.path.insert(0, sys.argv[1])
import torch
from ultralytics.nn.tasks import DetectionModel
torch.save({'model': DetectionModel('yolov8n.yaml', verbose=False), 'epoch': -1}, sys.argv[2])`
    execFileSync(python, ['-c', make, yolo, file('yolo.pt')], { env: { ...process.env, YOLO_CONFIG_DIR: folder, HOME: folder }, stdio: 'ignore' })
    const refused = await told(['run', file('yolo.pt'), '--out', file('yolo'), '--input', 'images:float32:1x3x64x64', '--project', yolo])
    expect(refused.code).toBe(2)
    const names = refused.document.findings.find((finding) => finding.severity === 'error')?.evidence['names']
    expect(names).toHaveLength(15)
    expect(names).toContain('ultralytics.nn.tasks.DetectionModel')
    const input = ['--input', 'images:float32:1x3x64x64', '--project', yolo]
    const allowed = await told(
      ['convert', file('yolo.pt'), '--to', 'onnx', '-o', file('out.onnx'), '--exporter', 'torchscript', ...input, '--allow-listed', await hashOf('yolo.pt')],
      { env: { HOME: folder } },
    )
    expect(allowed.code, story(allowed)).toBe(0)
  })
})

describe.runIf(fs.existsSync(python))('a recipe that names a class', { timeout: 120_000 }, () => {
  const code = (name: string): string => file('code', name)
  const foreign = async (out: string, ...flags: string[]): Promise<Told> =>
    told(['run', file('weights.pt'), '--out', file(out), '--up-to', 'load', '--recipe', file('foreign.json'), ...flags], {
      env: { ENGINESMITH_DATA: file('foreign-data') },
    })
  beforeAll(() => {
    fs.mkdirSync(file('code'))
    fs.mkdirSync(file('elsewhere'))
    fs.mkdirSync(file('foreign-data'))
    fs.writeFileSync(code('outsider.py'), `import torch\nopen(${JSON.stringify(code('canary'))}, 'w').close()\nclass Net(torch.nn.Linear):\n    pass\n`)
    fs.writeFileSync(file('foreign-data', 'settings.json'), JSON.stringify({ project: file('code') }))
    fs.writeFileSync(
      file('foreign.json'),
      JSON.stringify({ load: { model: 'outsider:Net', modelArgs: [2, 3], inputs: [{ name: 'x', dtype: 'float32', shape: [1, 2] }] } }),
    )
    execFileSync(python, ['-c', 'import sys, torch; torch.save(torch.nn.Linear(2, 3).state_dict(), sys.argv[1])', file('weights.pt')])
  })

  it.each([[[]], [['--project', 'elsewhere']], [['--allow-class', 'outsider:Other']]])('is not imported by %j', async (flags) => {
    const given = flags.map((flag) => (flag === 'elsewhere' ? file('elsewhere') : flag))
    const run = await foreign(`foreign-${flags.length}${flags[1] ?? ''}`.replaceAll(':', ''), ...given)
    expect(run.code, story(run)).toBe(2)
    expect(run.codes).toContain('LOAD_CLASS_UNCONFIRMED')
    expect(run.document.findings.find(({ code: name }) => name === 'LOAD_CLASS_UNCONFIRMED')?.evidence).toMatchObject({ model: 'outsider:Net' })
    expect(fs.existsSync(code('canary'))).toBe(false)
  })

  it('is asked about by a batch before it runs, named with its flag, and done once the flag is given', async () => {
    const row = { path: file('weights.pt'), recipe: JSON.parse(fs.readFileSync(file('foreign.json'), 'utf8')) as unknown }
    fs.writeFileSync(file('foreign-plan.json'), JSON.stringify({ rows: [row] }))
    const batch = async (...flags: string[]): Promise<Told> =>
      told(['batch', '--plan', file('foreign-plan.json'), '--out', file('foreign-batch'), '--backend', 'onnxruntime', '--quiet', ...flags], {
        env: { ENGINESMITH_DATA: file('foreign-data') },
      })
    const refused = await batch()
    expect(refused.code, story(refused)).toBe(4)
    expect(fs.existsSync(code('canary'))).toBe(false)
    const asked = refused.document.findings.find(({ code: name }) => name === 'LOAD_CLASS_UNCONFIRMED')
    expect(asked?.remedy).toContain('--allow-class outsider:Net')
    expect(asked?.evidence).toMatchObject({ rows: 1, classes: ['outsider:Net'] })
    const allowed = await batch('--allow-class', 'outsider:Net')
    expect(allowed.code, story(allowed)).toBe(0)
    expect(allowed.document.counts).toMatchObject({ pass: 1, error: 0 })
    // Without the flag what was done stays done, and nothing is imported for it.
    fs.rmSync(code('canary'))
    const without = await batch()
    expect(without.code, story(without)).toBe(0)
    expect(fs.existsSync(code('canary'))).toBe(false)
    const planned = await told(['batch', file('weights.pt'), '--recipe', file('foreign.json'), '--plan', '--out', file('foreign-planned')])
    expect([planned.code, planned.codes], story(planned)).toEqual([0, ['LOAD_CLASS_UNCONFIRMED']])
  })

  it.each([[['--model', 'outsider:Net']], [['--allow-class', 'outsider:Net']], [['--project', 'code']]])('is imported by %j', async (flags) => {
    const given = flags.map((flag) => (flag === 'code' ? file('code') : flag))
    const run = await foreign(`own-${flags[0]}`, ...given)
    expect(run.code, story(run)).toBe(0)
    expect(fs.existsSync(code('canary'))).toBe(true)
  })
})
