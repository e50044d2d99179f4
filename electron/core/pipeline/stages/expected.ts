import { basename } from 'node:path'
import type { DType } from '../../../../contract/tensor'
import { isFolder } from '../../disk'
import { EnginesmithError } from '../../errors'
import { readTensors, testDataSets, writeSafetensors, type Tensor } from '../../tensors'

const remedy = 'Save the right answers with numpy.savez(file, name=array, …), each under the name of its output.'

/** What the answers are to be answers of. */
export interface Asked {
  outputs: ReadonlyArray<{ name: string; dtype: DType }>
  /** How many sets of inputs the run has, and the folders of test data that they are of, where they are. */
  sets: number
  dataSets: readonly string[] | null
}

/**
 * The right answers of `--expect`, written as tensor files under the outputs' names: of a folder of several sets of ONNX
 * test data one for each of the run's, else one.
 * @throws EnginesmithError EXPECT_INVALID
 */
export async function readExpected(path: string, { outputs, sets, dataSets }: Asked, out: readonly string[]): Promise<string[]> {
  const folders = (await isFolder(path)) ? await testDataSets(path) : []
  if (folders.length === 0) refuseSeveral(path, sets)
  const sources = folders.length === 0 ? [path] : answersOf(path, folders, dataSets)
  for (const [index, source] of sources.entries()) await readOne(source, outputs, out[index] ?? '')
  return out.slice(0, sources.length)
}

/** The folder of answers for each set of inputs. */
function answersOf(path: string, folders: readonly string[], dataSets: readonly string[] | null): string[] {
  const found = (dataSets ?? []).flatMap((name) => folders.filter((folder) => basename(folder) === name))
  if (dataSets !== null && found.length === dataSets.length) return found
  const names = folders.map((folder) => basename(folder))
  throw new EnginesmithError(
    'EXPECT_INVALID',
    `${path} holds answers to ${names.join(', ')}, and the inputs of this run are ${dataSets?.join(', ') ?? 'others'}.`,
    'Give the same folder to --inputs, or one set alone to both.',
    { path, answers: names, inputs: [...(dataSets ?? [])] },
  )
}

function refuseSeveral(path: string, sets: number): void {
  if (sets > 1) {
    throw new EnginesmithError(
      'EXPECT_INVALID',
      `Right answers belong to one set of inputs, but this run has ${sets}.`,
      'Run with one set of inputs (load.sets 1, or --inputs).',
      { path, sets },
    )
  }
}

async function readOne(path: string, outputs: Asked['outputs'], out: string): Promise<void> {
  let tensors: Map<string, Tensor>
  try {
    tensors = await readTensors(path, 'output')
  } catch (error) {
    if (!(error instanceof EnginesmithError)) throw error
    throw new EnginesmithError('EXPECT_INVALID', `The right answers cannot be read: ${error.message}`, remedy, { path })
  }
  const known = outputs.map((output) => output.name)
  const [onlyName] = known
  tensors = inOrder(tensors, known)
  if (tensors.size === 1 && known.length === 1 && onlyName !== undefined) tensors = new Map([[onlyName, [...tensors.values()][0]!]])
  if (known.length > 0 && ![...tensors.keys()].some((name) => known.includes(name))) {
    throw new EnginesmithError(
      'EXPECT_INVALID',
      `${path} holds ${[...tensors.keys()].join(', ') || 'nothing'}, none of which is an output of the model (${known.join(', ')}).`,
      remedy,
      {
        path,
        arrays: [...tensors.keys()],
        outputs: known,
      },
    )
  }
  await writeSafetensors(out, tensors)
}

/** A folder of ONNX test data whose files give no names has its answers in the order of the outputs. */
function inOrder(tensors: Map<string, Tensor>, outputs: readonly string[]): Map<string, Tensor> {
  const names = [...tensors.keys()]
  if (names.length !== outputs.length || names.some((name, index) => name !== `output_${index}` || outputs.includes(name))) return tensors
  return new Map([...tensors.values()].map((tensor, index) => [outputs[index] ?? '', tensor]))
}
