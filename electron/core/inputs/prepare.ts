import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Finding } from '../../../contract/finding'
import { preprocessSchema, type ImagesCard } from '../../../contract/preprocess'
import type { LoadOptions } from '../../../contract/recipe'
import { makeFinding } from '../errors'
import { readSafetensors, testDataSets, writeSafetensors } from '../tensors'
import { readGiven, type SampleReaders } from './given'
import { imageInput } from './image-input'
import { imageFiles } from './images'
import { planInputs, type InputPlan, type PlanRequest } from './plan'
import { makeSample, makeSamples, maxSets } from './sample'

/** The sample inputs of a run: what was planned, one file a set, and what images came to. */
export interface Prepared {
  plan: InputPlan
  files: string[]
  images: ImagesCard | null
  /** Names of the folders of test data that the sets are of, where they are. */
  dataSets?: string[]
  findings: Finding[]
}

type Request = Omit<PlanRequest, 'arrays' | 'load'> & { load: LoadOptions }

/**
 * Plans the inputs and writes each sample set as `inputs-N.safetensors` into `folder`.
 * @throws EnginesmithError as `planInputs`, reading what was given, and writing do
 */
export async function prepareInputs(request: Request, folder: string, readers: SampleReaders): Promise<Prepared> {
  const { inputsFile } = request.load
  const dataSets = inputsFile === null ? [] : await testDataSets(inputsFile)
  if (dataSets.length > 0) return fromTestData(request, dataSets, folder, readers)
  const images = inputsFile === null ? [] : await imageFiles(inputsFile).catch(() => [])
  if (images.length > 0) return fromImages(request, images, folder, readers)
  const plan = planInputs({ ...request, arrays: inputsFile === null ? null : await readGiven(inputsFile, folder, readers) })
  const files: string[] = []
  for (const [index, sample] of makeSamples(plan, request.load).entries()) {
    const file = setFile(folder, index)
    await writeSafetensors(file, sample)
    files.push(file)
  }
  return { plan, files, images: null, findings: [] }
}

/** A set for each folder of test data that is like the first; profiles and engine are of one set of shapes. */
async function fromTestData(request: Request, all: string[], folder: string, readers: SampleReaders): Promise<Prepared> {
  const files: string[] = []
  const dataSets: string[] = []
  let first: InputPlan | null = null
  for (const path of all.slice(0, maxSets)) {
    const plan = planInputs({ ...request, arrays: await readGiven(path, folder, readers) })
    first ??= plan
    if (plan.arrays === null || !isDeepStrictEqual(plan.sample, first.sample)) continue
    const file = setFile(folder, files.length)
    await writeSafetensors(file, plan.arrays)
    files.push(file)
    dataSets.push(basename(path))
  }
  if (first === null) throw new Error('There is no set of test data')
  const findings = files.length === all.length ? [] : [setsLeftOut(files.length, all.length)]
  return { plan: first, files, images: null, dataSets, findings }
}

function setsLeftOut(used: number, all: number): Finding {
  return makeFinding(
    'TEST_DATA_LEFT_OUT',
    'info',
    `The folder holds ${all} sets of test data; ${used} of them are the sample: those with the shapes of the first.`,
    'Run the others by themselves, with --inputs and --expect of their own.',
    { used, all },
  )
}

const setFile = (folder: string, index: number): string => join(folder, `inputs-${index}.safetensors`)

/** Sets of images for one input, and seeded values for the others; one set at a time is in memory. */
async function fromImages(request: Request, all: string[], folder: string, { pythons, call }: SampleReaders): Promise<Prepared> {
  const seeded = planInputs(request)
  const worker = await pythons.managed()
  const wished = request.load.preprocess ?? preprocessSchema.parse({})
  const { preprocess, dtype, batch } = await imageInput(seeded, wished, request.profiles[0], async () => {
    const { height, width } = await worker.call('image_size', { path: all[0] ?? '' }, call)
    return [height, width]
  })
  const images = all.slice(0, maxSets * (batch ?? 1))
  const sets = Math.ceil(images.length / (batch ?? 1))
  const outs = Array.from({ length: sets }, (_, index) => join(folder, `images-${index}.safetensors`))
  const { statistics } = await worker.call('read_images', { files: images, preprocess, dtype, batch, outs, thumbnails: 0 }, call)
  const files: string[] = []
  let plan = seeded
  for (const [index, out] of outs.entries()) {
    const file = setFile(folder, index)
    if (index === 0 || seeded.specs.length > 1) {
      // Every set has the shapes of the first: what holds for that one holds for all.
      const set = new Map([...makeSample(seeded, request.load.seed, index, preprocess.input), ...(await readSafetensors(out))])
      if (index === 0) plan = planInputs({ ...request, arrays: set })
      await writeSafetensors(file, set)
    } else await rename(out, file)
    files.push(file)
  }
  return {
    plan,
    files,
    images: { preprocess, images: images.length, statistics },
    findings: images.length === all.length ? [] : [leftOut(images.length, all.length)],
  }
}

function leftOut(used: number, all: number): Finding {
  return makeFinding(
    'INPUTS_LEFT_OUT',
    'info',
    `The folder holds ${all} images; the first ${used} of them are the sample.`,
    `A sample has at most ${maxSets} sets. Put the images that matter into a folder of their own.`,
    { used, all },
  )
}
