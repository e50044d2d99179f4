import { convertOptionsSchema, graphPrecisionSchema, type ConvertOptions } from '../../../contract/recipe'
import { repeated, toggled, valued, type Flag } from './types'
import { choice, wholeNumber } from './values'

const { exporter, script, variant } = convertOptionsSchema.shape

/** A flag for every option of Convert. */
const convert = {
  exporter: valued(
    'exporter',
    'dynamo|torchscript',
    (t) => t.flags.exporter,
    (draft, value, { text }) => {
      draft.recipe.convert.exporter = choice('exporter', value, exporter.unwrap().options, text)
    },
  ),
  opset: valued(
    'opset',
    'N',
    (t) => t.flags.opset,
    (draft, value, { text }) => {
      draft.recipe.convert.opset = wholeNumber('opset', value, { least: 7, most: 30 }, text)
    },
  ),
  simplify: toggled(
    'simplify',
    (t) => t.flags.simplify,
    (draft, value) => {
      draft.recipe.convert.simplify = value
    },
  ),
  graphPrecision: valued(
    'graph-precision',
    'fp16|bf16|int8',
    (t) => t.flags.graphPrecision,
    (draft, value, { text }) => {
      draft.recipe.convert.graphPrecision = choice('graph-precision', value, graphPrecisionSchema.options, text)
    },
  ),
  keepFp32: repeated(
    'keep-fp32',
    'NODE|OPERATOR',
    (t) => t.flags.keepFp32,
    (draft, values) => {
      draft.recipe.convert.keepFp32 = values
    },
  ),
  script: valued(
    'script',
    'trace|script',
    (t) => t.flags.script,
    (draft, value, { text }) => {
      draft.recipe.convert.script = choice('script', value, script.unwrap().options, text)
    },
  ),
  variant: valued(
    'variant',
    'plain|frozen|optimized',
    (t) => t.flags.variant,
    (draft, value, { text }) => {
      draft.recipe.convert.variant = choice('variant', value, variant.unwrap().options, text)
    },
  ),
  strict: toggled(
    'strict',
    (t) => t.flags.strict,
    (draft, value) => {
      draft.recipe.convert.strict = value
    },
  ),
} satisfies Record<keyof ConvertOptions, Flag>

export const convertFlags: readonly Flag[] = Object.values(convert)
