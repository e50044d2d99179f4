import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preprocessSchema, type SamplePreview } from '../../../contract/preprocess'
import type { RunSnapshot } from '../../../contract/run'
import { EnginesmithError } from '../errors'
import { toNumbers, type Tensor } from '../tensors'
import { readGiven, type SampleReaders } from './given'
import { imageInput } from './image-input'
import { imageFiles } from './images'
import { planInputs } from './plan'

/** Enough for a look; all of them are read when Load runs. */
const looked = 16
const thumbnails = 8

type Previewed = Pick<RunSnapshot, 'input' | 'cards' | 'recipe'>

/**
 * What the recipe's file or folder of inputs comes to, before anything runs.
 * @throws EnginesmithError INPUTS_INVALID, INPUTS_UNKNOWN, and as planning and reading do
 */
export async function previewSample(run: Previewed, readers: SampleReaders): Promise<SamplePreview> {
  const { inputsFile } = run.recipe.load
  if (inputsFile === null) throw new EnginesmithError('INPUTS_INVALID', 'No file of inputs is chosen.', 'Choose arrays, an image or a folder of images.')
  const images = await imageFiles(inputsFile)
  if (images.length > 0) return previewImages(run, images, readers)
  const scratch = await mkdtemp(join(tmpdir(), 'enginesmith-preview-'))
  try {
    const arrays = await readGiven(inputsFile, scratch, readers)
    return { kind: 'arrays', arrays: [...arrays].map(([name, tensor]) => ({ name, dtype: tensor.dtype, shape: [...tensor.shape], ...valuesOf(tensor) })) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function previewImages({ input, cards, recipe }: Previewed, images: string[], { pythons, call }: SampleReaders): Promise<SamplePreview> {
  const { load, build } = recipe
  // What Load found holds only as long as nobody states other inputs.
  const signature = input.signature ?? (load.inputs.length > 0 ? null : (cards.load?.signature ?? null))
  const plan = planInputs({ signature, load, profiles: build.profiles, keepNames: input.format === 'onnx' })
  const worker = await pythons.managed()
  const { preprocess, dtype, batch } = await imageInput(plan, load.preprocess ?? preprocessSchema.parse({}), build.profiles[0], async () => {
    const { height, width } = await worker.call('image_size', { path: images[0] ?? '' }, call)
    return [height, width]
  })
  const files = images.slice(0, looked)
  const told = await worker.call('read_images', { files, preprocess, dtype, batch, outs: [], thumbnails }, call)
  return { kind: 'images', images: images.length, looked: files.length, preprocess, statistics: told.statistics, thumbnails: told.thumbnails }
}

function valuesOf(tensor: Tensor): { min: number | null; max: number | null; mean: number | null } {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0]
  for (const value of toNumbers(tensor)) {
    if (!Number.isFinite(value)) continue
    min = Math.min(min, value)
    max = Math.max(max, value)
    sum += value
    count++
  }
  return count === 0 ? { min: null, max: null, mean: null } : { min, max, mean: sum / count }
}
