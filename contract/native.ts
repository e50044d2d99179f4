import { z } from 'zod'
import { attemptSchema } from './environment'
import { gpuStateSchema } from './engine-work'
import { engineHeaderSchema, layerSchema, optionSupportSchema, readBackSchema } from './engine'
import { findingCodeSchema } from './finding'
import { askedBudgetSchema, runtimeCacheUseSchema, weightStreamingSchema } from './run-options'
import { comparisonDetailSchema, latencySchema, verdictSchema } from './run'
import { buildOptionsSchema, ruleSchema } from './recipe'
import { dtypeSchema, profileSchema, tensorSpecSchema } from './tensor'

/** Which of NVIDIA's libraries; both are driven by the same code through different slot tables. */
export const flavourSchema = z.enum(['tensorrt', 'tensorrt-rtx'])
export type Flavour = z.infer<typeof flavourSchema>

/** A library that was found and passed the version gate. */
export const librarySchema = z.object({ flavour: flavourSchema, path: z.string(), parserPath: z.string(), version: z.string(), table: z.string() })
export type Library = z.infer<typeof librarySchema>

/** Folders or files to look in, in this order, before the system's own search path. */
const searchSchema = z.object({
  flavour: flavourSchema,
  places: z.array(z.object({ path: z.string(), source: z.string() })),
  system: z.boolean().default(true),
})

export const parserErrorSchema = z.object({
  node: z.string(),
  operator: z.string(),
  code: z.string(),
  message: z.string(),
  index: z.number().int(),
  localFunctions: z.array(z.string()),
})
export type ParserError = z.infer<typeof parserErrorSchema>

/** `uuid` as nvidia-smi writes it; the same in every process, whatever CUDA_VISIBLE_DEVICES says. */
const deviceSchema = z.object({
  index: z.number().int(),
  name: z.string(),
  computeCapability: z.string(),
  memoryBytes: z.number(),
  uuid: z.string().nullable().optional(),
})

/** A set of named tensors: a .safetensors file. All tensors that cross this boundary travel that way. */
const tensorFile = z.string()

/** The options of the recipe, with what a machine adds. */
export const buildRequestSchema = buildOptionsSchema.omit({ backend: true, minBlockSize: true, torchOps: true, requireFull: true }).extend({
  library: librarySchema,
  onnx: z.string(),
  out: z.string(),
  /** True for a timing cache that is this machine's own: a file that the library cannot take is replaced. */
  timingCacheOwned: z.boolean().default(false),
  /** Plugin libraries to open before the network is made: paths of this machine. */
  plugins: z.array(z.string()).default([]),
})
export type BuildRequest = z.input<typeof buildRequestSchema>

/** What the builder config said when it was read back after setting, and what engine and inspector say where they can be opened. */
export const buildReplySchema = z.object({
  bytes: z.number(),
  seconds: z.number(),
  header: engineHeaderSchema,
  readBacks: z.array(readBackSchema),
  layers: z.array(layerSchema).nullable(),
  /** Why the engine itself was not read back; null where it was. */
  notReadBack: z.string().nullable(),
  timingCache: z.object({ path: z.string(), state: z.enum(['new', 'reused', 'replaced', 'refused']), bytes: z.number() }).nullable(),
  inputs: z.array(tensorSpecSchema),
  outputs: z.array(tensorSpecSchema),
  networkLayers: z.number().int(),
  warnings: z.array(z.string()),
  phases: z.array(z.object({ name: z.string(), seconds: z.number() })),
})
export type BuildReply = z.infer<typeof buildReplySchema>

/**
 * THE table of the engine host: every method, its parameters and its result. `ort.*` runs ONNX Runtime in the same
 * host; all else is the addon. Every call is asynchronous and can be cancelled.
 */
/** Code for the CPU that a version-compatible engine carries may be loaded: somebody said yes to this very file. */
const hostCodeSchema = z.boolean().default(false)

/** Of a call that runs an engine. `owned`: a cache of this machine's own, which is begun anew where the library cannot take it. */
const runOptions = {
  weightBudget: askedBudgetSchema.nullable().default(null),
  runtimeCache: z.object({ path: z.string(), owned: z.boolean() }).nullable().default(null),
}
/** What came of them. */
const engineUse = { weightStreaming: weightStreamingSchema.nullable().default(null), runtimeCache: runtimeCacheUseSchema.nullable().default(null) }

export const nativeMethods = {
  'addon.info': {
    params: z.object({}),
    result: z.object({
      version: z.string(),
      napi: z.number(),
      tables: z.array(z.object({ name: z.string(), from: z.number(), to: z.number() })),
      onnxruntime: z.string(),
    }),
  },
  'cuda.devices': { params: z.object({}), result: z.object({ driver: z.string().nullable(), devices: z.array(deviceSchema), reason: z.string().nullable() }) },
  'library.find': {
    params: searchSchema,
    result: z.object({ library: librarySchema.nullable(), attempts: z.array(attemptSchema), warnings: z.array(z.string()) }),
  },
  /** Opens libraries with plugins in this process, where they stay: before an engine is built, opened or run. */
  'library.plugins': { params: z.object({ library: librarySchema, plugins: z.array(z.string()) }), result: z.object({ opened: z.number().int() }) },
  /** Which options of the recipe this very library has, by flavour and version; `values` where it has only some values of one. */
  'library.options': {
    params: z.object({ library: librarySchema }),
    result: z.object({ options: z.array(optionSupportSchema) }),
  },
  'engine.header': { params: z.object({ path: z.string() }), result: z.object({ header: engineHeaderSchema.nullable(), reason: z.string().nullable() }) },
  'network.parse': {
    params: z.object({ library: librarySchema, onnx: z.string() }),
    result: z.object({
      ok: z.boolean(),
      layers: z.number().int(),
      inputs: z.array(tensorSpecSchema),
      outputs: z.array(tensorSpecSchema),
      errors: z.array(parserErrorSchema),
    }),
  },
  'engine.build': { params: buildRequestSchema, result: buildReplySchema },
  /** Deserializes: only where a GPU that can run it is there. `engine: null` with the reason otherwise. */
  'engine.describe': {
    params: z.object({ library: librarySchema, engine: z.string(), device: z.number().int().nullable(), hostCode: hostCodeSchema }),
    result: z.object({
      engine: z
        .object({
          inputs: z.array(tensorSpecSchema),
          outputs: z.array(tensorSpecSchema),
          profiles: z.array(profileSchema),
          refittable: z.boolean(),
          layers: z.array(layerSchema),
          deviceMemoryBytes: z.number().nullable(),
        })
        .nullable(),
      reason: z.string().nullable(),
    }),
  },
  'engine.run': {
    params: z.object({
      library: librarySchema,
      engine: z.string(),
      inputs: z.array(tensorFile),
      outputs: z.array(tensorFile),
      device: z.number().int().nullable(),
      hostCode: hostCodeSchema,
      /** Measure a warm run on the first inputs, too. */
      latency: z.boolean().default(false),
      ...runOptions,
    }),
    /** `latency`: of a whole run as the host sees it, copies to and from the GPU included. */
    result: z.object({
      ran: z.boolean(),
      reason: z.string().nullable(),
      seconds: z.number(),
      latency: latencySchema.nullable().default(null),
      ...engineUse,
    }),
  },
  /**
   * Times an engine as trtexec does, and with `profiledRuns` lists its layers with their times. Samples in milliseconds, one a run.
   * `result: null` with the reason where it cannot be run here.
   */
  'engine.time': {
    params: z.object({
      library: librarySchema,
      engine: z.string(),
      device: z.number().int().nullable(),
      hostCode: hostCodeSchema,
      profile: z.number().int(),
      /** Sizes of inputs; one that is not named gets the profile's opt. */
      shapes: z.array(z.object({ name: z.string(), shape: z.array(z.number().int()) })),
      warmUpMs: z.number(),
      durationMs: z.number(),
      iterations: z.number().int(),
      cudaGraph: z.boolean(),
      /** False: each run waits for the one before, copies and all. */
      overlap: z.boolean(),
      profiledRuns: z.number().int(),
      ...runOptions,
    }),
    result: z.object({
      result: z
        .object({
          shapes: z.record(z.string(), z.array(z.number().int())),
          gpu: z.array(z.number()),
          host: z.array(z.number()),
          h2d: z.array(z.number()),
          d2h: z.array(z.number()),
          enqueue: z.array(z.number()),
          wallMs: z.number(),
          graphRefusal: z.string().nullable(),
          /** Why copies were not overlapped although it was asked for. */
          plainReason: z.string().nullable(),
          /** Outputs of which every value is zero, and how many outputs there are. */
          zeroOutputs: z.array(z.string()),
          outputs: z.number().int(),
          before: gpuStateSchema,
          after: gpuStateSchema,
          layerTimes: z.array(z.object({ name: z.string(), ms: z.array(z.number()) })),
          layers: z.array(layerSchema).nullable(),
          ...engineUse,
        })
        .nullable(),
      reason: z.string().nullable(),
    }),
  },
  /** New weights from an ONNX file or a .safetensors file whose names are the engine's; writes the engine with and without weights. */
  'engine.refit': {
    params: z.object({
      library: librarySchema,
      engine: z.string(),
      device: z.number().int().nullable(),
      hostCode: hostCodeSchema,
      onnx: z.string().nullable(),
      weights: tensorFile.nullable(),
      outWith: z.string(),
      outWithout: z.string(),
    }),
    result: z.object({
      result: z
        .object({
          refitted: z.boolean(),
          total: z.number().int(),
          set: z.number().int(),
          missing: z.array(z.string()),
          unknown: z.array(z.string()),
          refused: z.array(z.string()),
          errors: z.array(z.string()),
          seconds: z.number(),
          flagsWith: z.array(z.string()),
          flagsWithout: z.array(z.string()),
          bytesWith: z.number(),
          bytesWithout: z.number(),
        })
        .nullable(),
      reason: z.string().nullable(),
    }),
  },
  'ort.describe': {
    params: z.object({ onnx: z.string() }),
    result: z.object({ inputs: z.array(tensorSpecSchema), outputs: z.array(tensorSpecSchema) }),
  },
  'ort.run': {
    params: z.object({ onnx: z.string(), inputs: z.array(tensorFile), outputs: z.array(tensorFile), latency: z.boolean().default(false) }),
    result: z.object({ seconds: z.number(), version: z.string(), latency: latencySchema.nullable().default(null) }),
  },
  /**
   * Compares every tensor of `reference[i]` with the one of the same name in `candidate[i]`, pooled over all files.
   * A tensor that one side lacks comes back with `problem: 'missing' | 'extra'` and nothing compared.
   */
  'tensors.compare': {
    params: z.object({
      reference: z.array(tensorFile),
      candidate: z.array(tensorFile),
      rule: ruleSchema,
      /** By output name; `*` is the default of the rest. Null atol/rtol: the default of the output's dtype. */
      tolerances: z.record(z.string(), z.object({ atol: z.number().nullable(), rtol: z.number().nullable() })),
    }),
    result: z.object({
      outputs: z.array(
        z.object({
          output: z.string(),
          verdict: verdictSchema,
          reason: z.string().nullable(),
          problem: z
            .enum(['missing', 'extra', 'shape', 'dtype', 'nan', 'zero', 'constant', 'mismatch', 'empty', 'reference-constant', 'reference-nan'])
            .nullable(),
          /** Positions where both sides are NaN: equal, but worth a warning. */
          bothNan: z.number(),
          compared: z.number(),
          maxAbs: z.number().nullable(),
          meanAbs: z.number().nullable(),
          maxRel: z.number().nullable(),
          rmse: z.number().nullable(),
          cosine: z.number().nullable(),
          mismatched: z.number().nullable(),
          requiredAtol: z.number().nullable(),
          atol: z.number().nullable(),
          rtol: z.number().nullable(),
          detail: comparisonDetailSchema.omit({ hop: true, output: true }).nullable(),
        }),
      ),
    }),
  },
  /** Shapes, dtypes and counts of a tensor file, without its values. */
  'tensors.describe': {
    params: z.object({ path: z.string() }),
    result: z.object({ tensors: z.array(z.object({ name: z.string(), dtype: dtypeSchema, shape: z.array(z.number().int()) })) }),
  },
} as const
export type NativeMethods = typeof nativeMethods
export type NativeMethod = keyof NativeMethods
export type NativeParams<M extends NativeMethod> = z.input<NativeMethods[M]['params']>
export type NativeResult<M extends NativeMethod> = z.output<NativeMethods[M]['result']>

/** A failure as it crosses from the host: never a stack trace. */
export const nativeErrorSchema = z.object({ code: findingCodeSchema, message: z.string(), remedy: z.string(), details: z.record(z.string(), z.json()) })
export type NativeError = z.infer<typeof nativeErrorSchema>

/** To the host. */
export const hostRequestSchema = z.union([z.object({ id: z.number().int(), method: z.string(), params: z.json() }), z.object({ cancel: z.number().int() })])
export type HostRequest = z.infer<typeof hostRequestSchema>

/** From the host: any number of events of a call, then exactly one `result` or `error`. `phase` mirrors the builder's own phases. */
export const hostReplySchema = z.union([
  z.object({ ready: z.object({ pid: z.number() }) }),
  z.object({
    id: z.number().int(),
    event: z.object({
      kind: z.literal('phase'),
      action: z.enum(['start', 'step', 'finish']),
      name: z.string(),
      parent: z.string().nullable(),
      step: z.number(),
      steps: z.number(),
    }),
  }),
  z.object({
    id: z.number().int(),
    event: z.object({ kind: z.literal('log'), level: z.enum(['verbose', 'info', 'warning', 'error']), source: z.string(), text: z.string() }),
  }),
  z.object({ id: z.number().int(), result: z.json() }),
  z.object({ id: z.number().int(), error: nativeErrorSchema }),
])
export type HostReply = z.infer<typeof hostReplySchema>
