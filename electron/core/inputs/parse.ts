import { dtypeSchema, type Dim, type Profile, type ProfileInput } from '../../../contract/tensor'
import type { InputSpec } from '../../../contract/recipe'
import { EnginesmithError } from '../errors'

const inputHelp =
  'Write it as name:dtype:dims, for example --input x:float32:Nx3x224x224 (dims joined by x, a word is a size that may vary, nothing is a scalar).'
const shapesHelp = 'Write it as name:min/opt/max, for example --shapes x:1x3x224x224/4x3x224x224/16x3x224x224.'

/** Dims joined by `x`: integers, or symbols without the letter x; nothing is a scalar. */
function parseDims(text: string, spec: string, help: string): Dim[] {
  if (text === '') return []
  return text.split('x').map((part) => {
    if (/^\d+$/.test(part)) {
      const size = Number(part)
      if (!Number.isSafeInteger(size)) throw new EnginesmithError('USAGE', `${part} in ${spec} is too large a size.`, help, { spec })
      return size
    }
    if (/^[A-Za-z_][A-Za-z_0-9]*$/.test(part)) return part
    throw new EnginesmithError('USAGE', `${part === '' ? 'An empty size' : JSON.stringify(part)} in ${spec} is neither a number nor a word.`, help, { spec })
  })
}

/**
 * `name:dtype:dims`, taken apart from the right so that a name may hold colons.
 * @throws EnginesmithError USAGE
 */
export function parseInputSpec(spec: string): InputSpec {
  const dimsAt = spec.lastIndexOf(':')
  const dtypeAt = spec.lastIndexOf(':', dimsAt - 1)
  if (dimsAt < 1 || dtypeAt < 1) throw new EnginesmithError('USAGE', `${spec} does not name an input, its type and its sizes.`, inputHelp, { spec })
  const dtype = dtypeSchema.safeParse(spec.slice(dtypeAt + 1, dimsAt))
  if (!dtype.success) {
    const known = dtypeSchema.options.join(', ')
    throw new EnginesmithError('USAGE', `${JSON.stringify(spec.slice(dtypeAt + 1, dimsAt))} in ${spec} is not a type of elements.`, `Use one of ${known}.`, {
      spec,
    })
  }
  return { name: spec.slice(0, dtypeAt), dtype: dtype.data, shape: parseDims(spec.slice(dimsAt + 1), spec, inputHelp) }
}

/** How an input is written on the command line: what `parseInputSpec` reads back. */
export function formatInputSpec(spec: { name: string; dtype: string; shape: readonly Dim[] }): string {
  return `${spec.name}:${spec.dtype}:${spec.shape.join('x')}`
}

/**
 * `name:min/opt/max`; one size alone stands for all three.
 * @throws EnginesmithError USAGE, PROFILE_INVALID
 */
export function parseShapesSpec(spec: string): ProfileInput {
  const at = spec.lastIndexOf(':')
  if (at < 1) throw new EnginesmithError('USAGE', `${spec} does not name an input and its sizes.`, shapesHelp, { spec })
  const parts = spec.slice(at + 1).split('/')
  if (parts.length !== 1 && parts.length !== 3)
    throw new EnginesmithError('USAGE', `${spec} has ${parts.length} shapes; three are needed: min/opt/max.`, shapesHelp, { spec })
  const [min = [], opt = min, max = min] = parts.map((part) =>
    parseDims(part, spec, shapesHelp).map((dim) => {
      if (typeof dim === 'number') return dim
      throw new EnginesmithError('USAGE', `${dim} in ${spec} is a word; a profile is made of numbers.`, shapesHelp, { spec })
    }),
  )
  if (min.length !== opt.length || min.length !== max.length) {
    throw new EnginesmithError('PROFILE_INVALID', `The shapes in ${spec} have different numbers of sizes.`, shapesHelp, { spec })
  }
  return { name: spec.slice(0, at), min, opt, max }
}

const rangeHelp = 'Write it as name:low..high, for example --range ids:0..30521 (both ends are included).'

/**
 * `name:low..high`: the range of an input's seeded values.
 * @throws EnginesmithError USAGE
 */
export function parseRangeSpec(spec: string): { name: string; range: [number, number] } {
  const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
  const [, name = '', low = '', high = ''] = new RegExp(`^(.+):(${number})\\.\\.(${number})$`, 'i').exec(spec) ?? []
  if (name === '') throw new EnginesmithError('USAGE', `${spec} does not name an input and the range of its values.`, rangeHelp, { spec })
  const range: [number, number] = [Number(low), Number(high)]
  if (range[0] <= range[1] && range.every(Number.isFinite)) return { name, range }
  throw new EnginesmithError('USAGE', `${spec} ends before it begins.`, rangeHelp, { spec })
}

/** Profiles from every `--shapes`; an input named again begins the next profile. */
export function profilesFromShapes(specs: readonly string[]): Profile[] {
  const profiles: Profile[] = []
  const times = new Map<string, number>()
  for (const input of specs.map(parseShapesSpec)) {
    const index = times.get(input.name) ?? 0
    times.set(input.name, index + 1)
    const profile = profiles[index]
    if (profile === undefined) profiles.push([input])
    else profile.push(input)
  }
  return profiles
}
