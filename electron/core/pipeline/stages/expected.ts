import type { DType } from '../../../../contract/tensor'
import { EnginesmithError } from '../../errors'
import { readTensors, writeSafetensors, type Tensor } from '../../tensors'

const remedy = 'Save the right answers with numpy.savez(file, name=array, …), each under the name of its output.'

/**
 * The right answers of `--expect`, written as a tensor file under the outputs' names.
 * @throws EnginesmithError EXPECT_INVALID
 */
export async function readExpected(path: string, outputs: ReadonlyArray<{ name: string; dtype: DType }>, sets: number, out: string): Promise<string> {
  if (sets > 1) {
    throw new EnginesmithError(
      'EXPECT_INVALID',
      `Right answers belong to one set of inputs, but this run has ${sets}.`,
      'Run with one set of inputs (load.sets 1, or --inputs).',
      { path, sets },
    )
  }
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
  return out
}

/** A folder of ONNX test data whose files give no names has its answers in the order of the outputs. */
function inOrder(tensors: Map<string, Tensor>, outputs: readonly string[]): Map<string, Tensor> {
  const names = [...tensors.keys()]
  if (names.length !== outputs.length || names.some((name, index) => name !== `output_${index}` || outputs.includes(name))) return tensors
  return new Map([...tensors.values()].map((tensor, index) => [outputs[index] ?? '', tensor]))
}
