import type { Backend, Precision } from '../../../contract/engine'
import type { BuildOptions } from '../../../contract/recipe'

export type OptionName = Exclude<keyof BuildOptions, 'backend' | 'profiles'>
export type OptionGroup = 'precision' | 'target' | 'effort' | 'weights' | 'portability'

/** One build option: where it stands, and which libraries have it. */
export interface BuildOption {
  name: OptionName
  group: OptionGroup
  /** Shown behind "advanced". */
  advanced: boolean
  backends: readonly Backend[]
}

const full: readonly Backend[] = ['tensorrt', 'torch-tensorrt']
const engines: readonly Backend[] = ['tensorrt', 'tensorrt-rtx', 'torch-tensorrt']

/**
 * The options in the order they are shown. TensorRT-RTX has no timing cache (its calls do nothing), no hardware
 * compatibility and no version compatibility, and is the only one that builds for a GPU that is not here.
 */
export const buildOptions: readonly BuildOption[] = [
  { name: 'precision', group: 'precision', advanced: false, backends: engines },
  { name: 'targets', group: 'target', advanced: false, backends: ['tensorrt-rtx'] },
  { name: 'device', group: 'target', advanced: true, backends: full },
  { name: 'optLevel', group: 'effort', advanced: false, backends: engines },
  { name: 'workspace', group: 'effort', advanced: false, backends: engines },
  { name: 'timingCache', group: 'effort', advanced: true, backends: full },
  { name: 'refit', group: 'weights', advanced: true, backends: engines },
  { name: 'strip', group: 'weights', advanced: true, backends: engines },
  { name: 'versionCompatible', group: 'portability', advanced: true, backends: full },
  { name: 'hardwareCompat', group: 'portability', advanced: true, backends: full },
]

export const optionGroups: readonly OptionGroup[] = ['precision', 'target', 'effort', 'weights', 'portability']

/** Options that a library has; with no library chosen yet, what any of them has. */
export function optionsFor(backend: Backend | null): BuildOption[] {
  return buildOptions.filter((option) => backend === null || option.backends.includes(backend))
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

/** Precisions to offer. Where networks are strongly typed (TensorRT-RTX) the ONNX file decides, and only TF32 can be switched. */
export function precisionsFor(backend: Backend | null): Precision[] {
  if (backend === 'tensorrt-rtx') return ['fp32', 'tf32', 'strongly-typed']
  return ['fp32', 'tf32', 'fp16', 'bf16', 'int8', 'fp8', 'strongly-typed']
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
export const foreignOptions = (options: BuildOptions, backend: Backend): OptionName[] =>
  changedOptions(options).filter((name) => !buildOptions.find((option) => option.name === name)?.backends.includes(backend))

/** `options` without what `backend` does not have. */
export function withoutForeign(options: BuildOptions, backend: Backend): BuildOptions {
  const kept: BuildOptions = { ...options }
  for (const name of foreignOptions(options, backend))
    Object.assign(kept, { [name]: name === 'targets' ? [] : name === 'refit' || name === 'strip' || name === 'versionCompatible' ? false : null })
  return kept
}
