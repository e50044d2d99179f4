import { z } from 'zod'
import { comparisonSchema, hopSchema, progressSchema, verdictSchema } from './comparison'
import { copySchema, copyingSchema } from './copy'
import { engineHeaderSchema, layerSchema, readBackSchema, runsHereSchema, backendSchema } from './engine'
import { environmentSchema } from './environment'
import { findingSchema } from './finding'
import { imagesCardSchema } from './preprocess'
import { graphPrecisionSchema, recipeSchema } from './recipe'
import { engineUseSchema } from './run-options'
import { profileSchema, signatureSchema, tensorInfoSchema, tensorSpecSchema } from './tensor'

export * from './comparison'

export const stageNames = ['load', 'convert', 'build', 'validate'] as const
export const stageNameSchema = z.enum(stageNames)
export type StageName = z.infer<typeof stageNameSchema>

export const stageStates = ['pending', 'running', 'cached', 'completed', 'failed', 'cancelling', 'cancelled', 'crashed'] as const
export const stageStateSchema = z.enum(stageStates)
export type StageState = z.infer<typeof stageStateSchema>

export const modelFormats = [
  'state-dict',
  'pickled-module',
  'checkpoint',
  'torchscript',
  'exported-program',
  'safetensors',
  'onnx',
  'wts',
  'engine',
  'unknown',
] as const
export const modelFormatSchema = z.enum(modelFormats)
export type ModelFormat = z.infer<typeof modelFormatSchema>

export const pickleReportSchema = z.object({
  globals: z.array(z.string()),
  /** Globals that `weights_only=True` refuses. */
  unsafe: z.array(z.string()),
  verdict: z.enum(['nothing-found', 'suspicious', 'dangerous', 'scan-failed']),
})
export type PickleReport = z.infer<typeof pickleReportSchema>

/** Where a global comes from. `published`: a package that many publish models with; `script`: the program that saved the file. */
export const pickleOriginSchema = z.object({
  name: z.string(),
  module: z.string(),
  package: z.string(),
  known: z.enum(['torch', 'python', 'published', 'script', 'unknown']),
})
export type PickleOrigin = z.infer<typeof pickleOriginSchema>

/** The report of a model file: with what can never be allowed, and what an allow list cannot help. */
export const modelPickleSchema = pickleReportSchema.extend({
  /** Those of the globals that reach the system, files, the network or the interpreter. */
  dangerous: z.array(z.string()).optional(),
  /** Where each refused global comes from. */
  origins: z.array(pickleOriginSchema).optional(),
  /** A module saved whole by torch before 1.6: `weights_only=True` refuses it whatever names are allowed. */
  legacyModule: z.boolean().optional(),
})
export type ModelPickle = z.infer<typeof modelPickleSchema>

/** What is known of a file without loading it: the document of `inspect`, and the card of the Load step. */
export const modelFileSchema = z.object({
  path: z.string(),
  bytes: z.number(),
  /** Null while it is still being computed. */
  sha256: z.string().nullable(),
  format: modelFormatSchema,
  signature: signatureSchema.nullable(),
  /** Null where the file holds no tensors or they cannot be listed without running it. */
  tensors: z.array(tensorInfoSchema).nullable(),
  pickle: modelPickleSchema.nullable(),
  engine: z
    .object({ flavour: z.string(), version: z.string().nullable(), builtFor: z.array(z.string()), runsHere: runsHereSchema, reason: z.string() })
    .nullable(),
  /** Free facts for the card: opset, producer, torch version, nested keys, layer count. */
  facts: z.record(z.string(), z.string()),
  findings: z.array(findingSchema),
})
export type ModelFile = z.infer<typeof modelFileSchema>

export const artifactKindSchema = z.enum([
  'onnx',
  'onnx-data',
  'torchscript',
  'exported-program',
  'safetensors',
  'wts',
  'engine',
  'timing-cache',
  'tensors',
  'report',
])
/** A content-addressed file that a stage made. `path` is relative to the run folder in `run.json`, absolute in a command's document. */
export const artifactSchema = z.object({ kind: artifactKindSchema, path: z.string(), sha256: z.string(), bytes: z.number() })
export type Artifact = z.infer<typeof artifactSchema>
export type ArtifactKind = z.infer<typeof artifactKindSchema>

const num = z.number().nullable()

/** What the charts and the details need beyond the row; kept beside the run, fetched on demand. */
export const comparisonDetailSchema = z.object({
  hop: hopSchema,
  output: z.string(),
  shape: z.array(z.number().int()),
  dtype: z.string(),
  meanRel: num,
  psnr: num,
  quantiles: z.object({ p50: num, p90: num, p99: num }),
  relQuantiles: z.object({ p50: num, p90: num, p99: num }),
  firstMismatch: z.number().nullable(),
  worstIndex: z.number().nullable(),
  argmaxAgreement: num,
  topKAgreement: num,
  nanReference: z.number(),
  nanCandidate: z.number(),
  /** Decade bins of the absolute error: bin i counts errors in [10^edges[i], 10^edges[i+1]); `zero` counts exact matches. No bin straddles the tolerance `atol`. */
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number()), zero: z.number() }),
  /** Up to 2,000 sampled elements, the worst always among them. */
  scatter: z.array(z.object({ reference: z.number(), difference: z.number() })),
})
export type ComparisonDetail = z.infer<typeof comparisonDetailSchema>

export const stageResultSchema = z.object({
  state: stageStateSchema,
  /** Seconds of this call. */
  seconds: z.number(),
  cached: z.boolean(),
  key: z.string().nullable(),
  startedAt: z.string().nullable(),
  /** Set when an option of it or of a stage before it changed after it ended. */
  stale: z.boolean(),
  progress: progressSchema.nullable(),
  findings: z.array(findingSchema),
  artifacts: z.array(artifactSchema),
})
export type StageResult = z.infer<typeof stageResultSchema>

export const loadCardSchema = z.object({
  modelClass: z.string().nullable(),
  parameters: z.number().nullable(),
  signature: signatureSchema.nullable(),
  /** Shapes of the sample inputs that every hop gets. */
  sample: z.array(tensorSpecSchema),
  sets: z.number().int(),
  /** Names of the folders of ONNX test data that the sets are of; absent where the sample was made otherwise. */
  dataSets: z.array(z.string()).optional(),
  /** Absent where the sample was not made of images. */
  images: imagesCardSchema.optional(),
})
export const convertCardSchema = z.object({
  exporter: z.string().nullable(),
  opset: z.number().nullable(),
  nodes: z.number().nullable(),
  operators: z.record(z.string(), z.number()),
  signature: signatureSchema.nullable(),
  checked: z.boolean(),
  /** What came of simplifying the graph; absent where it was not asked for. */
  simplify: z
    .object({
      /** Nodes before and after; null where the simplifier did not get so far. */
      before: z.number().int().nullable(),
      after: z.number().int().nullable(),
      /** False: the graph as it was exported is kept, for this reason. */
      taken: z.boolean(),
      reason: z.string().nullable(),
      /** Values that were held against the graph before, and the largest difference; 0 and null where it could not be run. */
      compared: z.number().int(),
      maxAbs: num,
    })
    .optional(),
  /** Precision that was written into the graph, and the nodes that stayed FP32. */
  precision: graphPrecisionSchema.nullable().optional(),
  keptFp32: z.array(z.string()).optional(),
  /** Rows that Convert itself measured; those of the run are Validate's once it has judged. */
  checks: z.array(comparisonSchema).optional(),
  /** Sizes of the second inputs that are in them (`N=5`); an empty text where only the values were others. */
  second: z.array(z.string()).optional(),
})
/** What Torch-TensorRT made of a program: blocks in the order of the graph, and why an operator stayed in PyTorch. */
export const partitionSchema = z.object({
  operators: z.number().int(),
  blocks: z.array(
    z.object({
      name: z.string(),
      runsIn: z.enum(['tensorrt', 'pytorch']),
      operators: z.number().int(),
      /** `reason` is null for what runs in TensorRT. */
      kinds: z.array(z.object({ operator: z.string(), count: z.number().int(), reason: z.enum(['no-converter', 'kept', 'block-too-small']).nullable() })),
    }),
  ),
})
export type Partition = z.infer<typeof partitionSchema>

export const buildCardSchema = z.object({
  backend: backendSchema,
  libraryVersion: z.string().nullable(),
  targets: z.array(z.string()),
  header: engineHeaderSchema.nullable(),
  profiles: z.array(profileSchema),
  readBacks: z.array(readBackSchema),
  layers: z.array(layerSchema).nullable(),
  /** How many layers compute in each type, the commonest first; empty where the engine was not read back. */
  precisions: z.array(z.object({ type: z.string(), layers: z.number().int() })).default([]),
  /** Why engine and inspector could not be asked, so that the rows are the builder's own word; null where they were. */
  notReadBack: z.string().nullable().default(null),
  buildSeconds: z.number().nullable(),
  bytes: z.number().nullable(),
  phases: z.array(z.object({ name: z.string(), seconds: z.number() })),
  runsHere: runsHereSchema,
  runsHereReason: z.string(),
  trtexec: z.string().nullable(),
  /** Torch-TensorRT alone. */
  partition: partitionSchema.nullable().optional(),
})
/** Of one warm run at the sample inputs: the middle one of `runs`. */
export const latencySchema = z.object({ ms: z.number(), runs: z.number().int() })
export type Latency = z.infer<typeof latencySchema>
/** What a latency is of: the engine on its GPU, copies included, or the ONNX file in ONNX Runtime on the CPU. */
export const latencyOfSchema = z.enum(['engine', 'onnxruntime'])
export type LatencyOf = z.infer<typeof latencyOfSchema>

export const validateCardSchema = z.object({
  engineSha256: z.string().nullable(),
  sets: z.number().int(),
  rule: z.string(),
  /** The stage in which most of the error enters; null where a hop was not judged. */
  lossEnters: z.enum(['convert', 'build']).nullable(),
  /** What was judged, whatever the machine: the stage's key without its environment. Null in runs of earlier versions. */
  subject: z.string().nullable().default(null),
  /** The machine that judged it. Null in runs of earlier versions: the run's own environment. */
  judgedOn: environmentSchema.nullable().default(null),
  /** Of the engine where it ran here, else of the ONNX file. Null where neither ran, absent in runs of earlier versions. */
  latency: latencySchema.extend({ of: latencyOfSchema }).nullable().optional(),
  /** How the engine was run. Null where it was not, absent in runs of earlier versions. */
  engineUse: engineUseSchema.nullable().optional(),
})
export type LoadCard = z.infer<typeof loadCardSchema>
export type ConvertCard = z.infer<typeof convertCardSchema>
export type BuildCard = z.infer<typeof buildCardSchema>
export type ValidateCard = z.infer<typeof validateCardSchema>
export const cardsSchema = z.object({
  load: loadCardSchema.nullable(),
  convert: convertCardSchema.nullable(),
  build: buildCardSchema.nullable(),
  validate: validateCardSchema.nullable(),
})
export type Cards = z.infer<typeof cardsSchema>

/** The whole of `run.json`. Every `path` of an artifact is relative to the run folder, so that the folder can move. */
export const runFileSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  app: z.string(),
  input: modelFileSchema,
  recipe: recipeSchema,
  stages: z.object({ load: stageResultSchema, convert: stageResultSchema, build: stageResultSchema, validate: stageResultSchema }),
  cards: cardsSchema,
  comparisons: z.array(comparisonSchema),
  findings: z.array(findingSchema),
  verdict: verdictSchema.nullable(),
  environment: environmentSchema,
  /** Files that the model was also saved as, the newest last. */
  copies: z.array(copySchema).optional(),
})
export type RunFile = z.infer<typeof runFileSchema>

/** A run as the interface sees it: the file, where it lies, and a revision that only grows. */
export const runSnapshotSchema = runFileSchema.extend({
  folder: z.string(),
  revision: z.number().int(),
  running: z.boolean(),
  /** The copy that is being written now. */
  copying: copyingSchema.nullable().optional(),
})
export type RunSnapshot = z.infer<typeof runSnapshotSchema>

/** A row of History. */
export const runSummarySchema = z.object({
  id: z.string(),
  folder: z.string(),
  name: z.string(),
  format: modelFormatSchema,
  createdAt: z.string(),
  updatedAt: z.string(),
  backend: backendSchema.nullable(),
  stages: z.object({ load: stageStateSchema, convert: stageStateSchema, build: stageStateSchema, validate: stageStateSchema }),
  verdict: verdictSchema.nullable(),
  findings: z.number().int(),
  seconds: z.number(),
  running: z.boolean(),
})
export type RunSummary = z.infer<typeof runSummarySchema>

export const logLineSchema = z.object({ at: z.number(), level: z.enum(['verbose', 'info', 'warning', 'error']), source: z.string(), text: z.string() })
export type LogLine = z.infer<typeof logLineSchema>
