import type { Flavour } from '../../../contract/native'
import type { BuildOptions } from '../../../contract/recipe'
import type { Profile } from '../../../contract/tensor'

/**
 * The line for NVIDIA's own tool that builds the same engine, for those who want to check by hand; null where the tool
 * has no flag for something that was asked (several profiles in one call, a name, a target of TensorRT-RTX).
 */
export function trtexecLine(flavour: Flavour, options: BuildOptions, profiles: readonly Profile[], onnx: string): string | null {
  if (profiles.length > 1 || options.engineName !== null || (options.refitIdentical && !options.strip)) return null
  if (flavour === 'tensorrt-rtx' && options.targets.length > 0) return null
  const words = [flavour === 'tensorrt' ? 'trtexec' : 'tensorrt_rtx', `--onnx=${quoted(onnx)}`, '--saveEngine=model.engine']
  const [profile] = profiles
  if (profile !== undefined && profile.length > 0) {
    for (const bound of ['min', 'opt', 'max'] as const) {
      words.push(`--${bound}Shapes=${profile.map((input) => quoted(`${input.name}:${input[bound].join('x')}`)).join(',')}`)
    }
  }
  words.push(...precisionWords(options))
  if (options.optLevel !== null) words.push(`--builderOptimizationLevel=${options.optLevel}`)
  if (options.tiling !== null) words.push(`--tilingOptimizationLevel=${{ none: 0, fast: 1, moderate: 2, full: 3 }[options.tiling]}`)
  if (options.avgTiming !== null) words.push(`--avgTiming=${options.avgTiming}`)
  if (options.maxTactics !== null) words.push(`--maxTactics=${options.maxTactics}`)
  const pools = poolWords(options)
  if (pools.length > 0) words.push(`--memPoolSize=${pools.join(',')}`)
  if (options.maxAuxStreams !== null) words.push(`--maxAuxStreams=${options.maxAuxStreams}`)
  if (options.timingCache !== null) words.push(`--timingCacheFile=${quoted(options.timingCache)}`)
  if (options.failOnCacheMiss) words.push('--errorOnTimingCacheMiss')
  if (options.sparsity) words.push('--sparsity=enable')
  if (options.refit) words.push('--refit')
  if (options.strip) words.push('--stripWeights')
  if (options.weightStreaming) words.push('--allowWeightStreaming')
  if (options.versionCompatible) words.push('--versionCompatible')
  if (options.excludeLeanRuntime) words.push('--excludeLeanRuntime')
  if (options.hardwareCompat === 'ampere-plus') words.push('--hardwareCompatibilityLevel=ampere+')
  if (options.hardwareCompat === 'same-cc') words.push('--hardwareCompatibilityLevel=sameComputeCapability')
  if (options.runtimePlatform === 'windows-amd64') words.push('--runtimePlatform=WindowsAMD64')
  const verbosity = options.profilingVerbosity
  if (verbosity !== null) words.push(`--profilingVerbosity=${verbosity === 'layer-names' ? 'layer_names_only' : verbosity}`)
  if (options.device !== null) words.push(`--device=${options.device}`)
  return words.join(' ')
}

function poolWords({ workspace, tacticDram, tacticSharedMemory }: BuildOptions): string[] {
  return [
    ...(workspace === null ? [] : [`workspace:${workspace}M`]),
    ...(tacticDram === null ? [] : [`tacticDram:${tacticDram}M`]),
    ...(tacticSharedMemory === null ? [] : [`tacticSharedMem:${tacticSharedMemory}K`]),
  ]
}

function precisionWords(options: BuildOptions): string[] {
  switch (options.precision) {
    case 'fp32':
      return ['--noTF32']
    case 'fp16':
    case 'bf16':
    case 'int8':
    case 'fp8':
      return [`--${options.precision}`]
    case 'strongly-typed':
      return ['--stronglyTyped']
    case 'tf32':
    case null:
      return []
  }
}

/** For a POSIX shell; nothing where nothing has to be. */
function quoted(text: string): string {
  return /^[\w./:=+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
