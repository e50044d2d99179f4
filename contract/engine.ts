import { z } from 'zod'

export const backends = ['tensorrt', 'tensorrt-rtx', 'torch-tensorrt', 'onnxruntime'] as const
export const backendSchema = z.enum(backends)
export type Backend = z.infer<typeof backendSchema>

export const precisionSchema = z.enum(['fp32', 'tf32', 'fp16', 'bf16', 'int8', 'fp8', 'strongly-typed'])
export type Precision = z.infer<typeof precisionSchema>

export const hardwareCompatSchema = z.enum(['none', 'ampere-plus', 'same-cc'])
export type HardwareCompat = z.infer<typeof hardwareCompatSchema>

/** How hard the builder looks for ways to keep data in the L2 cache. */
export const tilingSchema = z.enum(['none', 'fast', 'moderate', 'full'])
export type Tiling = z.infer<typeof tilingSchema>

/** The operating system that the engine will run on. */
export const runtimePlatformSchema = z.enum(['same-as-build', 'windows-amd64'])
export type RuntimePlatform = z.infer<typeof runtimePlatformSchema>

/** What an engine tells of its layers. */
export const profilingVerbositySchema = z.enum(['none', 'layer-names', 'detailed'])
export type ProfilingVerbosity = z.infer<typeof profilingVerbositySchema>

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
  /** True where it lists a lean runtime: code for the CPU. Absent: the header does not say. */
  hostCode: z.boolean().optional(),
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

/** Whether a library has an option of Build, and why not; `values` where it has only some values of one. */
export const optionSupportSchema = z.object({
  name: z.string(),
  available: z.boolean(),
  reason: z.string().nullable(),
  values: z.array(z.string()).nullable(),
})
export type OptionSupport = z.infer<typeof optionSupportSchema>

/** One layer from the engine inspector. */
export const layerSchema = z.object({
  name: z.string(),
  type: z.string(),
  precision: z.string().nullable(),
  tactic: z.string().nullable(),
  onnxNodes: z.array(z.string()),
  /** Names of the tensors that it reads and writes: the edges of the engine's graph. Absent where the engine keeps names only, and in runs of earlier versions. */
  inputs: z.array(z.string()).optional(),
  outputs: z.array(z.string()).optional(),
})
export type Layer = z.infer<typeof layerSchema>
