import { EnginesmithError } from '../errors'
import { castTensor, isFloat, type Tensor } from '../tensors'
import { mapNames } from './names'
import type { Narrowed, NarrowedInput } from './narrow'

/**
 * The user's arrays under the inputs' names, checked against them. Names map as stated inputs do: by name where all are
 * known, else by order. numpy makes float64 and int64 unless told otherwise, so these are brought to the model's own
 * float or integer type; any other difference is refused.
 * @throws EnginesmithError INPUTS_INVALID, SHAPE_CONTRADICTS_MODEL
 */
export function arraysFor(given: ReadonlyMap<string, Tensor>, narrowed: Narrowed): Map<string, Tensor> {
  const wanted = narrowed.inputs
  const names = [...given.keys()]
  const byParameter = mapNames(
    names,
    wanted.map((input) => input.parameter ?? input.name),
  )
  const byName = mapNames(
    names,
    wanted.map((input) => input.name),
  )
  const allNamed = names.every((name) => wanted.some((input) => input.name === name))
  const places = allNamed ? byName : byParameter
  if (places === null || names.length !== wanted.length) {
    throw new EnginesmithError(
      'INPUTS_INVALID',
      `The file of inputs holds ${names.length} arrays (${names.join(', ')}), the model takes ${wanted.length} (${wanted.map((input) => input.name).join(', ') || 'none'}).`,
      'Save exactly one array for each input, under its name.',
      { arrays: names, inputs: wanted.map((input) => input.name) },
    )
  }
  const tensors = new Map<string, Tensor>()
  places.forEach((place, index) => {
    const input = wanted[place]
    const tensor = given.get(names[index] ?? '')
    if (input !== undefined && tensor !== undefined) tensors.set(input.name, fit(tensor, input, names[index] ?? '', narrowed))
  })
  checkTied(tensors, narrowed)
  // In the model's order, whatever the order in the file.
  return new Map(wanted.flatMap((input) => [...tensors].filter(([name]) => name === input.name)))
}

/** One symbol is one size, across all arrays. */
function checkTied(tensors: ReadonlyMap<string, Tensor>, narrowed: Narrowed): void {
  const seen = new Map<object, { size: number; where: string }>()
  for (const input of narrowed.inputs) {
    input.dims.forEach((dim, axis) => {
      const size = tensors.get(input.name)?.shape[axis]
      if (typeof dim === 'number' || size === undefined) return
      const group = narrowed.symbols.get(dim)
      const before = seen.get(group)
      const where = `size ${axis} of ${input.name}`
      if (before !== undefined && before.size !== size) {
        throw new EnginesmithError(
          'SHAPE_CONTRADICTS_MODEL',
          `${group.name} is one size everywhere, but in the file of inputs ${before.where} is ${before.size} and ${where} is ${size}.`,
          'Save arrays whose tied sizes agree.',
          { symbol: group.name, input: input.name, axis },
        )
      }
      seen.set(group, { size, where })
    })
  }
}

function fit(tensor: Tensor, input: NarrowedInput, array: string, narrowed: Narrowed): Tensor {
  const evidence = { array, input: input.name, shape: tensor.shape, dtype: tensor.dtype }
  const wrong = (why: string): EnginesmithError =>
    new EnginesmithError(
      'SHAPE_CONTRADICTS_MODEL',
      `The array ${array} does not fit the input ${input.name}: ${why}.`,
      'Save an array of the shape and type that the model takes.',
      evidence,
    )
  if (tensor.shape.length !== input.dims.length) throw wrong(`it has ${tensor.shape.length} sizes, the input ${input.dims.length}`)
  input.dims.forEach((dim, axis) => {
    const size = tensor.shape[axis] ?? 0
    if (typeof dim === 'number' && dim !== size) throw wrong(`size ${axis} is ${size}, the input takes ${dim}`)
    if (typeof dim !== 'string') return
    const group = narrowed.symbols.get(dim)
    if (group.size !== null && group.size !== size) throw wrong(`size ${axis} is ${size}, the input takes ${group.size}`)
    if (size > group.max || size < group.min) throw wrong(`size ${axis} (${group.name}) is ${size}, the model takes ${group.min} to ${group.max}`)
  })
  if (tensor.dtype === input.dtype) return tensor
  const widened = (tensor.dtype === 'float64' && isFloat(input.dtype)) || (tensor.dtype === 'int64' && /^u?int/.test(input.dtype))
  if (!widened) throw wrong(`it holds ${tensor.dtype}, the input takes ${input.dtype}`)
  return castTensor(tensor, input.dtype)
}
