import type { Finding } from '../../../contract/finding'
import type { Profile, ProfileInput } from '../../../contract/tensor'
import { EnginesmithError, makeFinding } from '../errors'
import type { Narrowed, NarrowedInput } from './narrow'

/** Sizes of one symbol in one profile. */
interface Sizes {
  min: number
  opt: number
  max: number
}

const assumed: Sizes = { min: 1, opt: 4, max: 16 }

function invalid(message: string, evidence: Record<string, string | number>): EnginesmithError {
  return new EnginesmithError(
    'PROFILE_INVALID',
    message,
    'Give every varying size as min/opt/max with min <= opt <= max, for example --shapes x:1x3x32x32/4x3x32x32/8x3x32x32.',
    evidence,
  )
}

/** 1/4/16, moved inside what the model allows. */
function assumeSizes(range: { min: number; max: number }): Sizes {
  const clamp = (size: number): number => Math.min(Math.max(size, range.min), range.max)
  return { min: clamp(assumed.min), opt: clamp(assumed.opt), max: clamp(assumed.max) }
}

/**
 * True where a profile's entry gives values rather than sizes: an input of integers with one value for each element,
 * such as the target shape of a Reshape. Its own sizes never vary, so that nothing else can be meant by it.
 */
export function givesValues(input: NarrowedInput, stated: ProfileInput): boolean {
  if (!/^u?int(32|64)$/.test(input.dtype) || input.dims.length > 1 || input.varies) return false
  const [count = 1] = input.dims
  return stated.opt.length === count && (input.dims.length === 0 || stated.min[0] !== count || stated.max[0] !== count || count !== 1)
}

function checkValues({ name, min, opt, max }: ProfileInput): void {
  opt.forEach((value, index) => {
    const low = min[index] ?? value
    const high = max[index] ?? value
    if (low > value || value > high)
      throw invalid(`Value ${index} of ${name} runs ${low}/${value}/${high}: min <= opt <= max does not hold.`, { input: name, index })
  })
}

/** Adds what one stated input says about its symbols to `sizes`, checking it against the model and the inputs before it. */
function takeStated(stated: ProfileInput, input: NarrowedInput, narrowed: Narrowed, sizes: Map<object, Sizes>): void {
  if (stated.min.length !== input.dims.length) {
    throw invalid(`The profile gives ${input.name} ${stated.min.length} sizes, it has ${input.dims.length}.`, { input: input.name })
  }
  input.dims.forEach((dim, axis) => {
    const { min = 0, opt = 0, max = 0 } = { min: stated.min[axis], opt: stated.opt[axis], max: stated.max[axis] }
    const at = { input: input.name, axis, min, opt, max }
    if (min > opt || opt > max) throw invalid(`Size ${axis} of ${input.name} runs ${min}/${opt}/${max}: min <= opt <= max does not hold.`, at)
    const group = typeof dim === 'number' ? null : narrowed.symbols.get(dim)
    const fixed = typeof dim === 'number' ? dim : (group?.size ?? null)
    if (fixed !== null && (min !== fixed || max !== fixed)) {
      throw new EnginesmithError(
        'SHAPE_CONTRADICTS_MODEL',
        `The profile lets size ${axis} of ${input.name} run from ${min} to ${max}; it is always ${fixed}.`,
        `Give ${fixed} for min, opt and max there.`,
        at,
      )
    }
    if (group === null || fixed !== null) return
    if (min < group.min || max > group.max) {
      throw new EnginesmithError(
        'SHAPE_CONTRADICTS_MODEL',
        `The profile lets ${group.name} run from ${min} to ${max}; the model takes ${group.min} to ${group.max}.`,
        'Keep the profile inside what the model takes, or export the model with a wider range.',
        at,
      )
    }
    const before = sizes.get(group)
    if (before !== undefined && (before.min !== min || before.opt !== opt || before.max !== max)) {
      throw invalid(
        `${group.name} is one size everywhere, but the profile gives it both ${before.min}/${before.opt}/${before.max} and ${min}/${opt}/${max}.`,
        at,
      )
    }
    sizes.set(group, { min, opt, max })
  })
}

/**
 * Complete profiles: one for each stated one, or one that is assumed; every input whose sizes vary in the model is in each.
 * @param sample sizes that the sample has, where a file of inputs fixed them; an assumed profile is widened to hold them
 * @throws EnginesmithError PROFILE_INVALID, SHAPE_CONTRADICTS_MODEL
 */
export function planProfiles(
  narrowed: Narrowed,
  stated: readonly Profile[],
  sample: ReadonlyMap<object, number>,
): { profiles: Profile[]; findings: Finding[] } {
  // A size that was fixed by a statement still varies in the file: the builder wants it in the profile all the same.
  const dynamic = narrowed.inputs.filter((input) => input.varies)
  const guessed = new Map<string, Sizes>()
  const profiles = (stated.length > 0 ? stated : [[]]).map((profile): Profile => {
    const sizes = new Map<object, Sizes>()
    const values: ProfileInput[] = []
    for (const entry of profile) {
      const input =
        narrowed.inputs.find((candidate) => candidate.name === entry.name) ?? narrowed.inputs.find((candidate) => candidate.parameter === entry.name)
      if (input === undefined) {
        const names = narrowed.inputs.map((candidate) => candidate.name).join(', ')
        throw invalid(`The profile names ${JSON.stringify(entry.name)}, which is no input of this model (${names}).`, { input: entry.name })
      }
      if (givesValues(input, entry)) {
        checkValues(entry)
        values.push({ ...entry, name: input.name })
      } else takeStated(entry, input, narrowed, sizes)
    }
    const sizesOf = (dim: number | string): Sizes => {
      if (typeof dim === 'number') return { min: dim, opt: dim, max: dim }
      const group = narrowed.symbols.get(dim)
      if (group.size !== null) return { min: group.size, opt: group.size, max: group.size }
      let known = sizes.get(group)
      if (known === undefined) {
        known = assumeSizes(group)
        const here = sample.get(group)
        if (here !== undefined) known = { min: Math.min(known.min, here), opt: known.opt, max: Math.max(known.max, here) }
        sizes.set(group, known)
        guessed.set(group.name, known)
      }
      return known
    }
    const shapes = dynamic.map((input) => {
      const all = input.dims.map(sizesOf)
      return { name: input.name, min: all.map((size) => size.min), opt: all.map((size) => size.opt), max: all.map((size) => size.max) }
    })
    return [...shapes, ...values]
  })
  return {
    profiles: profiles.every((profile) => profile.length === 0) ? [] : profiles,
    findings: guessed.size === 0 ? [] : [assumedFinding(guessed, profiles)],
  }
}

function assumedFinding(guessed: ReadonlyMap<string, Sizes>, profiles: readonly Profile[]): Finding {
  const list = [...guessed].map(([name, { min, opt, max }]) => `${name} ${min}/${opt}/${max}`).join(', ')
  const lines = (profiles[0] ?? []).map((input) => `--shapes ${input.name}:${[input.min, input.opt, input.max].map((shape) => shape.join('x')).join('/')}`)
  return makeFinding(
    'PROFILE_ASSUMED',
    'info',
    `Nobody said how far the varying sizes go, so min/opt/max was assumed: ${list}.`,
    `State it where that does not fit: ${lines.join(' ')}`,
    { assumed: Object.fromEntries([...guessed].map(([name, sizes]) => [name, { ...sizes }])), shapes: lines },
    [{ kind: 'set-option', label: 'Edit the profile', path: 'build.profiles', value: profiles[0] === undefined ? [] : [profiles[0]] }],
  )
}
