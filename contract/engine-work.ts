import { z } from 'zod'
import { layerSchema } from './engine'
import { findingSchema } from './finding'
import { engineUseSchema } from './run-options'
import { artifactSchema, comparisonSchema, verdictSchema } from './run'

/** The documents of `time`, `layers`, `diff` and `refit`: what is done with an engine that is already built. */

const count = z.number().int()
const num = z.number().nullable()

/** The engine file that the numbers belong to. */
export const engineFileSchema = z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })

/** Milliseconds. Percentiles by trtexec's index `max(n-1-int((1-p/100)*n), 0)` of the sorted values; `cv` is deviation over mean. */
export const statisticsSchema = z.object({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  median: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  cv: z.number(),
})
export type Statistics = z.infer<typeof statisticsSchema>

export const timingWarningSchema = z.enum(['enqueue-bound', 'transfer-bound', 'unstable'])
export type TimingWarning = z.infer<typeof timingWarningSchema>

/** GPU times in bins of equal width: bin i counts from `edges[i]` to `edges[i + 1]`; what is slower than `edges` reach, out to the maximum, is `beyond`. */
export const timeHistogramSchema = z.object({ edges: z.array(z.number()), counts: z.array(count), beyond: count })
export type TimeHistogram = z.infer<typeof timeHistogramSchema>

/** One measurement. `latency` is h2d + gpu + d2h; `host` from the first copy's call to the last copy's end; `throughput` in runs a second. */
export const timingRowSchema = z.object({
  profile: count,
  /** Sizes of every input; the values of a shape input. */
  shapes: z.record(z.string(), z.array(count)),
  /** First size of the first dynamic input; null where no size is dynamic. */
  batch: count.nullable(),
  cudaGraph: z.boolean(),
  iterations: count,
  gpu: statisticsSchema,
  host: statisticsSchema,
  h2d: statisticsSchema,
  d2h: statisticsSchema,
  enqueue: statisticsSchema,
  latency: statisticsSchema,
  throughput: z.number(),
  histogram: timeHistogramSchema,
  warnings: z.array(timingWarningSchema),
})
export type TimingRow = z.infer<typeof timingRowSchema>

/** Clocks in MHz, temperature in °C, power in W, as NVML tells them; null where it does not. */
export const gpuStateSchema = z.object({ smClock: num, memoryClock: num, temperature: num, power: num })
export type GpuState = z.infer<typeof gpuStateSchema>

export const timeDocumentSchema = z.object({
  engine: engineFileSchema.nullable(),
  device: z.object({ index: count, name: z.string(), computeCapability: z.string() }).nullable(),
  library: z.object({ flavour: z.string(), version: z.string() }).nullable(),
  conditions: z
    .object({
      warmUpMs: z.number(),
      durationMs: z.number(),
      iterations: count,
      driver: z.string().nullable(),
      before: gpuStateSchema,
      after: gpuStateSchema,
    })
    .nullable(),
  /** How the engine was run; null where it was not. */
  engineUse: engineUseSchema.nullable(),
  rows: z.array(timingRowSchema),
  /** Index of the row with the most items a second whose p99 latency is within the limit; null where no row is, or nothing was measured. */
  best: count.nullable(),
  latencyLimitMs: num,
  findings: z.array(findingSchema),
})
export type TimeDocument = z.infer<typeof timeDocumentSchema>

/** A layer and, where it was profiled, its time in a run: `share` of the sum of all layers, 0..1. */
export const timedLayerSchema = layerSchema.extend({ ms: z.object({ mean: z.number(), median: z.number(), share: z.number() }).nullable() })
export type TimedLayer = z.infer<typeof timedLayerSchema>

export const layersDocumentSchema = z.object({
  /** Null where the layers are those that a run folder keeps and its engine file is not there. */
  engine: engineFileSchema.nullable(),
  /** `run`: as the build wrote them down, without times. */
  source: z.enum(['engine', 'run']).nullable(),
  profiledRuns: count,
  layers: z.array(timedLayerSchema),
  /** By ONNX node, in the order of the layers: which layers it became and their time; a layer of several nodes is in each of their groups. */
  groups: z.array(z.object({ onnxNode: z.string(), layers: z.array(z.string()), ms: num })),
  findings: z.array(findingSchema),
})
export type LayersDocument = z.infer<typeof layersDocumentSchema>

export const diffRowSchema = z.object({
  state: z.enum(['same', 'changed', 'only-a', 'only-b']),
  /** What the two were aligned by. */
  onnxNodes: z.array(z.string()),
  a: z.array(timedLayerSchema),
  b: z.array(timedLayerSchema),
  changed: z.array(z.enum(['layers', 'type', 'precision', 'tactic'])),
  /** Milliseconds of B less those of A; null where one side has no times. */
  msDifference: num,
})
export type DiffRow = z.infer<typeof diffRowSchema>

export const diffDocumentSchema = z.object({
  a: engineFileSchema.nullable(),
  b: engineFileSchema.nullable(),
  rows: z.array(diffRowSchema),
  totals: z.object({ same: count, changed: count, onlyA: count, onlyB: count, aLayers: count, bLayers: count, aMs: num, bMs: num }).nullable(),
  findings: z.array(findingSchema),
})
export type DiffDocument = z.infer<typeof diffDocumentSchema>

export const refitDocumentSchema = z.object({
  /** The engine with the new weights, then without them. */
  artifacts: z.array(artifactSchema),
  source: z.object({ path: z.string(), format: z.string(), sha256: z.string() }).nullable(),
  weights: z
    .object({
      /** Weights that the engine takes. */
      total: count,
      set: count,
      /** Names that the engine waits for and the source does not have. */
      missing: z.array(z.string()),
      /** Names of the source that the engine does not know. */
      unknown: z.array(z.string()),
    })
    .nullable(),
  /** Of the refit alone. */
  seconds: num,
  sizes: z.object({ before: num, withWeights: num, withoutWeights: num }),
  /** Flags that the two files were serialized with, as TensorRT names them; null where nothing was. */
  flags: z.object({ withWeights: z.array(z.string()), withoutWeights: z.array(z.string()) }).nullable(),
  /** `pass`: the refitted engine's outputs are those of ONNX Runtime on the source. */
  verified: verdictSchema.nullable(),
  comparisons: z.array(comparisonSchema),
  findings: z.array(findingSchema),
})
export type RefitDocument = z.infer<typeof refitDocumentSchema>

/** What work on engines is doing: each has words in both languages, where it is shown. */
export const workPhases = ['wait', 'layers', 'time', 'time-graph', 'build', 'measure', 'refit', 'verify', 'compare'] as const
/** `wait`: another process has the GPU. `detail`: that process, sizes that are timed, or the library and its own name of a phase; `fraction` of the whole, null where nobody knows. */
export const workProgressSchema = z.object({ phase: z.enum(workPhases), detail: z.string(), fraction: z.number().nullable() })
export type WorkProgress = z.infer<typeof workProgressSchema>
