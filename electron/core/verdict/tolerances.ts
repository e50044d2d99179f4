import type { Precision } from '../../../contract/engine'
import type { GraphPrecision, Tolerance, ValidateOptions } from '../../../contract/recipe'
import type { DType } from '../../../contract/tensor'
import { isFloat } from '../tensors'

/** Defaults by output dtype; integers and bool are exact. */
const byDtype: Partial<Record<DType, Tolerance>> = {
  float64: { atol: 1e-4, rtol: 1e-3 },
  float32: { atol: 1e-4, rtol: 1e-3 },
  float16: { atol: 1e-2, rtol: 1e-2 },
  bfloat16: { atol: 5e-2, rtol: 5e-2 },
}

/** A build of these precisions is judged by that precision's row, whatever type its outputs have. */
const byPrecision: Partial<Record<Precision, Tolerance>> = {
  tf32: { atol: 1e-2, rtol: 1e-2 },
  fp16: { atol: 1e-2, rtol: 1e-2 },
  bf16: { atol: 5e-2, rtol: 5e-2 },
}

/** Default tolerance of a type of element. */
export const dtypeTolerance = (dtype: DType): Tolerance => byDtype[dtype] ?? { atol: 0, rtol: 0 }

/**
 * Default tolerance of an output; null where the comparison's own default (of the coarser of both dtypes) holds.
 * @param precision of the build, for a hop with an engine in it; null for the others
 */
export function defaultTolerance(dtype: DType | null, precision: Precision | null): Tolerance | null {
  if (precision === null || (dtype !== null && !isFloat(dtype))) return null
  const ofBuild = byPrecision[precision]
  if (ofBuild === undefined) return null
  const ofOutput = dtype === null ? undefined : byDtype[dtype]
  return ofOutput !== undefined && ofOutput.atol > ofBuild.atol ? ofOutput : ofBuild
}

/** Where nobody says anything else, quantized values are held to a tenth: the numbers, not the word, tell whether that will do. */
const quantized: Tolerance = { atol: 1e-1, rtol: 1e-1 }

/** Options and precision for `toleranceTable` where the graph itself has a precision of its own. */
export function judgedAs(options: ValidateOptions, graph: GraphPrecision | null, build: Precision | null = null): [ValidateOptions, Precision | null] {
  if (graph !== 'int8') return [options, graph ?? build]
  return [{ ...options, atol: options.atol ?? quantized.atol, rtol: options.rtol ?? quantized.rtol }, null]
}

export type ToleranceTable = Record<string, { atol: number | null; rtol: number | null }>

/**
 * What `tensors.compare` takes: a row for every known output. The user's word for an output comes first, then the user's
 * word for all, then the build's precision, then the output's dtype.
 */
export function toleranceTable(outputs: ReadonlyArray<{ name: string; dtype: DType }>, options: ValidateOptions, precision: Precision | null): ToleranceTable {
  const row = (name: string | null, dtype: DType | null): { atol: number | null; rtol: number | null } => {
    const own = name === null ? undefined : options.outputs[name]
    const otherwise = defaultTolerance(dtype, precision)
    return { atol: own?.atol ?? options.atol ?? otherwise?.atol ?? null, rtol: own?.rtol ?? options.rtol ?? otherwise?.rtol ?? null }
  }
  const table: ToleranceTable = { '*': { atol: options.atol, rtol: options.rtol } }
  for (const { name, dtype } of outputs) table[name] = row(name, dtype)
  for (const name of Object.keys(options.outputs)) table[name] ??= row(name, null)
  return table
}
