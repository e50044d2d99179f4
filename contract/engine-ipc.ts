import { z } from 'zod'
import { drillDocumentSchema, sheetBackendSchema, sheetDocumentSchema } from './engine-sheet'
import { diffDocumentSchema, engineFileSchema, layersDocumentSchema, timeDocumentSchema, workProgressSchema } from './engine-work'
import { runsHereSchema } from './engine'
import { buildOptionsSchema } from './recipe'
import { weightBudgetSchema } from './run-options'

/** What the window asks of engines, and what it hears while that goes on. */

/** The engine that the view shows. `path` is what was given: the file, or the run folder that built it. */
export const shownEngineSchema = z.object({
  path: z.string(),
  file: engineFileSchema,
  flavour: z.string(),
  version: z.string().nullable(),
  targets: z.array(z.string()),
  runsHere: runsHereSchema,
  reason: z.string(),
  run: z.object({ id: z.string(), folder: z.string(), name: z.string() }).nullable(),
  /** The ONNX file that its run built it from, where that is there. */
  onnx: z.string().nullable(),
})
export type ShownEngine = z.infer<typeof shownEngineSchema>

/** A piece of work is known by a name that the window gives it. */
const job = z.string().min(1).max(64)
const device = z.number().int().nullable()
const shapes = z.array(z.object({ name: z.string(), shape: z.array(z.number().int()) }))
/** Build options over the defaults; sizes as `--shapes` takes them, NAME:MIN/OPT/MAX. */
const options = buildOptionsSchema.partial()
const profiles = z.array(z.string())

export const timeAskSchema = z.object({
  job,
  path: z.string(),
  device,
  profile: z.number().int().min(0),
  shapes,
  durationMs: z.number().min(0).max(600_000),
  cudaGraph: z.enum(['on', 'off', 'both']),
  overlap: z.boolean(),
  sweep: z.boolean(),
  latencyLimitMs: z.number().positive().nullable(),
  weightBudget: weightBudgetSchema.nullable(),
})
export type TimeAsk = z.input<typeof timeAskSchema>

/**
 * Each of the long ones answers with its document on every end: what went wrong, or that it was cancelled, is among its findings.
 */
export const engineCommands = {
  'engine.open': { input: z.object({ path: z.string() }), output: shownEngineSchema },
  'engine.layers': { input: z.object({ job, path: z.string(), device }), output: layersDocumentSchema },
  'engine.diff': { input: z.object({ job, a: z.string(), b: z.string(), device }), output: diffDocumentSchema },
  'engine.time': { input: timeAskSchema, output: timeDocumentSchema },
  'engine.drill': {
    input: z.object({ job, onnx: z.string(), checkpoint: z.string().nullable(), backend: sheetBackendSchema, options, profiles }),
    output: drillDocumentSchema,
  },
  'engine.sheet': { input: z.object({ job, onnx: z.string(), options, profiles }), output: sheetDocumentSchema },
  'engine.cancel': { input: z.object({ job }), output: z.object({}) },
  /** Saves the last document of a job; asks where; null where the person closed the dialog. */
  'engine.save': { input: z.object({ job, format: z.enum(['json', 'csv']) }), output: z.object({ path: z.string().nullable() }) },
} as const

export const engineProgressSchema = workProgressSchema.extend({ job: z.string() })
