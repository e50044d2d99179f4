import {
  backends,
  hardwareCompatSchema,
  precisionSchema,
  profilingVerbositySchema,
  runtimePlatformSchema,
  targetSchema,
  tilingSchema,
} from '../../../contract/engine'
import type { BuildOptions } from '../../../contract/recipe'
import { profilesFromShapes } from '../../core/inputs/parse'
import { UsageError } from '../usage'
import { timeLimitFlag } from './time-limit'
import { repeated, toggled, valued, type Flag } from './types'
import { choice, realNumber, wholeNumber } from './values'

type Switch = { [K in keyof BuildOptions]: BuildOptions[K] extends boolean ? K : never }[keyof BuildOptions]

const switched = (option: Switch, name: string): Flag =>
  toggled(
    name,
    (t) => t.flags[option],
    (draft, value) => {
      draft.recipe.build[option] = value
    },
  )

/** Plugin libraries run code: settings of this machine for the length of a call, never part of a recipe. */
const pluginFlag = repeated(
  'plugin',
  'FILE',
  (t) => t.flags.plugin,
  (draft, values, { resolve }) => {
    draft.settings.plugins = values.map(resolve)
  },
)

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
  tiling: valued(
    'tiling',
    'none|fast|moderate|full',
    (t) => t.flags.tiling,
    (draft, value, { text }) => {
      draft.recipe.build.tiling = choice('tiling', value, tilingSchema.options, text)
    },
  ),
  avgTiming: valued(
    'avg-timing',
    'N',
    (t) => t.flags.avgTiming,
    (draft, value, { text }) => {
      draft.recipe.build.avgTiming = wholeNumber('avg-timing', value, { least: 1 }, text)
    },
  ),
  maxTactics: valued(
    'max-tactics',
    'N',
    (t) => t.flags.maxTactics,
    (draft, value, { text }) => {
      draft.recipe.build.maxTactics = wholeNumber('max-tactics', value, { least: -1 }, text)
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
  tacticDram: valued(
    'tactic-dram',
    'MiB',
    (t) => t.flags.tacticDram,
    (draft, value, { text }) => {
      draft.recipe.build.tacticDram = realNumber('tactic-dram', value, { least: 0, above: true }, text)
    },
  ),
  tacticSharedMemory: valued(
    'tactic-shared-memory',
    'KiB',
    (t) => t.flags.tacticSharedMemory,
    (draft, value, { text }) => {
      draft.recipe.build.tacticSharedMemory = realNumber('tactic-shared-memory', value, { least: 0, above: true }, text)
    },
  ),
  maxAuxStreams: valued(
    'max-aux-streams',
    'N',
    (t) => t.flags.maxAuxStreams,
    (draft, value, { text }) => {
      draft.recipe.build.maxAuxStreams = wholeNumber('max-aux-streams', value, { least: 0 }, text)
    },
  ),
  timingCache: {
    name: 'timing-cache',
    value: 'FILE',
    repeat: false,
    off: true,
    help: (t) => t.flags.timingCache,
    apply(draft, values, { resolve }) {
      const last = values.at(-1)
      draft.recipe.build.timingCache = typeof last === 'string' ? resolve(last) : null
      if (last === false) draft.settings.timingCache = false
    },
  },
  failOnCacheMiss: switched('failOnCacheMiss', 'fail-on-cache-miss'),
  sparsity: switched('sparsity', 'sparsity'),
  refit: switched('refit', 'refit'),
  refitIdentical: switched('refitIdentical', 'refit-identical'),
  strip: switched('strip', 'strip'),
  weightStreaming: switched('weightStreaming', 'weight-streaming'),
  versionCompatible: switched('versionCompatible', 'version-compatible'),
  excludeLeanRuntime: switched('excludeLeanRuntime', 'exclude-lean-runtime'),
  hardwareCompat: valued(
    'hardware-compat',
    'none|ampere-plus|same-cc',
    (t) => t.flags.hardwareCompat,
    (draft, value, { text }) => {
      draft.recipe.build.hardwareCompat = choice('hardware-compat', value, hardwareCompatSchema.options, text)
    },
  ),
  runtimePlatform: valued(
    'runtime-platform',
    'same-as-build|windows-amd64',
    (t) => t.flags.runtimePlatform,
    (draft, value, { text }) => {
      draft.recipe.build.runtimePlatform = choice('runtime-platform', value, runtimePlatformSchema.options, text)
    },
  ),
  profilingVerbosity: valued(
    'profiling-verbosity',
    'none|layer-names|detailed',
    (t) => t.flags.profilingVerbosity,
    (draft, value, { text }) => {
      draft.recipe.build.profilingVerbosity = choice('profiling-verbosity', value, profilingVerbositySchema.options, text)
    },
  ),
  minBlockSize: valued(
    'min-block-size',
    'N',
    (t) => t.flags.minBlockSize,
    (draft, value, { text }) => {
      draft.recipe.build.minBlockSize = wholeNumber('min-block-size', value, { least: 1 }, text)
    },
  ),
  torchOps: repeated(
    'torch-op',
    'NAME',
    (t) => t.flags.torchOps,
    (draft, values, { text }) => {
      draft.recipe.build.torchOps = values.map((value) => {
        if (/^[\w.:]+$/.test(value)) return value
        throw new UsageError(text.usage.choice('torch-op', value), text.usage.torchOpRemedy, { flag: '--torch-op', given: value })
      })
    },
  ),
  requireFull: toggled(
    'require-full',
    (t) => t.flags.requireFull,
    (draft, value) => {
      draft.recipe.build.requireFull = value
    },
  ),
  engineName: valued(
    'engine-name',
    'NAME',
    (t) => t.flags.engineName,
    (draft, value, { text }) => {
      if (value === '' || value.length > 200)
        throw new UsageError(text.usage.choice('engine-name', value), text.usage.engineNameRemedy, { flag: '--engine-name' })
      draft.recipe.build.engineName = value
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

/** What asking a library's parser about a model takes. */
export const parserFlags: readonly Flag[] = [flags.backend, pluginFlag]

export const buildFlags: readonly Flag[] = [...Object.values(flags), pluginFlag, timeLimitFlag]
