import type { Dim, Signature, TensorSpec } from '../../../contract/tensor'
import { EnginesmithError } from '../errors'
import { mapNames } from './names'
import { formatInputSpec } from './parse'
import { Symbols } from './symbols'

/** One input after the user's statements and the model's were brought together. */
export interface NarrowedInput {
  /** What it is called from here on: the user's name, or the model's. */
  name: string
  dtype: TensorSpec['dtype']
  /** The name in the model's own signature, or of forward's parameter; null where neither is known. */
  parameter: string | null
  /** A number, or the key of a symbol. */
  dims: Array<number | string>
  /** True where the model itself lets a size of it vary, even if a statement fixed that size. */
  varies: boolean
  range?: [number, number]
}
export interface Narrowed {
  inputs: NarrowedInput[]
  symbols: Symbols
}

export interface StatedInput extends TensorSpec {
  range?: [number, number]
}

/**
 * Brings stated inputs and a model's own signature together; the statement may only narrow what the model takes.
 * @param keepNames true where the model's names are part of the file (ONNX) and cannot follow the user's
 * @throws EnginesmithError SHAPE_CONTRADICTS_MODEL
 */
export function narrow(signature: Signature, stated: readonly StatedInput[], keepNames: boolean): Narrowed {
  const symbols = new Symbols()
  const known = signature.inputs.map((input) => input.name)
  const places = mapNames(
    stated.map((input) => input.name),
    known,
  )
  if (places === null) {
    throw contradiction(`${stated.length} inputs are stated, the model takes ${known.length} (${known.join(', ') || 'none'}).`, signature, {})
  }
  const statedAt = new Map(places.map((place, index) => [place, stated[index]]))
  const inputs = signature.inputs.map((own, place): NarrowedInput => {
    const dims = own.shape.map((dim) => (typeof dim === 'number' ? dim : symbols.model(dim, signature.symbols?.[dim])))
    const said = statedAt.get(place)
    const varies = own.shape.some((dim) => typeof dim === 'string')
    if (said === undefined) return { name: own.name, dtype: own.dtype, parameter: own.name, dims, varies }
    if (said.dtype !== own.dtype) throw contradiction(`${said.name} is stated as ${said.dtype}, the model takes ${own.dtype}.`, signature, { input: said.name })
    if (said.shape.length !== dims.length) {
      throw contradiction(`${said.name} is stated with ${said.shape.length} sizes, the model takes ${dims.length}.`, signature, { input: said.name })
    }
    const narrowed = dims.map((dim, axis) => narrowDim(dim, said.shape[axis] ?? 0, symbols, () => whereOf(said, axis, own, signature)))
    return { name: keepNames ? own.name : said.name, dtype: own.dtype, parameter: own.name, dims: narrowed, varies, range: said.range }
  })
  return { inputs, symbols }
}

function narrowDim(own: number | string, said: Dim, symbols: Symbols, fail: () => EnginesmithError): number | string {
  if (typeof own === 'number') {
    if (said !== own) throw fail()
    return own
  }
  if (typeof said === 'number') {
    if (!symbols.fix(own, said)) throw fail()
    return said
  }
  const key = symbols.user(said)
  if (!symbols.join(key, own)) throw fail()
  return key
}

function whereOf(said: StatedInput, axis: number, own: TensorSpec, signature: Signature): EnginesmithError {
  return contradiction(`Size ${axis} of ${said.name} is stated as ${said.shape[axis]}, which the model (${formatInputSpec(own)}) does not take.`, signature, {
    input: said.name,
    axis,
  })
}

export function contradiction(message: string, signature: Signature | null, evidence: Record<string, string | number>): EnginesmithError {
  const lines = (signature?.inputs ?? []).map((input) => `--input ${formatInputSpec(input)}`)
  const remedy = lines.length > 0 ? `State inputs that this model takes: ${lines.join(' ')}` : 'State shapes that agree with each other.'
  return new EnginesmithError('SHAPE_CONTRADICTS_MODEL', message, remedy, { ...evidence, expected: lines })
}

/** Stated inputs alone, for a model whose file says nothing; `forward` is what its forward takes, where that is known. */
export function fromStatement(stated: readonly StatedInput[], forward: readonly string[] | null): Narrowed {
  const symbols = new Symbols()
  const places =
    forward === null
      ? null
      : mapNames(
          stated.map((input) => input.name),
          forward,
        )
  if (forward !== null && places === null) {
    throw new EnginesmithError(
      'SHAPE_CONTRADICTS_MODEL',
      `${stated.length} inputs are stated, forward takes ${forward.length} (${forward.join(', ') || 'none'}).`,
      'State one --input for each parameter of forward.',
      {
        forward: [...forward],
      },
    )
  }
  const inputs = stated.map((input, index): NarrowedInput => ({
    name: input.name,
    dtype: input.dtype,
    parameter: forward === null ? null : (forward[places?.[index] ?? index] ?? null),
    dims: input.shape.map((dim) => (typeof dim === 'number' ? dim : symbols.user(dim))),
    varies: input.shape.some((dim) => typeof dim === 'string'),
    range: input.range,
  }))
  return { inputs, symbols }
}
