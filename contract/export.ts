import { z } from 'zod'
import { comparisonSchema, verdictSchema } from './comparison'
import { backendSchema } from './engine'
import { environmentSchema } from './environment'
import { findingSchema } from './finding'
import { recipeSchema, toleranceSchema } from './recipe'
import { profileSchema, tensorSpecSchema } from './tensor'

/** What `export` takes out of a run: the engine, what must be known of it, and programs that run it. */

export const exportRoles = [
  'engine',
  'onnx',
  'onnx-data',
  'exported-program',
  'metadata',
  'runner-python',
  'runner-cpp',
  'sample-inputs',
  'sample-outputs',
  'readme',
] as const

/** A file of the export; `path` is relative to its folder, with forward slashes. */
export const exportedFileSchema = z.object({ role: z.enum(exportRoles), path: z.string(), sha256: z.string(), bytes: z.number() })
export type ExportedFile = z.infer<typeof exportedFileSchema>

/** How arrays become inputs, as the file itself says (an Ultralytics engine) or the run's options do; null where nothing is known. */
const preprocessingSchema = z.record(z.string(), z.json()).nullable()

/** `enginesmith.json`: everything that a program needs to know to run the model and to tell that it does it right. */
export const exportMetadataSchema = z.object({
  kind: z.literal('enginesmith-export'),
  version: z.literal(1),
  app: z.string(),
  /** The file that runs. */
  model: z.object({ file: z.string(), backend: backendSchema, sha256: z.string(), bytes: z.number() }),
  /** Null for ONNX Runtime, which has no engine. */
  engine: z
    .object({
      flavour: z.enum(['tensorrt', 'tensorrt-rtx', 'torch-tensorrt']),
      /** Of the library that built it. */
      version: z.string().nullable(),
      /** Compute capabilities that it was built for. */
      targets: z.array(z.string()),
      /** Carries code for the CPU: never loaded without a yes. */
      hostCode: z.boolean(),
      /** Holds no weights: answers zeros until it is refitted. */
      stripped: z.boolean(),
    })
    .nullable(),
  inputs: z.array(tensorSpecSchema),
  outputs: z.array(tensorSpecSchema),
  profiles: z.array(profileSchema),
  preprocessing: preprocessingSchema,
  /** By output name: what `run.py --check` holds the sample outputs to. */
  tolerances: z.record(z.string(), toleranceSchema),
  /** Who gave the sample outputs; null where there are none. */
  sampleOutputsFrom: z.enum(['pytorch', 'onnxruntime']).nullable(),
  source: z.object({ name: z.string(), format: z.string(), sha256: z.string().nullable() }),
  onnxSha256: z.string().nullable(),
  /** Of this very file; null where it was not judged. */
  verdict: verdictSchema.nullable(),
  comparisons: z.array(comparisonSchema),
  recipe: recipeSchema,
  environment: environmentSchema,
})
export type ExportMetadata = z.infer<typeof exportMetadataSchema>

export const exportDocumentSchema = z.object({
  run: z.string().nullable(),
  /** Absolute; null where nothing was written. */
  folder: z.string().nullable(),
  zip: z.object({ path: z.string(), sha256: z.string(), bytes: z.number() }).nullable(),
  files: z.array(exportedFileSchema),
  metadata: exportMetadataSchema.nullable(),
  verdict: verdictSchema.nullable(),
  findings: z.array(findingSchema),
})
export type ExportDocument = z.infer<typeof exportDocumentSchema>
