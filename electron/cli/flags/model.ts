import { z } from 'zod'
import { loadOptionsSchema } from '../../../contract/recipe'
import type { LoadOptions } from '../../../contract/recipe'
import { settingsPatchSchema } from '../../../contract/settings'
import { parseInputSpec, parseRangeSpec } from '../../core/inputs/parse'
import { UsageError } from '../usage'
import { convertFlags } from './convert'
import { imageFlags } from './images'
import { repeated, valued, type Flag } from './types'
import { wholeNumber } from './values'

const modelArgsSchema = z.union([z.array(z.json()), z.record(z.string(), z.json())])

/** A flag for every option of Load. */
const load = {
  model: valued(
    'model',
    'module:Class',
    (t) => t.flags.model,
    (draft, value, { text }) => {
      if (!loadOptionsSchema.shape.model.safeParse(value).success) {
        throw new UsageError(text.usage.model(value), text.usage.modelRemedy, { flag: '--model', given: value })
      }
      draft.recipe.load.model = value
      // Whoever types it means it.
      draft.trust.classes.push(value)
    },
  ),
  modelArgs: valued(
    'model-args',
    'JSON',
    (t) => t.flags.modelArgs,
    (draft, value, { text }) => {
      draft.recipe.load.modelArgs = modelArgs(
        value,
        (reason) => new UsageError(text.usage.modelArgs(reason), text.usage.modelArgsRemedy, { given: value }, 'MODEL_ARGS_INVALID'),
      )
    },
  ),
  keyPrefix: valued(
    'key-prefix',
    'PREFIX',
    (t) => t.flags.keyPrefix,
    (draft, value) => {
      draft.recipe.load.keyPrefix = value
    },
  ),
  inputs: repeated(
    'input',
    'NAME:DTYPE:DIMS',
    (t) => t.flags.input,
    (draft, values) => {
      draft.recipe.load.inputs = values.map(parseInputSpec)
    },
  ),
  inputsFile: valued(
    'inputs',
    'FILE|FOLDER',
    (t) => t.flags.inputs,
    (draft, value, { resolve }) => {
      draft.recipe.load.inputsFile = resolve(value)
    },
  ),
  ranges: repeated(
    'range',
    'NAME:LOW..HIGH',
    (t) => t.flags.range,
    (draft, values) => {
      draft.recipe.load.ranges = Object.fromEntries(values.map(parseRangeSpec).map(({ name, range }) => [name, range]))
    },
  ),
  seed: valued(
    'seed',
    'N',
    (t) => t.flags.seed,
    (draft, value, { text }) => {
      draft.recipe.load.seed = wholeNumber('seed', value, { least: 0 }, text)
    },
  ),
  sets: valued(
    'sets',
    'N',
    (t) => t.flags.sets,
    (draft, value, { text }) => {
      draft.recipe.load.sets = wholeNumber('sets', value, { least: 1, most: 64 }, text)
    },
  ),
} satisfies Record<Exclude<keyof LoadOptions, 'preprocess'>, Flag>

/** Paths that run code: settings of this machine for the length of a call, never part of a recipe. */
export const pythonFlag = valued(
  'python',
  'PATH',
  (t) => t.flags.python,
  (draft, value, { program }) => {
    draft.settings.python = program(value)
  },
)
export const projectFlag = valued(
  'project',
  'DIR',
  (t) => t.flags.project,
  (draft, value, { resolve }) => {
    draft.settings.project = resolve(value)
    draft.trust.project = resolve(value)
  },
)

export const importFlag = repeated(
  'import',
  'MODULE',
  (t) => t.flags.import,
  (draft, values, { text }) => {
    const modules = settingsPatchSchema.shape.operatorLibraries.safeParse(values)
    if (!modules.success) throw new UsageError(text.usage.module(values.join(' ')), text.usage.moduleRemedy, { flag: '--import', given: values })
    draft.settings.operatorLibraries = modules.data
  },
)

export const modelFlags: readonly Flag[] = [
  load.model,
  load.modelArgs,
  load.keyPrefix,
  projectFlag,
  pythonFlag,
  importFlag,
  ...convertFlags,
  load.inputs,
  load.inputsFile,
  ...imageFlags,
  load.ranges,
  load.seed,
  load.sets,
]

function modelArgs(value: string, refuse: (reason: string) => UsageError): z.infer<typeof modelArgsSchema> {
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error))
  }
  const checked = modelArgsSchema.safeParse(parsed)
  if (!checked.success) throw refuse(`${typeof parsed === 'object' ? 'null' : typeof parsed}`)
  return checked.data
}
