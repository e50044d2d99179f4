import { z } from 'zod'

export const backends = ['tensorrt', 'tensorrt-rtx', 'torch-tensorrt', 'onnxruntime'] as const
export const backendSchema = z.enum(backends)
export type Backend = z.infer<typeof backendSchema>

export const precisionSchema = z.enum(['fp32', 'tf32', 'fp16', 'bf16', 'int8', 'fp8', 'strongly-typed'])
export type Precision = z.infer<typeof precisionSchema>

export const hardwareCompatSchema = z.enum(['none', 'ampere-plus', 'same-cc'])
export type HardwareCompat = z.infer<typeof hardwareCompatSchema>

/** A compute capability as users write it: `sm86`. */
export const targetSchema = z.string().regex(/^sm\d{2,3}$/)

/**
 * What an engine file says of itself, read from its first bytes alone; a null is "the header does not say".
 * `targets` are compute capabilities such as `sm86`; an empty list means none could be read.
 */
export const engineHeaderSchema = z.object({
  flavour: z.enum(['tensorrt', 'tensorrt-rtx', 'unknown']),
  magic: z.string(),
  version: z.string().nullable(),
  targets: z.array(z.string()),
  targetMask: z.number().nullable(),
  /** Byte offset of the plan (an Ultralytics prefix comes before it) and the prefix's JSON. */
  planOffset: z.number(),
  metadata: z.record(z.string(), z.json()).nullable(),
})
export type EngineHeader = z.infer<typeof engineHeaderSchema>

export const runsHereSchema = z.enum(['yes', 'no', 'unknown'])

/** One row of the requested-vs-achieved card. `same` is null where the engine gives no way to read it back; `readFrom` says which call or file told. */
export const readBackSchema = z.object({
  option: z.string(),
  requested: z.string().nullable(),
  achieved: z.string().nullable(),
  same: z.boolean().nullable(),
  readFrom: z.string(),
})
export type ReadBack = z.infer<typeof readBackSchema>

/** One layer from the engine inspector. */
export const layerSchema = z.object({
  name: z.string(),
  type: z.string(),
  precision: z.string().nullable(),
  tactic: z.string().nullable(),
  onnxNodes: z.array(z.string()),
})
export type Layer = z.infer<typeof layerSchema>
