import { z } from 'zod'
import { findingSchema } from './finding'
import { comparisonSchema, progressSchema } from './comparison'
import type { ModelFormat } from './run'

/** What a model can be written as beside ONNX: a file where the user wants it, no stage builds upon it. */
export const copyTargets = ['torchscript', 'exported-program', 'safetensors', 'wts'] as const
export const copyTargetSchema = z.enum(copyTargets)
export type CopyTarget = z.infer<typeof copyTargetSchema>

/** What a file of this format can be written as: nothing where there is no PyTorch model and no weights in it. */
export function copyTargetsOf(format: ModelFormat): readonly CopyTarget[] {
  if (format === 'onnx' || format === 'engine') return []
  return format === 'wts' ? ['safetensors'] : copyTargets
}
/** Targets that run, and so need the live model and the sample that Load fixed; the others need the weights alone. */
export const runnableTargets: ReadonlySet<CopyTarget> = new Set<CopyTarget>(['torchscript', 'exported-program'])

/** An input of an exported program's graph: the user's own, or what was lifted out of the module, with its name there. */
export const graphInputSchema = z.object({
  role: z.string(),
  name: z.string(),
  target: z.string().nullable(),
  dtype: z.string(),
  shape: z.array(z.union([z.number(), z.string()])),
})
export type GraphInput = z.infer<typeof graphInputSchema>

/** A tensor as it was written: the name map of a `.wts` file, which itself knows no shapes and no types. */
export const weightSchema = z.object({ name: z.string(), dtype: z.string(), shape: z.array(z.number().int()), elements: z.number().int() })
export type Weight = z.infer<typeof weightSchema>

/** A file that was written, how, and what it was held against at once. */
export const copySchema = z.object({
  target: copyTargetSchema,
  /** Absolute. */
  path: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  at: z.string(),
  /** How it was made: `how`, `variant`, `mode`, `branches`, `loops`, `operators`, `custom`, `where`. */
  facts: z.record(z.string(), z.string()),
  comparisons: z.array(comparisonSchema),
  findings: z.array(findingSchema),
  /** Of an exported program; else empty. */
  graph: z.array(graphInputSchema),
  /** Of `.wts` and safetensors; else empty. */
  weights: z.array(weightSchema),
})
export type Copy = z.infer<typeof copySchema>

/** A copy that is being written. */
export const copyingSchema = z.object({ target: copyTargetSchema, progress: progressSchema.nullable() })
