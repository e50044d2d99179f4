import type { ImageColor, Preprocess, Preprocessed } from '../../../contract/preprocess'
import type { DType, Profile } from '../../../contract/tensor'
import { EnginesmithError } from '../errors'
import { isFloat } from '../tensors'
import type { InputPlan, PlannedInput } from './plan'

/** An input that takes images, with nothing left open about how. */
export interface ImageInput {
  preprocess: Preprocessed
  dtype: DType
  /** Images to a set; null for an input without a batch. */
  batch: number | null
}

interface Axes {
  channel: number
  height: number
  width: number
}

const colorOf: Record<number, ImageColor> = { 1: 'gray', 3: 'RGB' }
const countOf: Record<ImageColor, number> = { gray: 1, RGB: 3, BGR: 3 }

/**
 * Brings a model's inputs and the wished preprocessing together.
 * @param profile the first one as the recipe states it: sizes that vary run at its optimum
 * @param own size of the first image, for sizes that nobody states
 * @throws EnginesmithError INPUTS_INVALID, SHAPE_CONTRADICTS_MODEL
 */
export async function imageInput(plan: InputPlan, wished: Preprocess, profile: Profile | undefined, own: () => Promise<[number, number]>): Promise<ImageInput> {
  const input = inputFor(plan, wished)
  const place = plan.specs.indexOf(input)
  const layout = wished.layout ?? layoutOf(input)
  const axes = axesOf(layout, input.shape.length)
  const color = colorFor(input, input.shape[axes.channel], wished)
  const stated = profile?.find((entry) => entry.name === input.name || entry.name === input.parameter)?.opt
  let image: [number, number] | null = null
  const side = async (axis: number, which: 0 | 1): Promise<number> => {
    const dim = input.shape[axis]
    const size = wished.size?.[which]
    if (typeof dim === 'number') {
      if (size !== undefined && size !== dim) throw contradicts(input, axis, size, dim)
      return dim
    }
    if (size !== undefined) return size
    const opt = stated?.[axis]
    if (opt !== undefined) return opt
    image ??= await own()
    return image[which]
  }
  return {
    preprocess: {
      input: input.name,
      size: [await side(axes.height, 0), await side(axes.width, 1)],
      resize: wished.resize,
      layout,
      color,
      scale: wished.scale ?? (isFloat(input.dtype) ? 1 / 255 : 1),
      mean: wished.mean,
      std: wished.std,
    },
    dtype: input.dtype,
    batch: input.shape.length === 4 ? (plan.sample[place]?.shape[0] ?? 1) : null,
  }
}

function axesOf(layout: Preprocessed['layout'], rank: number): Axes {
  return layout === 'NCHW' ? { channel: rank - 3, height: rank - 2, width: rank - 1 } : { channel: rank - 1, height: rank - 3, width: rank - 2 }
}

const mayBeChannels = (dim: number | string | undefined): boolean => typeof dim === 'string' || dim === 1 || dim === 3

/** Channels first, unless only the last size can be a number of channels. */
function layoutOf({ shape }: PlannedInput): Preprocessed['layout'] {
  const [first, last] = [shape[shape.length - 3], shape[shape.length - 1]]
  if (typeof first === 'number') return mayBeChannels(first) || !mayBeChannels(last) ? 'NCHW' : 'NHWC'
  return last === 1 || last === 3 ? 'NHWC' : 'NCHW'
}

function inputFor(plan: InputPlan, wished: Preprocess): PlannedInput {
  const names = plan.specs.map((spec) => spec.name)
  const named =
    wished.input === null ? undefined : (plan.specs.find((spec) => spec.name === wished.input) ?? plan.specs.find((spec) => spec.parameter === wished.input))
  if (wished.input !== null && named === undefined) {
    throw invalid(`The model has no input ${wished.input} for the images; it takes ${names.join(', ')}.`, { input: wished.input, inputs: names })
  }
  const fit = plan.specs.filter(({ shape }) => {
    if (shape.length !== 3 && shape.length !== 4) return false
    return mayBeChannels(shape[shape.length - 3]) || mayBeChannels(shape[shape.length - 1])
  })
  if (named !== undefined && !fit.includes(named)) throw invalid(`The input ${named.name} (${named.shape.join('x')}) takes no images.`, { input: named.name })
  const [only] = named === undefined ? fit : [named]
  if (only !== undefined && (named !== undefined || fit.length === 1)) return only
  throw invalid(
    fit.length === 0
      ? `None of the inputs (${names.join(', ')}) has the sizes of an image.`
      : `Several inputs may take the images: ${fit.map((spec) => spec.name).join(', ')}.`,
    { inputs: names, fit: fit.map((spec) => spec.name) },
  )
}

function colorFor(input: PlannedInput, dim: number | string | undefined, wished: Preprocess): ImageColor {
  const own = typeof dim === 'number' ? colorOf[dim] : 'RGB'
  if (own === undefined)
    throw invalid(`${dim} channels of ${input.name} are no image: 1 (gray) or 3 (RGB, BGR) are.`, { input: input.name, channels: dim ?? null })
  const color = wished.color ?? own
  if (typeof dim === 'number' && countOf[color] !== dim) {
    throw invalid(`${input.name} takes ${dim} channels, ${color} has ${countOf[color]}.`, { input: input.name, channels: dim, color })
  }
  return color
}

function invalid(message: string, evidence: Record<string, string | number | null | string[]>): EnginesmithError {
  return new EnginesmithError(
    'INPUTS_INVALID',
    message,
    'Name the input of the images (--image-input) and its layout (--layout), or give arrays (--inputs FILE.npz).',
    evidence,
  )
}

function contradicts(input: PlannedInput, axis: number, size: number, dim: number): EnginesmithError {
  return new EnginesmithError(
    'SHAPE_CONTRADICTS_MODEL',
    `Images are to be ${size} at size ${axis} of ${input.name}, which is always ${dim}.`,
    'Leave the size of images open, or give the size that the input has.',
    { input: input.name, axis, size, dim },
  )
}
