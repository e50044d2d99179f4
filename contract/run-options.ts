import { z } from 'zod'

/** How an engine is run: what no engine file holds, and what came of it. */

/**
 * How much of the weights of an engine built for streaming stays on the GPU: `auto` (the library decides by the memory that is free), a
 * share of what can be streamed (`50%`), or a size (`0`, `512MiB`). The rest is copied while the engine runs.
 */
export const weightBudgetSchema = z.string().regex(/^(?:auto|0|(?:100|\d{1,2}(?:\.\d+)?)%|\d+(?:\.\d+)?(?:B|KiB|MiB|GiB))$/)

/** The same in numbers: `value` is 0..1 for a share, else bytes; without meaning for `automatic`. */
export const askedBudgetSchema = z.object({ kind: z.enum(['automatic', 'share', 'bytes']), value: z.number() })
export type AskedBudget = z.infer<typeof askedBudgetSchema>

/** Bytes. */
export const weightStreamingSchema = z.object({
  /** All weights of the engine that can be streamed. */
  streamable: z.number(),
  /** What the budget that was asked for comes to; null where none was, so that the library's own default holds. */
  requested: z.number().nullable(),
  /** As the library says afterwards: that much stays on the GPU. Equal to `streamable`: nothing is streamed. */
  budget: z.number(),
  /** Memory of each execution context for the weights on their way. */
  scratch: z.number(),
})
export type WeightStreaming = z.infer<typeof weightStreamingSchema>

/**
 * The file with the kernels that TensorRT-RTX compiled while it ran. `new`: it was not there. `replaced`: it was of no use and was begun
 * anew. `refused`: it was of no use and is left as it is. `unwritten`: it was used, and what was added could not be written.
 */
export const runtimeCacheUseSchema = z.object({
  path: z.string(),
  state: z.enum(['new', 'reused', 'replaced', 'refused', 'unwritten']),
  bytes: z.number(),
  /** Why it is replaced, refused or unwritten; null otherwise. */
  reason: z.string().nullable(),
})
export type RuntimeCacheUse = z.infer<typeof runtimeCacheUseSchema>

/** What a run of an engine says of both; null where the engine streams nothing, and where no cache is kept. */
export const engineUseSchema = z.object({ weightStreaming: weightStreamingSchema.nullable(), runtimeCache: runtimeCacheUseSchema.nullable() })
export type EngineUse = z.infer<typeof engineUseSchema>
