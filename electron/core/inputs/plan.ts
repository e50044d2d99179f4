import type { Finding } from '../../../contract/finding'
import type { LoadOptions } from '../../../contract/recipe'
import type { Dim, Profile, Signature, TensorSpec } from '../../../contract/tensor'
import { EnginesmithError } from '../errors'
import type { Tensor } from '../tensors'
import { arraysFor } from './arrays'
import { fromStatement, narrow, type Narrowed, type NarrowedInput } from './narrow'
import { givesValues, planProfiles } from './profiles'
import { checkRanges, rangeOf } from './ranges'

export interface PlanRequest {
  /** What the file says of itself; null where it says nothing that can be read. */
  signature: Signature | null
  /** Names of forward's parameters in order, where a worker told them. */
  forward?: readonly string[] | null
  load: Pick<LoadOptions, 'inputs' | 'ranges'>
  /** Profiles as the recipe states them; incomplete is fine, empty is assumed. */
  profiles: readonly Profile[]
  /** True for an ONNX file: its input names are part of it. Elsewhere the user's names become the ONNX names. */
  keepNames: boolean
  /** The arrays of `load.inputsFile`, where there is one. */
  arrays?: ReadonlyMap<string, Tensor> | null
}

export interface PlannedInput extends TensorSpec {
  /** The name in the model's own signature, or of forward's parameter; null where neither is known. */
  parameter: string | null
  /** Range of the seeded values; absent: the default of the type. */
  range?: [number, number]
}

/** Everything that later stages need to know about the inputs. */
export interface InputPlan {
  /** In the model's order, with symbols where a size may vary. */
  specs: PlannedInput[]
  /** The same inputs with the sizes that the sample has. */
  sample: Array<TensorSpec & { shape: number[] }>
  /** Complete optimization profiles; empty where no size varies and no value is stated. */
  profiles: Profile[]
  /** By input: the values that the first profile states as its optimum, which the sample has too. */
  values: Map<string, number[]>
  /** Sample values from the user's file, under the names of `specs`; null: seeded values. */
  arrays: Map<string, Tensor> | null
  findings: Finding[]
}

/**
 * Brings together what the model says, what the user says, and a file of inputs.
 * @throws EnginesmithError INPUTS_UNKNOWN, INPUTS_INVALID, SHAPE_CONTRADICTS_MODEL, PROFILE_INVALID
 */
export function planInputs(request: PlanRequest): InputPlan {
  const given = request.arrays ?? null
  const narrowed = narrowedInputs(request, given)
  checkRanges(request.load.ranges ?? {}, narrowed.inputs)
  const arrays = given === null ? null : arraysFor(given, narrowed)
  const measured = arrays === null ? new Map<object, number>() : measure(arrays, narrowed)
  const { profiles, findings } = planProfiles(narrowed, request.profiles, measured)
  const sample = narrowed.inputs.map((input) => ({ name: input.name, dtype: input.dtype, shape: sampleShape(input, narrowed, measured, profiles[0]) }))
  const values = new Map<string, number[]>()
  for (const entry of profiles[0] ?? []) {
    const input = narrowed.inputs.find((candidate) => candidate.name === entry.name)
    if (input !== undefined && givesValues(input, entry)) values.set(entry.name, entry.opt)
  }
  if (arrays !== null)
    checkInside(
      sample.filter((input) => !values.has(input.name)),
      profiles,
    )
  return { specs: narrowed.inputs.map((input) => toSpec(input, narrowed, request.load)), sample, profiles, values, arrays, findings }
}

function narrowedInputs(request: PlanRequest, arrays: ReadonlyMap<string, Tensor> | null): Narrowed {
  const { signature, forward = null, load } = request
  if (signature !== null && (signature.inputs.length > 0 || load.inputs.length > 0)) return narrow(signature, load.inputs, request.keepNames)
  if (load.inputs.length > 0) {
    const names = load.inputs.map((input) => input.name)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) throw new EnginesmithError('INPUTS_INVALID', `The input ${twice} is stated twice.`, 'State each input once.', { input: twice })
    return fromStatement(load.inputs, forward)
  }
  if (arrays !== null)
    return fromStatement(
      [...arrays].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      forward,
    )
  if (signature !== null) return fromStatement([], null)
  throw unknownInputs(forward)
}

/** The error of a model whose inputs nobody knows: its remedy is the line to add. */
export function unknownInputs(forward: readonly string[] | null): EnginesmithError {
  const names = forward === null || forward.length === 0 ? ['x'] : forward
  const lines = names.map((name) => `--input ${name}:float32:Nx3x224x224`)
  const value = names.map((name) => ({ name, dtype: 'float32', shape: ['N', 3, 224, 224] }))
  return new EnginesmithError(
    'INPUTS_UNKNOWN',
    'This file does not say what inputs its model takes.',
    `Say it, with the model's own type and sizes in place of these: ${lines.join(' ')}`,
    { lines, forward: forward === null ? null : [...forward] },
    [{ kind: 'set-option', label: 'State the inputs', path: 'load.inputs', value }],
  )
}

function toSpec(input: NarrowedInput, narrowed: Narrowed, load: PlanRequest['load']): PlannedInput {
  const shape = input.dims.map((dim): Dim => {
    if (typeof dim === 'number') return dim
    const group = narrowed.symbols.get(dim)
    return group.size ?? group.name
  })
  const spec = { name: input.name, dtype: input.dtype, shape, parameter: input.parameter }
  const range = rangeOf(load, input.name, input.parameter) ?? input.range
  return range === undefined ? spec : { ...spec, range }
}

/** The size that each varying symbol has in the user's arrays. */
function measure(arrays: ReadonlyMap<string, Tensor>, narrowed: Narrowed): Map<object, number> {
  const sizes = new Map<object, number>()
  for (const input of narrowed.inputs) {
    input.dims.forEach((dim, axis) => {
      const size = arrays.get(input.name)?.shape[axis]
      if (typeof dim === 'string' && size !== undefined) sizes.set(narrowed.symbols.get(dim), size)
    })
  }
  return sizes
}

/** A varying size runs at the profile's optimum, but never at 1 where it can be more: at 1 a frozen size goes unnoticed. */
function sampleShape(input: NarrowedInput, narrowed: Narrowed, measured: ReadonlyMap<object, number>, profile: Profile | undefined): number[] {
  const own = profile?.find((entry) => entry.name === input.name)
  return input.dims.map((dim, axis) => {
    if (typeof dim === 'number') return dim
    const group = narrowed.symbols.get(dim)
    const fixed = group.size ?? measured.get(group)
    if (fixed !== undefined && fixed !== null) return fixed
    const opt = own?.opt[axis] ?? 1
    return opt === 1 ? Math.min(2, own?.max[axis] ?? 1) : opt
  })
}

function checkInside(sample: ReadonlyArray<TensorSpec & { shape: number[] }>, profiles: readonly Profile[]): void {
  for (const entry of profiles[0] ?? []) {
    const shape = sample.find((input) => input.name === entry.name)?.shape ?? []
    shape.forEach((size, axis) => {
      const { min = size, max = size } = { min: entry.min[axis], max: entry.max[axis] }
      if (size >= min && size <= max) return
      throw new EnginesmithError(
        'PROFILE_INVALID',
        `The file of inputs has ${size} at size ${axis} of ${entry.name}, outside the first profile (${min} to ${max}).`,
        'Widen the profile so that it holds the inputs, or take other inputs.',
        { input: entry.name, axis, size, min, max },
      )
    })
  }
}
