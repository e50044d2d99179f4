import { backends, hardwareCompatSchema, precisionSchema, targetSchema } from '../../../contract/engine'
import type { BuildOptions } from '../../../contract/recipe'
import { profilesFromShapes } from '../../core/inputs/parse'
import { UsageError } from '../usage'
import { repeated, toggled, valued, type Flag } from './types'
import { choice, realNumber, wholeNumber } from './values'

/** A flag for every option of Build: an option without one does not compile. */
const flags = {
  backend: valued(
    'backend',
    'NAME',
    (t) => t.flags.backend,
    (draft, value, { text }) => {
      draft.recipe.build.backend = choice('backend', value, backends, text)
    },
  ),
  targets: repeated(
    'target',
    'sm86[,sm120]',
    (t) => t.flags.target,
    (draft, values, { text }) => {
      draft.recipe.build.targets = values
        .flatMap((value) => value.split(','))
        .map((target) => {
          if (targetSchema.safeParse(target).success) return target
          throw new UsageError(text.usage.target(target), text.usage.targetRemedy, { flag: '--target', given: target }, 'TARGET_UNKNOWN')
        })
    },
  ),
  profiles: repeated(
    'shapes',
    'NAME:MIN/OPT/MAX',
    (t) => t.flags.shapes,
    (draft, values) => {
      draft.recipe.build.profiles = profilesFromShapes(values)
    },
  ),
  precision: valued(
    'precision',
    'NAME',
    (t) => t.flags.precision,
    (draft, value, { text }) => {
      draft.recipe.build.precision = choice('precision', value, precisionSchema.options, text)
    },
  ),
  optLevel: valued(
    'opt-level',
    '0-5',
    (t) => t.flags.optLevel,
    (draft, value, { text }) => {
      draft.recipe.build.optLevel = wholeNumber('opt-level', value, { least: 0, most: 5 }, text)
    },
  ),
  workspace: valued(
    'workspace',
    'MiB',
    (t) => t.flags.workspace,
    (draft, value, { text }) => {
      draft.recipe.build.workspace = realNumber('workspace', value, { least: 0, above: true }, text)
    },
  ),
  timingCache: valued(
    'timing-cache',
    'FILE',
    (t) => t.flags.timingCache,
    (draft, value, { resolve }) => {
      draft.recipe.build.timingCache = resolve(value)
    },
  ),
  refit: toggled(
    'refit',
    (t) => t.flags.refit,
    (draft, value) => {
      draft.recipe.build.refit = value
    },
  ),
  strip: toggled(
    'strip',
    (t) => t.flags.strip,
    (draft, value) => {
      draft.recipe.build.strip = value
    },
  ),
  versionCompatible: toggled(
    'version-compatible',
    (t) => t.flags.versionCompatible,
    (draft, value) => {
      draft.recipe.build.versionCompatible = value
    },
  ),
  hardwareCompat: valued(
    'hardware-compat',
    'none|ampere-plus|same-cc',
    (t) => t.flags.hardwareCompat,
    (draft, value, { text }) => {
      draft.recipe.build.hardwareCompat = choice('hardware-compat', value, hardwareCompatSchema.options, text)
    },
  ),
  device: valued(
    'device',
    'N',
    (t) => t.flags.device,
    (draft, value, { text }) => {
      draft.recipe.build.device = wholeNumber('device', value, { least: 0 }, text)
    },
  ),
} satisfies Record<keyof BuildOptions, Flag>

export const buildFlags: readonly Flag[] = Object.values(flags)
