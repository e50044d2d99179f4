import { z } from 'zod'
import { drillDocumentSchema, sheetDocumentSchema } from './engine-sheet'
import { diffDocumentSchema, layersDocumentSchema, refitDocumentSchema, timeDocumentSchema } from './engine-work'
import { doctorDocumentSchema, environmentSchema } from './environment'
import { exportDocumentSchema } from './export'
import { findingSchema } from './finding'
import { batchCountsSchema, rowStateSchema } from './batch'
import { artifactSchema, comparisonSchema, latencyOfSchema, modelFileSchema, modelFormatSchema, stageStateSchema, verdictSchema } from './run'
import { backendSchema, readBackSchema } from './engine'
import { readySchema } from './ready'
import { engineUseSchema } from './run-options'

/** What was asked of the Build stage and what the engine says of itself; null where Build was not reached. */
export const requestedSchema = z.object({ backend: backendSchema.nullable(), options: z.record(z.string(), z.json()) }).nullable()
export const achievedSchema = z
  .object({
    backend: backendSchema.nullable(),
    version: z.string().nullable(),
    rows: z.array(readBackSchema),
    /** How many layers compute in each type. */
    precisions: z.array(z.object({ type: z.string(), layers: z.number().int() })),
    /** Of the builder alone, as it was when the engine was built; null for a backend without an engine. */
    buildSeconds: z.number().nullable(),
    /** Why the engine itself was not asked; null where it was. */
    notReadBack: z.string().nullable(),
  })
  .nullable()

const stageSchema = z.object({ state: stageStateSchema, seconds: z.number(), cached: z.boolean() })

export const runDocumentSchema = z.object({
  run: z.string().nullable(),
  verdict: verdictSchema.nullable(),
  stages: z.object({ load: stageSchema, convert: stageSchema, build: stageSchema, validate: stageSchema }),
  comparisons: z.array(comparisonSchema),
  findings: z.array(findingSchema),
  artifacts: z.array(artifactSchema),
  requested: requestedSchema,
  achieved: achievedSchema,
  /** The weight budget and the runtime cache that the engine was validated with; null where it was not run. */
  engineUse: engineUseSchema.nullable(),
  environment: environmentSchema.nullable(),
})
export type RunDocument = z.infer<typeof runDocumentSchema>

export const makeDocumentSchema = runDocumentSchema.pick({
  artifacts: true,
  requested: true,
  achieved: true,
  comparisons: true,
  findings: true,
  environment: true,
})
export type MakeDocument = z.infer<typeof makeDocumentSchema>

export const compareDocumentSchema = runDocumentSchema.pick({ verdict: true, comparisons: true, findings: true })
export type CompareDocument = z.infer<typeof compareDocumentSchema>

/** What this kind of file is good for, in the language of the call; null where there was no file to look at. */
export const adviceSchema = z.object({ is: z.string(), can: z.string(), cannot: z.string(), advised: z.string(), next: z.string() })

export const inspectDocumentSchema = modelFileSchema
  .pick({ format: true, bytes: true, sha256: true, signature: true, tensors: true, pickle: true, engine: true, facts: true, findings: true })
  .extend({
    bytes: z.number().nullable(),
    advice: adviceSchema.nullable(),
    /** With `--ready` alone: what the library's parser says of an ONNX file. */
    ready: readySchema.optional(),
  })
export type InspectDocument = z.infer<typeof inspectDocumentSchema>

/** A row of `batch`; `state` says what the verdict alone does not: waiting, cancelled, excluded, an error, no model. */
export const batchDocumentRowSchema = z.object({
  path: z.string(),
  format: modelFormatSchema,
  verdict: verdictSchema.nullable(),
  findings: z.array(findingSchema),
  run: z.string().nullable(),
  seconds: z.number(),
  state: rowStateSchema,
  /** True where nothing of it was done in this call. */
  reused: z.boolean(),
  /** Of one warm run at the sample inputs, and what ran: the engine, or the ONNX file in ONNX Runtime on the CPU. */
  latencyMs: z.number().nullable(),
  latencyOf: latencyOfSchema.nullable(),
  bytes: z.number(),
  sha256: z.string().nullable(),
  duplicates: z.array(z.string()),
})
export type BatchDocumentRow = z.infer<typeof batchDocumentRowSchema>

export const batchDocumentSchema = z.object({
  batch: z.string().nullable(),
  counts: batchCountsSchema,
  rows: z.array(batchDocumentRowSchema),
  findings: z.array(findingSchema),
})
export type BatchDocument = z.infer<typeof batchDocumentSchema>

/** For `open`, and for a usage error before the command is known. */
export const plainDocumentSchema = z.object({ findings: z.array(findingSchema) })
export type PlainDocument = z.infer<typeof plainDocumentSchema>

/**
 * What each command of the command line prints under `--json`, on every exit; `null` stands for a call whose command
 * could not be told.
 */
export const commandDocuments = {
  doctor: doctorDocumentSchema,
  inspect: inspectDocumentSchema,
  convert: makeDocumentSchema,
  build: makeDocumentSchema,
  run: runDocumentSchema,
  compare: compareDocumentSchema,
  validate: runDocumentSchema,
  batch: batchDocumentSchema,
  time: timeDocumentSchema,
  layers: layersDocumentSchema,
  diff: diffDocumentSchema,
  refit: refitDocumentSchema,
  sheet: sheetDocumentSchema,
  drill: drillDocumentSchema,
  export: exportDocumentSchema,
  open: plainDocumentSchema,
} as const
export type DocumentCommand = keyof typeof commandDocuments
