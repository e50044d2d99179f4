import { z } from 'zod'
import { findingSchema } from './finding'

export const gpuSchema = z.object({ name: z.string(), computeCapability: z.string(), memoryBytes: z.number() })
export type Gpu = z.infer<typeof gpuSchema>

/** A GPU's target as users write it: compute capability 8.6 is sm86. */
export const targetOf = (gpu: Pick<Gpu, 'computeCapability'>): string => `sm${gpu.computeCapability.replace('.', '')}`

/** Where and with what something was made: stored with every artifact, compared when a later stage runs elsewhere. */
export const environmentSchema = z.object({
  app: z.string(),
  platform: z.string(),
  node: z.string(),
  electron: z.string().nullable(),
  python: z.string().nullable(),
  pythonPath: z.string().nullable(),
  torch: z.string().nullable(),
  cuda: z.string().nullable(),
  driver: z.string().nullable(),
  gpus: z.array(gpuSchema),
  tensorrt: z.string().nullable(),
  tensorrtRtx: z.string().nullable(),
  onnxruntime: z.string().nullable(),
  packages: z.record(z.string(), z.string()),
})
export type Environment = z.infer<typeof environmentSchema>

export const attemptSchema = z.object({ path: z.string(), reason: z.string() })
export type Attempt = z.infer<typeof attemptSchema>

export const engineAvailabilitySchema = z.object({
  available: z.boolean(),
  version: z.string().nullable(),
  path: z.string().nullable(),
  /** Every path that was tried and did not serve, with the reason; never empty when `available` is false. */
  attempts: z.array(attemptSchema),
})
export type EngineAvailability = z.infer<typeof engineAvailabilitySchema>

/** What `doctor` prints: see the command-line contract. */
export const doctorDocumentSchema = z.object({
  python: z.object({ path: z.string().nullable(), version: z.string().nullable() }),
  torch: z.string().nullable(),
  driver: z.string().nullable(),
  gpus: z.array(gpuSchema),
  /** Which of `gpus` work goes to where neither flag nor recipe names one; null where there is none, or the settings name one that is gone. */
  device: z.number().int().nullable(),
  engines: z.object({
    tensorrt: engineAvailabilitySchema,
    'tensorrt-rtx': engineAvailabilitySchema,
    'torch-tensorrt': engineAvailabilitySchema,
    onnxruntime: engineAvailabilitySchema,
  }),
  findings: z.array(findingSchema),
})
export type DoctorDocument = z.infer<typeof doctorDocumentSchema>

/** A Python that was found: `source` says where from. */
export const pythonEnvironmentSchema = z.object({
  path: z.string(),
  source: z.enum(['setting', 'flag', 'managed', 'virtualenv', 'conda', 'path']),
  version: z.string().nullable(),
  packages: z.record(z.string(), z.string()),
  reason: z.string().nullable(),
})
export type PythonEnvironment = z.infer<typeof pythonEnvironmentSchema>
