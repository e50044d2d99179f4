import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTensors, toNumbers } from '../../../electron/core/tensors'
import { at, python, story, temporary, told, type Told } from './harness'

/** Sample inputs of every kind, by the command line, through the real workers. */
const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
const given = (name: string): string => path.join(folder, name)
const onnx = at('resources', 'samples', 'shapes.onnx')
const load = (out: string, ...flags: string[]): Promise<Told> => told(['run', onnx, '--out', given(out), '--up-to', 'load', ...flags])

beforeAll(() => {
  execFileSync(python, [
    '-c',
    `
import sys, os, numpy, torch
from PIL import Image
os.chdir(sys.argv[1]); os.mkdir('pictures')
for index in range(6):
    Image.new('RGB', (40, 30), (index * 40,) * 3).save(f'pictures/{index}.png')
open('pictures/notes.txt', 'w').write('no image')
x = numpy.full((3, 1, 32, 32), 0.25)
numpy.save('x.npy', x); torch.save(torch.from_numpy(x), 'x.pt'); torch.save({'image': torch.from_numpy(x)}, 'named.pt')
torch.save({'image': torch.nn.Linear(1, 1)}, 'module.pt')
open('pictures.txt', 'w').write('no arrays')
`,
    folder,
  ])
})

async function sets(run: Told): Promise<number[][][]> {
  const artifacts = (run.document.artifacts ?? []).filter(({ kind }) => kind === 'tensors').map((artifact) => artifact.path)
  const inputs = artifacts.filter((file) => path.basename(file).startsWith('inputs')).sort()
  return Promise.all(
    inputs.map(async (file) => {
      const [tensor] = [...(await readTensors(file)).values()]
      const shape = tensor?.shape ?? []
      const values = [...toNumbers(tensor!)]
      const each = values.length / (shape[0] ?? 1)
      return Array.from({ length: shape[0] ?? 0 }, (_, index) => [values[index * each] ?? Number.NaN])
    }),
  )
}

describe('--inputs', () => {
  it.each(['x.npy', 'x.pt', 'named.pt'])('takes %s', async (name) => {
    const run = await load(`run-${name}`, '--inputs', given(name))
    expect(run.code, story(run)).toBe(0)
    expect(await sets(run)).toEqual([[[0.25], [0.25], [0.25]]])
  })

  it('takes a folder of images as several sets, says what was done with them, and goes by their content', async () => {
    const flags = ['--inputs', given('pictures'), '--scale', '1', '--mean', '100', '--std', '2', '--shapes', 'image:1x1x32x32/4x1x32x32/8x1x32x32']
    const run = await load('images', ...flags)
    expect(run.code, story(run)).toBe(0)
    const gray = (...indices: number[]): number[][] => indices.map((index) => [(index * 40 - 100) / 2])
    expect(await sets(run)).toEqual([gray(0, 1, 2, 3), gray(4, 5, 0, 1)])
    const { cards, recipe } = JSON.parse(fs.readFileSync(path.join(given('images'), 'run.json'), 'utf8')) as {
      cards: { load: { sets: number; images: unknown } }
      recipe: { load: { preprocess: unknown } }
    }
    const resolved = { input: 'image', size: [32, 32], layout: 'NCHW', color: 'gray', scale: 1, mean: [100], std: [2], resize: 'stretch' }
    expect(cards.load).toMatchObject({ sets: 2, images: { preprocess: resolved, images: 6, statistics: [{ channel: 'gray', min: -50, max: 50 }] } })
    expect(recipe.load.preprocess).toMatchObject({ input: null, scale: 1, mean: [100] })
    expect((await load('images', ...flags)).document.stages?.load.state).toBe('cached')
    fs.appendFileSync(path.join(given('pictures'), '0.png'), 'x')
    expect((await load('images', ...flags)).document.stages?.load.state).toBe('completed')
  })

  it('compares all sets of a folder in one row a hop', async () => {
    const samples = at('resources', 'samples')
    const model = ['--model', 'shapes:ShapesNet', '--project', samples, '--input', 'image:float32:Nx1x32x32', '--inputs', given('pictures')]
    const run = await told(['run', path.join(samples, 'shapes.pt'), '--out', given('compared'), '--backend', 'onnxruntime', ...model])
    expect(run.code, story(run)).toBe(0)
    const rows = run.document.comparisons ?? []
    expect(rows.map(({ hop }) => hop)).toEqual(['pytorch-onnx'])
    // Two sets of four images with six scores each.
    expect(rows.map(({ compared }) => compared)).toEqual([48])
  })

  it('gives an image to the input that takes one, and seeded values within their ranges to the rest', async () => {
    const two = given('two.onnx')
    execFileSync(python, [
      '-c',
      `
import sys, onnx
from onnx import helper, TensorProto as T
inputs = [helper.make_tensor_value_info('ids', T.INT64, [5]), helper.make_tensor_value_info('picture', T.UINT8, [1, 8, 8, 3])]
outputs = [helper.make_tensor_value_info('a', T.INT64, [5]), helper.make_tensor_value_info('b', T.UINT8, [1, 8, 8, 3])]
nodes = [helper.make_node('Identity', ['ids'], ['a']), helper.make_node('Identity', ['picture'], ['b'])]
onnx.save(helper.make_model(helper.make_graph(nodes, 'g', inputs, outputs), opset_imports=[helper.make_opsetid('', 17)], ir_version=8), sys.argv[1])
`,
      two,
    ])
    const run = await told(['run', two, '--out', given('two'), '--up-to', 'load', '--inputs', path.join(given('pictures'), '2.png'), '--range', 'ids:7..9'])
    expect(run.code, story(run)).toBe(0)
    const [file] = (run.document.artifacts ?? []).map((artifact) => artifact.path).filter((each) => path.basename(each).startsWith('inputs'))
    const tensors = await readTensors(file ?? '')
    expect(new Set(toNumbers(tensors.get('picture')!))).toEqual(new Set([80]))
    expect([...toNumbers(tensors.get('ids')!)].every((id) => id >= 7 && id <= 9)).toBe(true)
  })

  it.each([
    ['module.pt', [], 'INPUTS_INVALID'],
    ['pictures.txt', [], 'INPUTS_INVALID'],
    ['pictures', ['--image-input', 'y'], 'INPUTS_INVALID'],
    ['pictures', ['--image-size', '9x9'], 'SHAPE_CONTRADICTS_MODEL'],
    ['pictures', ['--mean', '1,2'], 'INPUTS_INVALID'],
    ['x.npy', ['--range', 'y:0..1'], 'INPUTS_INVALID'],
  ])('refuses %s %j as %s', async (name, flags, code) => {
    const run = await load(`refused-${name}-${flags.length}${flags[0] ?? ''}`, '--inputs', given(name), ...flags)
    expect(run.code).toBe(2)
    expect(run.codes, story(run)).toContain(code)
  })
})
