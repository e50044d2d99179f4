import { z } from 'zod'
import { dtypeSchema } from './tensor'

export const resizeModeSchema = z.enum(['stretch', 'letterbox', 'crop'])
export const imageLayoutSchema = z.enum(['NCHW', 'NHWC'])
export const imageColorSchema = z.enum(['RGB', 'BGR', 'gray'])
export type ImageColor = z.infer<typeof imageColorSchema>

/** How images become an input: `(pixel * scale - mean) / std`, pixels 0 to 255. Null: as the input has it. */
export const preprocessSchema = z.strictObject({
  /** The input that takes the images; null: the one that looks like an image. */
  input: z.string().min(1).nullable().default(null),
  /** Height and width; null: those of the input, or of the first image where the input lets them vary. */
  size: z
    .tuple([z.number().int().min(1), z.number().int().min(1)])
    .nullable()
    .default(null),
  /** `letterbox` keeps the proportions and pads with grey; `crop` keeps them and cuts the middle out. */
  resize: resizeModeSchema.default('stretch'),
  layout: imageLayoutSchema.nullable().default(null),
  /** Null: RGB, or gray for an input of one channel. */
  color: imageColorSchema.nullable().default(null),
  /** Null: 1/255, or 1 for an input of integers. */
  scale: z.number().positive().nullable().default(null),
  /** One for all channels, or one for each, in the order of `color`. */
  mean: z.array(z.number()).min(1).max(4).default([0]),
  std: z.array(z.number().positive()).min(1).max(4).default([1]),
})
export type Preprocess = z.infer<typeof preprocessSchema>

/** What was really done with images: the preprocessing with nothing left open. */
export const preprocessedSchema = z.object({
  input: z.string(),
  size: z.tuple([z.number().int(), z.number().int()]),
  resize: resizeModeSchema,
  layout: imageLayoutSchema,
  color: imageColorSchema,
  scale: z.number(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
})
export type Preprocessed = z.infer<typeof preprocessedSchema>

/** Of one channel after preprocessing, over all images. */
export const channelStatisticsSchema = z.object({ channel: z.string(), min: z.number(), max: z.number(), mean: z.number(), std: z.number() })
export type ChannelStatistics = z.infer<typeof channelStatisticsSchema>

/** What came out of the images of a sample. */
export const imagesCardSchema = z.object({
  preprocess: preprocessedSchema,
  /** How many were used. */
  images: z.number().int(),
  statistics: z.array(channelStatisticsSchema),
})
export type ImagesCard = z.infer<typeof imagesCardSchema>

/** A sample before it is used: arrays and their values, or images and what the model sees of them. */
export const samplePreviewSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('arrays'),
    arrays: z.array(
      z.object({
        name: z.string(),
        dtype: dtypeSchema,
        shape: z.array(z.number().int()),
        /** Null where there is no element, or none that is a number. */
        min: z.number().nullable(),
        max: z.number().nullable(),
        mean: z.number().nullable(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('images'),
    /** How many there are; the statistics are of the first `looked`. */
    images: z.number().int(),
    looked: z.number().int(),
    preprocess: preprocessedSchema,
    statistics: z.array(channelStatisticsSchema),
    /** PNG in base64. */
    thumbnails: z.array(z.object({ file: z.string(), png: z.string() })),
  }),
])
export type SamplePreview = z.infer<typeof samplePreviewSchema>
