import { z } from 'zod'

export const verdictSchema = z.enum(['pass', 'fail', 'not-judged'])
export type Verdict = z.infer<typeof verdictSchema>

const num = z.number().nullable()

/** `fp32-onnx`: the graph in the chosen precision against the same graph in FP32. The last two: copies beside ONNX. */
export const hopSchema = z.enum([
  'pytorch-onnx',
  'fp32-onnx',
  'onnx-engine',
  'pytorch-engine',
  /** `compiled`: what Torch-TensorRT computed in memory, before it saved the file that is the engine here. */
  'pytorch-compiled',
  'compiled-engine',
  'expected-onnx',
  'expected-engine',
  'pytorch-torchscript',
  'pytorch-exported-program',
])
export type Hop = z.infer<typeof hopSchema>
/** Hops that Convert itself measures. */
export const convertHops: ReadonlySet<Hop> = new Set<Hop>(['pytorch-onnx', 'fp32-onnx'])

/** One row per hop and output, over all input sets; numbers are null where nothing was compared. */
export const comparisonSchema = z.object({
  hop: hopSchema,
  output: z.string(),
  verdict: verdictSchema,
  reason: z.string().nullable(),
  compared: z.number().int(),
  maxAbs: num,
  meanAbs: num,
  maxRel: num,
  rmse: num,
  cosine: num,
  mismatched: num,
  requiredAtol: num,
  atol: num,
  rtol: num,
})
export type Comparison = z.infer<typeof comparisonSchema>

/** A phase of the running stage as its tool names it; `fraction` 0..1 or null, `secondsLeft` null where nothing is known. */
export const progressSchema = z.object({
  phase: z.string(),
  parent: z.string().nullable(),
  fraction: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  elapsed: z.number(),
})
export type Progress = z.infer<typeof progressSchema>
