import { z } from 'zod'
import { findingSchema } from './finding'

/** A line of Python that an exporter noted with a node. */
export const sourceLineSchema = z.object({
  file: z.string(),
  line: z.number().int(),
  function: z.string().nullable(),
  /** The line itself, where the exporter wrote it down. */
  code: z.string().nullable(),
})
export type SourceLine = z.infer<typeof sourceLineSchema>

/** A node that the library's ONNX parser does not take. */
export const refusedNodeSchema = z.object({
  operator: z.string(),
  node: z.string(),
  /** Null where the exporter left none. */
  source: sourceLineSchema.nullable(),
  /** The parser's own words. */
  reason: z.string(),
  /** What to do next. */
  action: z.string(),
})
export type RefusedNode = z.infer<typeof refusedNodeSchema>

/** "Ready for TensorRT?": every node that the parser refuses, before any build. */
export const readySchema = z.object({
  /** False where no library's parser could be asked; the findings say why. */
  judged: z.boolean(),
  library: z.enum(['tensorrt', 'tensorrt-rtx']).nullable(),
  version: z.string().nullable(),
  refused: z.array(refusedNodeSchema),
  findings: z.array(findingSchema),
})
export type Ready = z.infer<typeof readySchema>
