import { z } from 'zod'
import { backendSchema, precisionSchema, targetSchema } from './engine'
import { findingSchema } from './finding'
import { recipeSchema } from './recipe'
import { latencyOfSchema, modelFormatSchema, stageNameSchema, verdictSchema } from './run'
import { tensorSpecSchema } from './tensor'

/** What a batch may take of this machine; null: a sensible share of it. */
export const batchLimitsSchema = z.strictObject({
  /** Models that are loaded and converted side by side. */
  jobs: z.number().int().min(1).max(256).nullable().default(null),
  /** MiB that the rows at work may take together, as estimated. */
  memory: z.number().positive().nullable().default(null),
  /** Minutes after which a row is ended. */
  rowMinutes: z.number().positive().nullable().default(null),
})
export type BatchLimits = z.infer<typeof batchLimitsSchema>

/**
 * A row as a plan file states it: a model and how to treat it. Relative paths start at the plan file's folder. Trust is
 * no part of it: that is a decision of the machine that runs it.
 */
export const planRowSchema = z.strictObject({
  path: z.string().min(1),
  /** Null: the plan's own recipe. */
  recipe: recipeSchema.nullable().default(null),
  /** Sample inputs, as `--inputs` takes them; wins over the recipe's. */
  inputs: z.string().nullable().default(null),
  /** The right answers, as `--expect` takes them; wins over the recipe's. */
  expect: z.string().nullable().default(null),
  excluded: z.boolean().default(false),
  /** Minutes after which this row is ended; null: the batch's limit. */
  minutes: z.number().positive().nullable().default(null),
})
export type PlanRow = z.infer<typeof planRowSchema>

/** A plan file: rows that each are a unit of work of their own (recipe and file in, run folder out). */
export const batchPlanSchema = z.strictObject({
  version: z.literal(1).default(1),
  name: z.string().default(''),
  recipe: recipeSchema.prefault({}),
  limits: batchLimitsSchema.prefault({}),
  rows: z.array(planRowSchema),
})
export type BatchPlan = z.infer<typeof batchPlanSchema>

/** Trust of a row: no pickle in it, tensors alone, every refused name allowed, some still refused, or names that nothing allows. */
export const rowTrustSchema = z.object({ kind: z.enum(['no-pickle', 'tensors-only', 'allowed', 'refused', 'dangerous']), names: z.number().int() })
export type RowTrust = z.infer<typeof rowTrustSchema>

/** What a person has to answer before a row can come to anything; `confirm`: its class is named, and nobody here has said yet that it may be imported. */
export const rowNeedSchema = z.enum(['trust', 'class', 'confirm', 'inputs'])
export type RowNeed = z.infer<typeof rowNeedSchema>

/** `history`: this very file on this machine; `similar`: files of its kind on this machine; `size`: reckoned from its bytes. */
export const estimateSchema = z.object({ seconds: z.number(), memoryMiB: z.number(), source: z.enum(['history', 'similar', 'size']) })
export type Estimate = z.infer<typeof estimateSchema>

/** A row of the plan sheet: what a look at the file says of it. */
export const sheetRowSchema = z.object({
  id: z.string(),
  path: z.string(),
  /** The path below the folder that it was found in. */
  name: z.string(),
  format: modelFormatSchema,
  bytes: z.number(),
  sha256: z.string().nullable(),
  /** Files that belong to it: external data, shards, inputs and answers. */
  files: z.array(z.string()),
  /** Other places of the same content. */
  duplicates: z.array(z.string()),
  recipe: recipeSchema.nullable(),
  inputs: z.string().nullable(),
  expect: z.string().nullable(),
  excluded: z.boolean(),
  minutes: z.number().positive().nullable().default(null),
  trust: rowTrustSchema,
  /** Inputs as the file states them; null where it does not. */
  signature: z.array(tensorSpecSchema).nullable(),
  needs: z.array(rowNeedSchema),
  /** Null for what is not run. */
  estimate: estimateSchema.nullable(),
  /** What the look at the file found. */
  findings: z.array(findingSchema),
  /** False for what is no model: it is listed, named and left alone. */
  model: z.boolean(),
})
export type SheetRow = z.infer<typeof sheetRowSchema>

const seconds = z.object({ load: z.number(), convert: z.number(), build: z.number(), validate: z.number() })

/** How a row ended: a line of the journal, and what the results are made of. */
export const rowResultSchema = z.object({
  id: z.string(),
  /** Content key of the work: an equal key means that it need not be done again. */
  key: z.string(),
  /** `done`: there is a verdict. `error`: a stage said no or died. */
  state: z.enum(['done', 'error', 'cancelled']),
  /** True where it died or ran out of time, rather than was refused. */
  crashed: z.boolean(),
  verdict: verdictSchema.nullable(),
  failedAt: stageNameSchema.nullable(),
  findings: z.array(findingSchema),
  /** Name of the run folder below `runs/`; null where none came to be. */
  run: z.string().nullable(),
  seconds: z.number(),
  stageSeconds: seconds,
  /** Every stage was reused, or the whole result is that of an earlier start. */
  reused: z.boolean(),
  backend: backendSchema.nullable(),
  engineBytes: z.number().nullable(),
  /** Of one warm run at the sample inputs. */
  latencyMs: z.number().nullable(),
  /** What ran in that time. Absent in journals of earlier versions. */
  latencyOf: latencyOfSchema.nullable().optional(),
  /** Most memory that its processes took, MiB; null where the system does not tell. */
  peakMiB: z.number().nullable(),
  at: z.string(),
})
export type RowResult = z.infer<typeof rowResultSchema>

export const rowStateSchema = z.enum(['waiting', 'running', 'done', 'error', 'cancelled', 'excluded', 'skipped'])
export type RowState = z.infer<typeof rowStateSchema>

/** A row with what has become of it. */
export const batchRowSchema = sheetRowSchema.extend({
  state: rowStateSchema,
  /** Of a running row. */
  stage: stageNameSchema.nullable(),
  /** What a running row waits for, if anything: its turn on the GPU or on a processor, or the end of a pause. */
  held: z.enum(['gpu', 'cpu', 'pause']).nullable(),
  fraction: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  result: rowResultSchema.nullable(),
  /** Absolute path of its run folder, once there is one. */
  run: z.string().nullable(),
})
export type BatchRow = z.infer<typeof batchRowSchema>

export const batchCountsSchema = z.object({
  pass: z.number().int(),
  fail: z.number().int(),
  notJudged: z.number().int(),
  error: z.number().int(),
  skipped: z.number().int(),
})
export type BatchCounts = z.infer<typeof batchCountsSchema>

/** `plan`: being put together. `stopped`: ended before its rows were, by a person or a crash. */
export const batchStateSchema = z.enum(['plan', 'running', 'paused', 'stopping', 'stopped', 'done'])
export type BatchState = z.infer<typeof batchStateSchema>

/** A batch without its rows. */
export const batchHeadSchema = z.object({
  id: z.string(),
  folder: z.string(),
  name: z.string(),
  createdAt: z.string(),
  state: batchStateSchema,
  recipe: recipeSchema,
  limits: batchLimitsSchema,
  sources: z.array(z.string()),
  counts: batchCountsSchema,
  /** Rows that are to be run, and those of them that have ended. */
  total: z.number().int(),
  ended: z.number().int(),
  secondsLeft: z.number().nullable(),
  findings: z.array(findingSchema),
  revision: z.number().int(),
})
export type BatchHead = z.infer<typeof batchHeadSchema>
export const batchSnapshotSchema = batchHeadSchema.extend({ rows: z.array(batchRowSchema) })
export type BatchSnapshot = z.infer<typeof batchSnapshotSchema>

/** A change of a batch: its head, the rows that changed, and the order where that changed. */
export const batchChangeSchema = z.object({ head: batchHeadSchema, rows: z.array(batchRowSchema), order: z.array(z.string()).nullable() })
export type BatchChange = z.infer<typeof batchChangeSchema>

/** `batch.json` in the batch's folder; what became of the rows is in its journal and in the run folders. */
export const batchFileSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  app: z.string(),
  state: batchStateSchema,
  recipe: recipeSchema,
  limits: batchLimitsSchema,
  sources: z.array(z.string()),
  findings: z.array(findingSchema),
  rows: z.array(sheetRowSchema),
})
export type BatchFile = z.infer<typeof batchFileSchema>

/** A batch in a list of them. */
export const batchSummarySchema = z.object({
  id: z.string(),
  folder: z.string(),
  name: z.string(),
  createdAt: z.string(),
  state: batchStateSchema,
  total: z.number().int(),
  ended: z.number().int(),
  counts: batchCountsSchema,
})
export type BatchSummary = z.infer<typeof batchSummarySchema>

export const exportFormats = ['csv', 'json', 'junit', 'html', 'plan'] as const
export const exportFormatSchema = z.enum(exportFormats)
export type ExportFormat = z.infer<typeof exportFormatSchema>

/** A change of rows from the sheet; each field that is named is set on every row, whatever else their recipes say. */
export const rowEditSchema = z.object({
  excluded: z.boolean().optional(),
  /** Null: the batch's recipe again. */
  recipe: recipeSchema.nullable().optional(),
  /** `module:Class`. */
  model: z.string().nullable().optional(),
  backend: backendSchema.nullable().optional(),
  precision: precisionSchema.nullable().optional(),
  targets: z.array(targetSchema).optional(),
  /** As `--input` takes them. */
  inputSpecs: z.array(z.string()).optional(),
  /** As `--shapes` takes them. */
  shapes: z.array(z.string()).optional(),
  inputs: z.string().nullable().optional(),
  expect: z.string().nullable().optional(),
  /** Null: the batch's limit. */
  minutes: z.number().positive().nullable().optional(),
})
export type RowEdit = z.infer<typeof rowEditSchema>

export const batchActionSchema = z.enum(['start', 'pause', 'stop', 'cancel', 'retry', 'trust'])
export type BatchAction = z.infer<typeof batchActionSchema>
