import type { Backend, OptionSupport, Precision } from '../../../contract/engine'
import type { BuildOptions } from '../../../contract/recipe'

export type OptionName = Exclude<keyof BuildOptions, 'backend' | 'profiles'>
export type OptionGroup = 'precision' | 'target' | 'effort' | 'weights' | 'portability' | 'blocks' | 'inspection'

/** How an option is edited: `choice` by the values it has, `flag` on or off, a whole or a real number, text, or names by commas. */
export type OptionControl = 'choice' | 'flag' | 'whole' | 'real' | 'text' | 'targets' | 'names'

/** One build option: where it stands, how it is edited, and which libraries have it. */
export interface BuildOption {
  name: OptionName
  group: OptionGroup
  control: OptionControl
  /** The least number that it takes. */
  min?: number
  /** Shown behind "advanced". */
  advanced: boolean
  backends: readonly Backend[]
}

const full: readonly Backend[] = ['tensorrt']
const compiled: readonly Backend[] = ['tensorrt', 'torch-tensorrt']
const native: readonly Backend[] = ['tensorrt', 'tensorrt-rtx']
const engines: readonly Backend[] = ['tensorrt', 'tensorrt-rtx', 'torch-tensorrt']

/**
 * The options in the order they are shown. What a library has is asked of its own slot table, by flavour and version;
 * `backends` stands in until it answered, and where it is not here.
 */
export const buildOptions: readonly BuildOption[] = [
  { name: 'precision', group: 'precision', control: 'choice', advanced: false, backends: engines },
  { name: 'sparsity', group: 'precision', control: 'flag', advanced: true, backends: engines },
  { name: 'targets', group: 'target', control: 'targets', advanced: false, backends: ['tensorrt-rtx'] },
  { name: 'device', group: 'target', control: 'choice', advanced: true, backends: compiled },
  { name: 'optLevel', group: 'effort', control: 'choice', advanced: false, backends: engines },
  { name: 'workspace', group: 'effort', control: 'real', min: 1, advanced: false, backends: engines },
  { name: 'timingCache', group: 'effort', control: 'text', advanced: true, backends: compiled },
  { name: 'failOnCacheMiss', group: 'effort', control: 'flag', advanced: true, backends: full },
  { name: 'avgTiming', group: 'effort', control: 'whole', min: 1, advanced: true, backends: compiled },
  { name: 'maxTactics', group: 'effort', control: 'whole', min: -1, advanced: true, backends: full },
  { name: 'tiling', group: 'effort', control: 'choice', advanced: true, backends: engines },
  { name: 'maxAuxStreams', group: 'effort', control: 'whole', min: 0, advanced: true, backends: engines },
  { name: 'tacticDram', group: 'effort', control: 'real', min: 1, advanced: true, backends: native },
  { name: 'tacticSharedMemory', group: 'effort', control: 'real', min: 1, advanced: true, backends: native },
  { name: 'refit', group: 'weights', control: 'flag', advanced: true, backends: engines },
  { name: 'refitIdentical', group: 'weights', control: 'flag', advanced: true, backends: engines },
  { name: 'strip', group: 'weights', control: 'flag', advanced: true, backends: engines },
  { name: 'weightStreaming', group: 'weights', control: 'flag', advanced: true, backends: engines },
  { name: 'versionCompatible', group: 'portability', control: 'flag', advanced: true, backends: compiled },
  { name: 'excludeLeanRuntime', group: 'portability', control: 'flag', advanced: true, backends: full },
  { name: 'hardwareCompat', group: 'portability', control: 'choice', advanced: true, backends: compiled },
  { name: 'runtimePlatform', group: 'portability', control: 'choice', advanced: true, backends: full },
  { name: 'minBlockSize', group: 'blocks', control: 'whole', min: 1, advanced: false, backends: ['torch-tensorrt'] },
  { name: 'torchOps', group: 'blocks', control: 'names', advanced: true, backends: ['torch-tensorrt'] },
  { name: 'requireFull', group: 'blocks', control: 'flag', advanced: true, backends: ['torch-tensorrt'] },
  { name: 'profilingVerbosity', group: 'inspection', control: 'choice', advanced: true, backends: native },
  { name: 'engineName', group: 'inspection', control: 'text', advanced: true, backends: native },
]

/** What an option is called on the command line; one of several values is named by each flag, so it has the singular. */
export function flagOf(name: OptionName): string {
  const singular = name === 'targets' || name === 'torchOps' ? name.slice(0, -1) : name
  return `--${singular.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

export const optionGroups: readonly OptionGroup[] = ['precision', 'target', 'effort', 'weights', 'portability', 'blocks', 'inspection']

/** What a library said of its options; null until it did, or where it is not here. */
export type Support = readonly OptionSupport[] | null

/** True where `backend` has the option: by the library's own word, else by the table. The GPU is no option of a library. */
export function hasOption(option: BuildOption, backend: Backend | null, support: Support): boolean {
  const said = option.name === 'device' ? undefined : support?.find((entry) => entry.name === option.name)
  return said?.available ?? (backend === null || option.backends.includes(backend))
}

/** Options that a library has; with no library chosen yet, what any of them has. */
export function optionsFor(backend: Backend | null, support: Support = null): BuildOption[] {
  return buildOptions.filter((option) => hasOption(option, backend, support))
}

/** The values of an option that a library has, out of all. */
export function valuesFor<T extends string>(name: OptionName, all: readonly T[], support: Support): T[] {
  const values = support?.find((entry) => entry.name === name)?.values ?? null
  return values === null ? [...all] : all.filter((value) => values.includes(value))
}

/** Compute capabilities that TensorRT-RTX builds for, with a card that has each. */
export const rtxTargets = [
  { value: 'sm75', cards: 'RTX 20, T4' },
  { value: 'sm80', cards: 'A100' },
  { value: 'sm86', cards: 'RTX 30, A10' },
  { value: 'sm89', cards: 'RTX 40, L4' },
  { value: 'sm120', cards: 'RTX 50' },
  { value: 'sm121', cards: 'GB10' },
] as const

/** Precisions to offer. Where networks are strongly typed the ONNX file decides, and only TF32 can be switched. */
export function precisionsFor(backend: Backend | null, support: Support = null): Precision[] {
  const all: Precision[] = ['fp32', 'tf32', 'fp16', 'bf16', 'int8', 'fp8', 'strongly-typed']
  if (support !== null) return valuesFor('precision', all, support)
  return backend === 'tensorrt-rtx' ? ['fp32', 'tf32', 'strongly-typed'] : all
}

/** What all of several libraries have, each told by its own word or, where it gave none, by the table. */
export function commonSupport(backends: readonly Backend[], known: (backend: Backend) => Support): OptionSupport[] {
  return buildOptions.map((option) => {
    const all = backends.map((backend) => ({ backend, support: known(backend) }))
    const valued = all.flatMap(({ backend, support }) => {
      const values = option.name === 'precision' ? precisionsFor(backend, support) : (support?.find(({ name }) => name === option.name)?.values ?? null)
      return values === null ? [] : [values as readonly string[]]
    })
    const [first = null, ...others] = valued
    return {
      name: option.name,
      available: all.every(({ backend, support }) => hasOption(option, backend, support)),
      reason: null,
      values: first === null ? null : first.filter((value) => others.every((values) => values.includes(value))),
    }
  })
}

/** Options that were set away from the library's own default; the backend itself is not one. */
export function changedOptions(options: BuildOptions): OptionName[] {
  return buildOptions
    .map((option) => option.name)
    .filter((name) => {
      const value = options[name]
      return Array.isArray(value) ? value.length > 0 : value !== null && value !== false
    })
}

/** Options that are set but that `backend` does not have: Build would refuse them. */
export const foreignOptions = (options: BuildOptions, backend: Backend, support: Support = null): OptionName[] =>
  buildOptions.filter((option) => changedOptions(options).includes(option.name) && !hasOption(option, backend, support)).map((option) => option.name)

/** `options` without what `backend` does not have. */
export function withoutForeign(options: BuildOptions, backend: Backend, support: Support = null): BuildOptions {
  const kept: BuildOptions = { ...options }
  for (const name of foreignOptions(options, backend, support))
    Object.assign(kept, { [name]: Array.isArray(options[name]) ? [] : typeof options[name] === 'boolean' ? false : null })
  return kept
}
