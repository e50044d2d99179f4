import { z } from 'zod'

/** Element types by numpy's names, with `bfloat16` and the float8 kinds that numpy lacks. */
export const dtypes = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'float8_e4m3fn',
  'float8_e5m2',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
] as const
export const dtypeSchema = z.enum(dtypes)
export type DType = z.infer<typeof dtypeSchema>

/** Bytes of one element. */
export const dtypeBytes: Record<DType, number> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
}

/** One dimension: a fixed size, or the name of a symbol; one symbol is one size across all inputs. */
export const dimSchema = z.union([z.number().int().min(0), z.string().min(1)])
export type Dim = z.infer<typeof dimSchema>

export const tensorSpecSchema = z.object({ name: z.string(), dtype: dtypeSchema, shape: z.array(dimSchema) })
export type TensorSpec = z.infer<typeof tensorSpecSchema>

/** Sizes that a symbol may take; null is no bound. */
export const symbolRangeSchema = z.object({ min: z.number().int().nullable(), max: z.number().int().nullable() })
export type SymbolRange = z.infer<typeof symbolRangeSchema>

/** Named inputs and outputs of a model. `outputs` may be empty where they are only known after a run; `symbols` holds the bounds that the file states. */
export const signatureSchema = z.object({
  inputs: z.array(tensorSpecSchema),
  outputs: z.array(tensorSpecSchema),
  symbols: z.record(z.string(), symbolRangeSchema).optional(),
})
export type Signature = z.infer<typeof signatureSchema>

/** A tensor listed from a file's header, never loaded. */
export const tensorInfoSchema = z.object({ name: z.string(), dtype: z.string(), shape: z.array(z.number().int()), bytes: z.number() })
export type TensorInfo = z.infer<typeof tensorInfoSchema>

/** Sizes of one input of one optimization profile, in elements a dimension. */
export const profileInputSchema = z.object({
  name: z.string(),
  min: z.array(z.number().int().min(0)),
  opt: z.array(z.number().int().min(0)),
  max: z.array(z.number().int().min(0)),
})
export type ProfileInput = z.infer<typeof profileInputSchema>
/** One optimization profile: every dynamic input once. */
export const profileSchema = z.array(profileInputSchema)
export type Profile = z.infer<typeof profileSchema>
