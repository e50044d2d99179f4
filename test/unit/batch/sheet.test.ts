import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SheetRow } from '../../../contract/batch'
import { recipeSchema } from '../../../contract/recipe'
import { discover } from '../../../electron/core/batch/discover'
import { openEstimates } from '../../../electron/core/batch/estimate'
import { planOf, readPlan, writePlan } from '../../../electron/core/batch/plan-file'
import { rowKey } from '../../../electron/core/batch/row-recipe'
import { makeSheet, settle, sheetOfPlan, type SheetContext } from '../../../electron/core/batch/sheet'
import { describeFile } from '../../../electron/core/formats'
import { fromNumbers, writeNpz, writeSafetensors } from '../../../electron/core/tensors'
import { classDigest } from '../../../electron/core/trust/model-class'
import { createTrustStore } from '../../../electron/core/trust/store'

const fixtures = path.join(import.meta.dirname, '..', '..', 'fixtures', 'files')
const common = recipeSchema.parse({})
let folder = ''
let context: SheetContext
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-sheet-'))
  const data = path.join(folder, 'data')
  context = {
    describe: describeFile,
    trust: createTrustStore(data, true),
    estimates: openEstimates(data),
    backend: (recipe) => recipe.build.backend ?? 'onnxruntime',
  }
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

const at = (...parts: string[]): string => path.join(folder, 'models', ...parts)
function put(name: string, ...parts: string[]): string {
  fs.mkdirSync(path.dirname(at(...parts)), { recursive: true })
  fs.copyFileSync(path.join(fixtures, name), at(...parts))
  return at(...parts)
}
const sheet = async (): Promise<SheetRow[]> => makeSheet(await discover([at()]), common, context)
const brief = (rows: SheetRow[]): string[] =>
  rows.map((row) => `${row.name}: ${row.model ? row.format : 'no model'}${row.files.map((file) => ` + ${path.basename(file)}`).join('')}`)

describe('the plan sheet', () => {
  it('keeps external data with its model, also where it could be taken for something else', async () => {
    put('net-external.onnx', 'a', 'net-external.onnx')
    put('net-external.onnx.data', 'a', 'net-external.onnx.data')
    put('net.onnx', 'net.onnx')
    expect(brief(await sheet())).toEqual(['a/net-external.onnx: onnx + net-external.onnx.data', 'net.onnx: onnx'])
  })

  it('keeps the shards of an index together in one row, and other files of the folder apart', async () => {
    const weight = fromNumbers('float32', [2], [1, 2])
    fs.mkdirSync(at(), { recursive: true })
    for (const [file, name] of [
      ['model-00001-of-00002.safetensors', 'a'],
      ['model-00002-of-00002.safetensors', 'b'],
      ['other.safetensors', 'c'],
    ] as const)
      await writeSafetensors(at(file), new Map([[name, weight]]))
    const map = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' }
    fs.writeFileSync(at('model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 16 }, weight_map: map }))
    const rows = await sheet()
    expect(rows).toHaveLength(2)
    expect(rows.filter((row) => row.model)).toHaveLength(2)
    const [index] = rows.filter((row) => row.files.length > 0)
    const own = [index?.path, ...(index?.files ?? [])].map((file) => path.basename(file ?? '')).sort()
    expect(own).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'])
    // Names that lead out of the folder are no shards.
    fs.writeFileSync(at('model.safetensors.index.json'), JSON.stringify({ weight_map: { a: '../models/other.safetensors' } }))
    expect((await sheet()).filter((row) => row.format === 'safetensors').every((row) => row.files.length === 0)).toBe(true)
  })

  it('shows the same content once with its other places, and two with other answers as two', async () => {
    put('net.onnx', 'a.onnx')
    put('net.onnx', 'copies', 'b.onnx')
    put('net.onnx', 'c.onnx')
    await writeNpz(at('c.expect.npz'), new Map([['y', fromNumbers('float32', [1], [1])]]))
    const rows = await sheet()
    expect(rows.map((row) => [row.name, row.duplicates.map((file) => path.basename(file)), row.expect === null])).toEqual([
      ['a.onnx', ['b.onnx'], true],
      ['c.onnx', [], false],
    ])
  })

  it('takes inputs and answers that lie beside a model by their names, and names what is no model', async () => {
    put('net.onnx', 'net.onnx')
    put('one.npy', 'net.inputs.npy')
    put('net.onnx', 'tests', 'model.onnx')
    for (const n of [0, 1]) for (const role of ['input', 'output']) put('one.npy', 'tests', `test_data_set_${n}`, `${role}_0.pb`)
    fs.writeFileSync(at('readme.txt'), 'hello')
    const rows = await sheet()
    expect(rows.find((row) => row.name === 'net.onnx')).toMatchObject({ inputs: at('net.inputs.npy'), expect: null })
    // Several sets are given by the folder that they lie in.
    expect(rows.find((row) => row.name === 'tests/model.onnx')).toMatchObject({ inputs: at('tests'), expect: at('tests') })
    const [stranger, ...others] = rows.filter((row) => !row.model)
    expect(others).toEqual([])
    expect(stranger).toMatchObject({ name: 'readme.txt', format: 'unknown' })
    expect(stranger?.findings.length).toBeGreaterThan(0)
    fs.rmSync(at('tests', 'test_data_set_1'), { recursive: true })
    expect((await sheet()).find((row) => row.name === 'tests/model.onnx')).toMatchObject({ inputs: at('tests', 'test_data_set_0') })
  })

  it('says what a row needs, until its recipe says it', async () => {
    put('state-dict.pt', 'net.pt')
    put('pickled-module.pt', 'module.pt')
    const needs = (rows: SheetRow[]): Array<[string, string[]]> => rows.map((row) => [row.name, row.needs])
    expect(needs(await sheet())).toEqual([
      ['module.pt', ['trust', 'inputs']],
      ['net.pt', ['class', 'inputs']],
    ])
    const said = recipeSchema.parse({ load: { model: 'm:Net', inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4] }] } })
    const rows = await sheetOfPlan([{ path: at('net.pt'), recipe: said, inputs: null, expect: null, excluded: false, minutes: null }], common, context)
    expect(needs(rows)).toEqual([['net.pt', ['confirm']]])
  })

  it('asks about a class that nobody has confirmed, until somebody does and again when it is taken back', async () => {
    put('state-dict.pt', 'net.pt')
    put('net.onnx', 'net.onnx')
    const named = recipeSchema.parse({ load: { model: 'm:Net', modelArgs: { n: 3 }, inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4] }] } })
    const plan = ['net.pt', 'net.onnx'].map((name) => ({ path: at(name), recipe: named, inputs: null, expect: null, excluded: false, minutes: null }))
    const [first, onnx] = await sheetOfPlan(plan, common, context)
    if (first === undefined || onnx === undefined) throw new Error('two rows were planned')
    expect([first.needs, onnx.needs]).toEqual([['confirm'], []])
    const nothing = { python: null, pythonPath: null, torch: null, cuda: null, driver: null, tensorrt: null, tensorrtRtx: null, onnxruntime: null }
    const environment = { app: '1', platform: 'linux', node: '20', electron: null, ...nothing, gpus: [], packages: {} }
    const refused = await rowKey(first, named, environment)
    await context.trust.confirmClass(named.load)
    const settled = settle(first, common, context)
    expect(settled.needs).toEqual([])
    // What was refused for its class alone is to be done again.
    expect(await rowKey(settled, named, environment)).not.toBe(refused)
    expect(settle({ ...first, recipe: { ...named, load: { ...named.load, modelArgs: { n: 4 } } } }, common, context).needs).toEqual(['confirm'])
    await context.trust.revoke(classDigest(named.load))
    expect(settle(settled, common, context).needs).toEqual(['confirm'])
    // A model by name imports nothing of the recipe's choosing.
    expect(settle({ ...first, recipe: { ...named, load: { ...named.load, model: 'torchvision:resnet18' } } }, common, context).needs).toEqual([])
  })
})

describe('a plan file', () => {
  it('comes back as it was written, its paths from its own folder', async () => {
    put('net.onnx', 'net.onnx')
    put('one.npy', 'net.inputs.npy')
    const rows = await sheet()
    const head = { name: 'mine', recipe: common, limits: { jobs: 2, memory: null, rowMinutes: null } }
    await writePlan(at('plan.json'), head, rows)
    expect(planOf(head, rows, at()).rows).toEqual([{ path: 'net.onnx', inputs: 'net.inputs.npy', expect: null, recipe: null, excluded: false, minutes: null }])
    const moved = path.join(folder, 'moved')
    fs.renameSync(at(), moved)
    const plan = await readPlan(path.join(moved, 'plan.json'))
    expect(plan).toMatchObject({
      name: 'mine',
      limits: { jobs: 2 },
      rows: [{ path: path.join(moved, 'net.onnx'), inputs: path.join(moved, 'net.inputs.npy') }],
    })
  })
})
