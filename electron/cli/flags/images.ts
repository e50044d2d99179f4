import { imageColorSchema, imageLayoutSchema, preprocessSchema, resizeModeSchema, type Preprocess } from '../../../contract/preprocess'
import { UsageError } from '../usage'
import type { Text } from '../text'
import { valued, type Draft, type Flag } from './types'
import { choice, realNumber } from './values'

/** The preprocessing of a draft; it begins with the first flag that asks for some. */
function preprocessOf(draft: Draft): Preprocess {
  draft.recipe.load.preprocess ??= preprocessSchema.parse({})
  return draft.recipe.load.preprocess
}

/** A flag for every option of how images become an input. */
const images = {
  input: valued(
    'image-input',
    'NAME',
    (t) => t.flags.imageInput,
    (draft, value) => {
      preprocessOf(draft).input = value
    },
  ),
  size: valued(
    'image-size',
    'HxW',
    (t) => t.flags.imageSize,
    (draft, value, { text }) => {
      const [, height, width] = /^(\d+)x(\d+)$/.exec(value) ?? []
      const size = preprocessSchema.shape.size.safeParse([Number(height), Number(width)])
      if (!size.success) throw new UsageError(text.usage.imageSize(value), text.usage.imageSizeRemedy, { flag: '--image-size', given: value })
      preprocessOf(draft).size = size.data
    },
  ),
  resize: valued(
    'resize',
    'stretch|letterbox|crop',
    (t) => t.flags.resize,
    (draft, value, { text }) => {
      preprocessOf(draft).resize = choice('resize', value, resizeModeSchema.options, text)
    },
  ),
  layout: valued(
    'layout',
    'NCHW|NHWC',
    (t) => t.flags.layout,
    (draft, value, { text }) => {
      preprocessOf(draft).layout = choice('layout', value.toUpperCase(), imageLayoutSchema.options, text)
    },
  ),
  color: valued(
    'color',
    'RGB|BGR|gray',
    (t) => t.flags.color,
    (draft, value, { text }) => {
      preprocessOf(draft).color = choice('color', value, imageColorSchema.options, text)
    },
  ),
  scale: valued(
    'scale',
    'X',
    (t) => t.flags.scale,
    (draft, value, { text }) => {
      const [, over = value, under = '1'] = /^([^/]+)\/([^/]+)$/.exec(value) ?? []
      const part = (given: string): number => realNumber('scale', given, { least: 0, above: true }, text)
      preprocessOf(draft).scale = part(over) / part(under)
    },
  ),
  mean: valued(
    'mean',
    'X,…',
    (t) => t.flags.mean,
    (draft, value, { text }) => {
      preprocessOf(draft).mean = numbers('mean', value, { least: -Number.MAX_VALUE }, text)
    },
  ),
  std: valued(
    'std',
    'X,…',
    (t) => t.flags.std,
    (draft, value, { text }) => {
      preprocessOf(draft).std = numbers('std', value, { least: 0, above: true }, text)
    },
  ),
} satisfies Record<keyof Preprocess, Flag>

export const imageFlags: readonly Flag[] = Object.values(images)

/** One number for all channels, or one for each, joined by commas. */
function numbers(flag: string, value: string, limits: { least: number; above?: boolean }, text: Text): number[] {
  const parts = value.split(',').map((part) => realNumber(flag, part, limits, text))
  if (parts.length <= 4) return parts
  throw new UsageError(text.usage.channels(flag, parts.length), text.usage.channelsRemedy(flag), { flag: `--${flag}`, given: value })
}
