import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import { z } from 'zod'
import type { ModelFile } from '../../../contract/run'
import { testDataFiles, testDataSets } from '../tensors'
import type { FoundFile } from './discover'

/** What lies beside a model and belongs to it. */
export interface Companions {
  /** Weights: external data of an ONNX file, shards of an index. */
  weights: string[]
  inputs: string | null
  expect: string | null
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) })
const maxIndexBytes = 64 * 1024 * 1024
const arrayEndings = ['npz', 'npy', 'safetensors'] as const

/**
 * Inputs and answers by name: `NAME.inputs.npz` and `NAME.expect.npz` beside `NAME.onnx`; or, as ONNX's own backend tests
 * keep them, the folders `test_data_set_N` beside the only ONNX file of its folder.
 */
export async function companionsOf(model: ModelFile, siblings: ReadonlyMap<string, ModelFile | null>): Promise<Companions> {
  const folder = dirname(model.path)
  const stem = basename(model.path).replace(/\.[^.]+$/, '')
  const beside = (role: 'inputs' | 'expect'): string | null =>
    arrayEndings.map((ending) => join(folder, `${stem}.${role}.${ending}`)).find((path) => siblings.has(path)) ?? null
  let inputs = beside('inputs')
  let expect = beside('expect')
  if (model.format === 'onnx' && (inputs === null || expect === null) && (await isOnlyOnnx(model, siblings))) {
    const sets = await testDataSets(folder)
    // Several sets are given by the folder that they lie in.
    if (inputs === null && expect === null && sets.length > 1 && (await isAnswered(sets)))
      return { weights: externalData(model), inputs: folder, expect: folder }
    const data = join(folder, 'test_data_set_0')
    const names = await readdir(data).catch((): string[] => [])
    if (inputs === null && names.includes('input_0.pb')) inputs = data
    if (expect === null && names.includes('output_0.pb')) expect = data
  }
  return { weights: externalData(model), inputs, expect }
}

const isAnswered = async ([first = '']: string[]): Promise<boolean> => (await testDataFiles(first, 'output')).length > 0

async function isOnlyOnnx(model: ModelFile, siblings: ReadonlyMap<string, ModelFile | null>): Promise<boolean> {
  const folder = dirname(model.path)
  for (const [path, described] of siblings) if (path !== model.path && dirname(path) === folder && described?.format === 'onnx') return false
  return stat(join(folder, 'test_data_set_0')).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** Files of test data: inputs and answers, never models. */
export function isTestData(path: string): boolean {
  return /^test_data_set_\d+$/.test(basename(dirname(path))) && /^(input|output)_\d+\.pb$/.test(basename(path))
}

/** Arrays by the naming above, whose model is among the files. */
export function isArrayCompanion(path: string, stems: ReadonlySet<string>): boolean {
  const match = /^(.*)\.(inputs|expect)\.(npz|npy|safetensors)$/.exec(path)
  return match !== null && stems.has(match[1] ?? '')
}

function externalData(model: ModelFile): string[] {
  const said = model.facts['externalData']
  if (model.format !== 'onnx' || said === undefined) return []
  return said.split(', ').map((location) => normalize(join(dirname(model.path), location.replaceAll('\\', '/'))))
}

/** The files that an index of shards (`model.safetensors.index.json`) names; null where it is none. */
export async function shardsOf(file: FoundFile): Promise<string[] | null> {
  if (!file.path.endsWith('.index.json') || file.bytes > maxIndexBytes) return null
  try {
    const { weight_map: map } = indexSchema.parse(JSON.parse(await readFile(file.path, 'utf8')))
    const names = [...new Set(Object.values(map))].sort()
    // A name that leads out of the folder is no shard of this index.
    if (names.length === 0 || names.some((name) => basename(name) !== name)) return null
    return names.map((name) => join(dirname(file.path), name))
  } catch {
    return null
  }
}
