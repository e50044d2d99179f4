import type { EngineHeader } from '../../../contract/engine'
import { targetOf } from '../../../contract/environment'
import type { NativeResult } from '../../../contract/native'
import type { ModelFile } from '../../../contract/run'

export type HereAnswer = Pick<NonNullable<ModelFile['engine']>, 'runsHere' | 'reason'>

/** The versions of NVIDIA's libraries here; null where one is not found. */
export type LibraryVersions = Record<'tensorrt' | 'tensorrt-rtx', string | null>

/** Bits of a TensorRT-RTX header's mask, learnt by building for each target and reading the mask back. */
export const targetBits: ReadonlyArray<readonly [number, string]> = [
  [0x01, 'sm75'],
  [0x02, 'sm80'],
  [0x04, 'sm86'],
  [0x08, 'sm89'],
  [0x10, 'sm120'],
  [0x20, 'sm121'],
]

/**
 * Whether one of these GPUs and libraries runs the engine, as far as the header tells: asked before anything is
 * deserialised, and a no is final.
 * @param versions null where the libraries were not looked for
 */
export function runsHere(header: EngineHeader, devices: NativeResult<'cuda.devices'>, versions: LibraryVersions | null = null): HereAnswer {
  const here = devices.devices.map((device) => targetOf(device))
  if (here.length === 0) return { runsHere: 'no', reason: `No GPU here can run it${devices.reason === null ? '' : `: ${devices.reason}`}.` }
  if (header.flavour === 'unknown' || header.targets.length === 0) return { runsHere: 'unknown', reason: 'Its header does not say for which GPU it was built.' }
  const byGpu = header.flavour === 'tensorrt-rtx' ? fitsRtx(header, here) : fitsFull(header, here)
  const byLibrary = byGpu.runsHere === 'no' || versions === null ? null : fitsLibrary(header, versions[header.flavour])
  return byLibrary ?? byGpu
}

function fits(header: EngineHeader, here: readonly string[]): HereAnswer | null {
  const fitting = here.find((target) => header.targets.includes(target))
  return fitting === undefined ? null : { runsHere: 'yes', reason: `It was built for ${header.targets.join(', ')}, and a GPU here is ${fitting}.` }
}

function fitsRtx(header: EngineHeader, here: readonly string[]): HereAnswer {
  const answer = fits(header, here)
  if (answer !== null) return answer
  // A bit that no build of ours ever set may stand for this GPU.
  const known = targetBits.reduce((mask, [bit]) => mask | bit, 0)
  if (((header.targetMask ?? 0) & ~known) !== 0 && !targetBits.some(([, target]) => here.includes(target))) {
    return {
      runsHere: 'unknown',
      reason: `It was built for ${header.targets.join(', ')} and for others whose names are not known; the GPU here is ${here.join(', ')}.`,
    }
  }
  return { runsHere: 'no', reason: `It was built for ${header.targets.join(', ')}; the GPU here is ${here.join(', ')}.` }
}

/** Hardware compatibility begins with Ampere (sm80); whether a build has it is not known from the header. */
const firstCompatible = 80
const numberOf = (target: string): number => Number(target.slice(2))

function fitsFull(header: EngineHeader, here: readonly string[]): HereAnswer {
  const answer = fits(header, here)
  if (answer !== null) return answer
  const built = header.targets.join(', ')
  const maybe = header.targets.some((target) => numberOf(target) >= firstCompatible) && here.some((target) => numberOf(target) >= firstCompatible)
  if (maybe)
    return { runsHere: 'unknown', reason: `It was built on ${built}; the GPU here, ${here.join(', ')}, runs it only if it was built hardware compatible.` }
  return { runsHere: 'no', reason: `It was built for ${built}; the GPU here is ${here.join(', ')}.` }
}

/** Null where the library speaks neither for nor against it. */
function fitsLibrary(header: EngineHeader, version: string | null): HereAnswer | null {
  const name = header.flavour === 'tensorrt' ? 'TensorRT' : 'TensorRT-RTX'
  const wanted = header.version === null ? name : `${name} ${header.version}`
  if (version === null) return { runsHere: 'no', reason: `It needs ${wanted}, which was not found here.` }
  if (header.version === null) return null
  const order = compareVersions(version, header.version)
  if (order === 0) return null
  if (order < 0) return { runsHere: 'no', reason: `It was built by ${name} ${header.version}; the ${name} here, ${version}, is older.` }
  return { runsHere: 'unknown', reason: `It was built by ${name} ${header.version}; ${name} ${version} runs it only if it was built version compatible.` }
}

/** By the numbers that both have: package metadata knows three, the header four. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.+-]/).map(Number))
  for (let i = 0; i < Math.min(left!.length, right!.length, 3); i++) {
    const difference = (left![i] ?? 0) - (right![i] ?? 0)
    if (difference !== 0 && !Number.isNaN(difference)) return difference
  }
  return 0
}
