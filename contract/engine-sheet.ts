import { z } from 'zod'
import { engineFileSchema, statisticsSchema } from './engine-work'
import { findingSchema } from './finding'
import { comparisonSchema, verdictSchema } from './run'

/** The documents of `sheet` and of the refit drill: one ONNX file, several engines of it, side by side. */

const num = z.number().nullable()

/** Both of NVIDIA's libraries, in the order of the sheet. */
export const sheetBackends = ['tensorrt', 'tensorrt-rtx'] as const
export const sheetBackendSchema = z.enum(sheetBackends)
export type SheetBackend = z.infer<typeof sheetBackendSchema>

export const sheetRowSchema = z.object({
  backend: sheetBackendSchema,
  version: z.string().nullable(),
  targets: z.array(z.string()),
  /** Null where nothing was built, and why. */
  engine: engineFileSchema.nullable(),
  notBuilt: z.string().nullable(),
  buildSeconds: num,
  /** From opening the engine in a process that has done nothing yet, its library loaded, to the first outputs. */
  firstRunMs: num,
  /** The same again in that process: driver, context and whatever the library keeps are there. */
  warmStartMs: num,
  /** GPU time alone, and with both copies, without a CUDA graph. */
  gpu: statisticsSchema.nullable(),
  latency: statisticsSchema.nullable(),
  throughput: num,
  /** Why it was not run; null where it was, or where there is no engine. */
  notRun: z.string().nullable(),
  /** Of the engine against ONNX Runtime on the ONNX file. */
  verdict: verdictSchema.nullable(),
  comparisons: z.array(comparisonSchema),
})
export type SheetRow = z.infer<typeof sheetRowSchema>

export const sheetDocumentSchema = z.object({
  onnx: engineFileSchema.nullable(),
  /** The GPU that both were run on. */
  device: z.string().nullable(),
  rows: z.array(sheetRowSchema),
  /** TensorRT as the reference, TensorRT-RTX against it, by output; empty where one of the two was not run. */
  difference: z.array(comparisonSchema.omit({ hop: true })),
  /** Pass where both engines were held against ONNX Runtime and are equal to it within tolerance. */
  verdict: verdictSchema.nullable(),
  findings: z.array(findingSchema),
})
export type SheetDocument = z.infer<typeof sheetDocumentSchema>

/**
 * `full`: the engine with its weights. `stripped`: without, as it was built. `refit`: with the weights of the ONNX file.
 * `again`: the file without weights that the refit wrote, refitted once more. `checkpoint`: with the weights of another file.
 */
export const drillSteps = ['full', 'stripped', 'refit', 'again', 'checkpoint'] as const
/** Numbers that a step has and that are held against those of `full`. */
export const drillFigures = ['seconds', 'bytesWith', 'bytesWithout', 'gpuMs', 'latencyMs'] as const
export type DrillFigure = (typeof drillFigures)[number]
export const drillStepSchema = z.object({
  step: z.enum(drillSteps),
  /** Why it was not done, or not to the end; null where it was. */
  reason: z.string().nullable(),
  /** The file with weights; of `stripped` the one that was built without. Null where there is none. */
  engine: engineFileSchema.nullable(),
  /** Of the build or of the refit. */
  seconds: num,
  /** Of the file with its weights, and of the one without. */
  bytesWith: num,
  bytesWithout: num,
  flagsWith: z.array(z.string()),
  flagsWithout: z.array(z.string()),
  weights: z.object({ set: z.number().int(), total: z.number().int() }).nullable(),
  /** Medians for a run of `engine` without a CUDA graph: the GPU's time, and that with both copies. */
  gpuMs: num,
  latencyMs: num,
  /** Each over that of `full`, seconds over its build and both sizes over its size; null where one of the two is not known. */
  ofFull: z.object({ seconds: num, bytesWith: num, bytesWithout: num, gpuMs: num, latencyMs: num } satisfies Record<DrillFigure, typeof num>),
  /** True where every output was zero: expected of `stripped`, and of no other. */
  zeros: z.boolean().nullable(),
  verdict: verdictSchema.nullable(),
  comparisons: z.array(comparisonSchema),
})
export type DrillStep = z.infer<typeof drillStepSchema>

export const drillDocumentSchema = z.object({
  onnx: engineFileSchema.nullable(),
  checkpoint: engineFileSchema.nullable(),
  backend: sheetBackendSchema.nullable(),
  version: z.string().nullable(),
  /** The GPU that the engines were run on. */
  device: z.string().nullable(),
  steps: z.array(drillStepSchema),
  /** Pass where every engine with weights is equal to ONNX Runtime within tolerance; the stripped one has no say. */
  verdict: verdictSchema.nullable(),
  findings: z.array(findingSchema),
})
export type DrillDocument = z.infer<typeof drillDocumentSchema>
