import type { InputSpec, Recipe } from '../../../contract/recipe'
import type { RunSnapshot } from '../../../contract/run'
import { dtypeBytes, type Dim, type DType, type Profile, type ProfileInput, type Signature, type TensorSpec } from '../../../contract/tensor'

/** A row of the signature editor: text as it is typed. `range` empty means the default. */
export interface DraftInput {
  name: string
  dtype: DType
  dims: string[]
  low: string
  high: string
}

export type DraftProblem = 'nameEmpty' | 'nameTwice' | 'dimInvalid' | 'rank' | 'fixedDim' | 'dtype' | 'range' | 'rangeWhole'
export interface Problem {
  row: number
  field: 'name' | 'dims' | 'dtype' | 'range'
  problem: DraftProblem
  /** Which dimension, for a problem of one. */
  dim?: number
}

/** What the model takes, as far as is known: the recipe's word, then what Load found, then what the file says. */
export function effectiveInputs(run: RunSnapshot): InputSpec[] {
  const { inputs, ranges = {} } = run.recipe.load
  const signature = run.cards.load?.signature ?? run.input.signature
  const known: InputSpec[] = inputs.length > 0 ? inputs : (signature?.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })) ?? [])
  return known.map((input) => (Object.hasOwn(ranges, input.name) ? { ...input, range: ranges[input.name] } : input))
}

/** Outputs, where anything has told them. */
export const knownOutputs = (run: RunSnapshot): TensorSpec[] =>
  (run.cards.convert?.signature ?? run.cards.load?.signature ?? run.input.signature)?.outputs ?? []

export const draftOf = (input: InputSpec): DraftInput => ({
  name: input.name,
  dtype: input.dtype,
  dims: input.shape.map(String),
  low: input.range === undefined ? '' : String(input.range[0]),
  high: input.range === undefined ? '' : String(input.range[1]),
})

/** A whole number or the name of a symbol; null for anything else. */
export function parseDim(text: string): Dim | null {
  const trimmed = text.trim()
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed)
  return /^[A-Za-z_]\w*$/.test(trimmed) ? trimmed : null
}

/** Everything that is wrong with the rows as they stand; `file` is what the model file itself says, which may only be narrowed. */
export function checkInputs(rows: readonly DraftInput[], file: Signature | null): Problem[] {
  return rows.flatMap((row, index) => [...checkName(rows, row, index), ...checkDims(row, index, file), ...checkRange(row, index)])
}

function checkName(rows: readonly DraftInput[], row: DraftInput, index: number): Problem[] {
  const name = row.name.trim()
  if (name === '') return [{ row: index, field: 'name', problem: 'nameEmpty' }]
  const first = rows.findIndex((other) => other.name.trim() === name)
  return first < index ? [{ row: index, field: 'name', problem: 'nameTwice' }] : []
}

function checkDims(row: DraftInput, index: number, file: Signature | null): Problem[] {
  const dims = row.dims.map(parseDim)
  const bad = dims.findIndex((dim) => dim === null || dim === 0)
  if (bad >= 0) return [{ row: index, field: 'dims', problem: 'dimInvalid', dim: bad }]
  const own = file?.inputs.find((input) => input.name === row.name.trim()) ?? (file?.inputs.length ? file.inputs[index] : undefined)
  if (own === undefined) return []
  if (own.dtype !== row.dtype) return [{ row: index, field: 'dtype', problem: 'dtype' }]
  if (own.shape.length !== dims.length) return [{ row: index, field: 'dims', problem: 'rank' }]
  const fixed = own.shape.findIndex((dim, at) => typeof dim === 'number' && dims[at] !== dim)
  return fixed >= 0 ? [{ row: index, field: 'dims', problem: 'fixedDim', dim: fixed }] : []
}

function checkRange(row: DraftInput, index: number): Problem[] {
  const given = [row.low, row.high].map((text) => text.trim())
  if (given.every((text) => text === '')) return []
  const [low = NaN, high = NaN] = given.map((text) => (text === '' ? NaN : Number(text)))
  const ok = Number.isFinite(low) && Number.isFinite(high) && low <= high
  const whole = /^u?int|^bool$/.test(row.dtype)
  if (ok && whole && !(Number.isInteger(low) && Number.isInteger(high))) return [{ row: index, field: 'range', problem: 'rangeWhole' }]
  return ok ? [] : [{ row: index, field: 'range', problem: 'range' }]
}

/** The rows as the recipe holds them; only for rows without problems. */
export function inputsOf(rows: readonly DraftInput[]): InputSpec[] {
  return rows.map((row) => ({
    name: row.name.trim(),
    dtype: row.dtype,
    shape: row.dims.map((dim) => parseDim(dim) ?? 1),
    ...(row.low.trim() === '' ? {} : { range: [Number(row.low), Number(row.high)] as [number, number] }),
  }))
}

/** Symbols in the order they first stand. */
export function symbolsOf(inputs: readonly Pick<InputSpec, 'shape'>[]): string[] {
  return [...new Set(inputs.flatMap((input) => input.shape.filter((dim): dim is string => typeof dim === 'string')))]
}

export interface Sizes {
  min: number
  opt: number
  max: number
}

/** What a symbol gets when nobody says otherwise. */
export const assumedSizes: Sizes = { min: 1, opt: 4, max: 16 }

/** The three sizes of every symbol that a profile states; symbols it does not know are left out. */
export function sizesOf(inputs: readonly InputSpec[], profile: Profile | undefined): Record<string, Sizes> {
  const sizes: Record<string, Sizes> = {}
  for (const input of inputs) {
    const entry = profile?.find((row) => row.name === input.name)
    input.shape.forEach((dim, axis) => {
      const [min, opt, max] = [entry?.min[axis], entry?.opt[axis], entry?.max[axis]]
      if (typeof dim === 'string' && sizes[dim] === undefined && min !== undefined && opt !== undefined && max !== undefined) sizes[dim] = { min, opt, max }
    })
  }
  return sizes
}

export type SizeProblem = 'notWhole' | 'order' | 'outside'

/** What the model lets a symbol be; null where it says nothing. */
export function rangeOf(run: RunSnapshot, symbol: string): { min: number; max: number } | null {
  const range = (run.cards.convert?.signature ?? run.cards.load?.signature ?? run.input.signature)?.symbols?.[symbol]
  return range === undefined ? null : { min: range.min ?? 1, max: range.max ?? Infinity }
}

/** Three whole numbers from one up, in order, inside what the model takes; null where they are fine. */
export function checkSizes(
  sizes: { min: number | null; opt: number | null; max: number | null },
  range: { min: number; max: number } | null = null,
): SizeProblem | null {
  const { min, opt, max } = sizes
  if (min === null || opt === null || max === null) return 'notWhole'
  if (![min, opt, max].every((size) => Number.isInteger(size) && size >= 1)) return 'notWhole'
  if (min > opt || opt > max) return 'order'
  return range !== null && (min < range.min || max > range.max) ? 'outside' : null
}

/** The profile that gives every symbol its sizes; empty where no input has a symbol. */
export function profileOf(inputs: readonly InputSpec[], sizes: Readonly<Record<string, Sizes>>): Profile {
  const at = (input: InputSpec, which: keyof Sizes): number[] => input.shape.map((dim) => (typeof dim === 'number' ? dim : (sizes[dim] ?? assumedSizes)[which]))
  const dynamic = inputs.filter((input) => input.shape.some((dim) => typeof dim === 'string'))
  return dynamic.map((input) => ({ name: input.name, min: at(input, 'min'), opt: at(input, 'opt'), max: at(input, 'max') }))
}

/** The recipe with other inputs: stated profiles follow their names, ranks and symbols. */
export function withInputs(recipe: Recipe, inputs: InputSpec[], before: readonly InputSpec[]): Recipe {
  const profiles = recipe.build.profiles.map((stated) => [...profileOf(inputs, sizesOf(before, stated)), ...valueRows(inputs, stated)])
  // The rows say every range; ranges beside them would win over what is edited here.
  return {
    ...recipe,
    load: { ...recipe.load, inputs, ranges: undefined },
    build: { ...recipe.build, profiles: profiles.filter((profile) => profile.length > 0) },
  }
}

const withProfiles = (recipe: Recipe, profiles: Profile[]): Recipe => ({
  ...recipe,
  build: { ...recipe.build, profiles: profiles.filter((profile) => profile.length > 0) },
})

/** Rows of a profile that give the values of an input of integers, not its sizes. */
const valueRows = (inputs: readonly InputSpec[], profile: Profile): Profile =>
  profile.filter((row) => valueInputs(inputs).some((input) => input.name === row.name))

/** The recipe with other sizes of its symbols in one profile. */
export function withSizes(recipe: Recipe, inputs: readonly InputSpec[], sizes: Readonly<Record<string, Sizes>>, index = 0): Recipe {
  const profiles = [...recipe.build.profiles]
  profiles[index] = [...profileOf(inputs, sizes), ...valueRows(inputs, profiles[index] ?? [])]
  return withProfiles(recipe, profiles)
}

/** The recipe with one more profile, like the last. */
export function withProfile(recipe: Recipe, inputs: readonly InputSpec[]): Recipe {
  const stated = recipe.build.profiles.length > 0 ? recipe.build.profiles : [profileOf(inputs, {})]
  return withProfiles(recipe, [...stated, ...stated.slice(-1)])
}

export const withoutProfile = (recipe: Recipe, index: number): Recipe =>
  withProfiles(
    recipe,
    recipe.build.profiles.filter((_, at) => at !== index),
  )

/** Inputs whose values a profile may have to give: integers, in a fixed handful. Only the builder knows which of them it reads. */
export const valueInputs = (inputs: readonly InputSpec[]): InputSpec[] =>
  inputs.filter(({ dtype, shape }) => {
    const [count = 1] = shape
    return /^u?int(32|64)$/.test(dtype) && shape.length <= 1 && typeof count === 'number' && count >= 1 && count <= 8
  })

/** The recipe with the values of one input in one profile; null takes them out. */
export function withValues(recipe: Recipe, inputs: readonly InputSpec[], index: number, row: ProfileInput | null, name: string): Recipe {
  const profiles = recipe.build.profiles.length > 0 ? [...recipe.build.profiles] : [profileOf(inputs, {})]
  profiles[index] = [...(profiles[index] ?? []).filter((entry) => entry.name !== name), ...(row === null ? [] : [row])]
  return withProfiles(recipe, profiles)
}

/** `8x16` as numbers; null where it is none, or not as many as the input has. */
export function parseValues(text: string, count: number): number[] | null {
  const parts = text.trim().split(/\s*[x,]\s*/)
  return parts.length === count && parts.every((part) => /^\d{1,9}$/.test(part)) ? parts.map(Number) : null
}

/** Bytes of all sample sets, at the sizes that the sample has. */
export function sampleBytes(sample: readonly TensorSpec[], sets: number): number {
  const one = sample.reduce((sum, spec) => sum + dtypeBytes[spec.dtype] * spec.shape.reduce<number>((n, dim) => n * (typeof dim === 'number' ? dim : 1), 1), 0)
  return one * sets
}
