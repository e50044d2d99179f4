import { z } from 'zod'
import { backendSchema, hardwareCompatSchema, precisionSchema, profilingVerbositySchema, runtimePlatformSchema, targetSchema, tilingSchema } from './engine'
import { preprocessSchema } from './preprocess'
import { weightBudgetSchema } from './run-options'
import { dimSchema, dtypeSchema, profileSchema } from './tensor'

/** An input as the user states it; `dtype` and `shape` may only narrow what the file itself says. */
export const inputSpecSchema = z.strictObject({
  name: z.string().min(1),
  dtype: dtypeSchema,
  shape: z.array(dimSchema),
  /** Range of the seeded random values, inclusive; integers for integer dtypes. Absent: [-1, 1), or [0, 2) for integers. */
  range: z.tuple([z.number(), z.number()]).optional(),
})
export type InputSpec = z.infer<typeof inputSpecSchema>

export const loadOptionsSchema = z.strictObject({
  /** `module:Class` or `module:function`, for a file that holds weights only; `timm:`, `torchvision:` and `ultralytics:` also take a model's name. */
  model: z
    .string()
    .regex(/^[\w.]+:[\w.-]+$/)
    .nullable()
    .default(null),
  /** Array: positional arguments. Object: keywords. */
  modelArgs: z
    .union([z.array(z.json()), z.record(z.string(), z.json())])
    .nullable()
    .default(null),
  /** Removed from the front of the keys of weights (`module.`), or with a leading `+` added to them; strict loading stays. */
  keyPrefix: z.string().nullable().optional(),
  inputs: z.array(inputSpecSchema).default([]),
  /** Absolute path of arrays (.npz, .npy, .safetensors, tensors in a .pt), of an image or of a folder of images; wins over `seed`. */
  inputsFile: z.string().nullable().default(null),
  /** How images become an input; absent: as the input has it. */
  preprocess: preprocessSchema.optional(),
  /** Range of the seeded random values by input, inclusive; wins over that of `inputs`. */
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])).optional(),
  seed: z.number().int().min(0).default(0),
  /** How many seeded input sets to make. */
  sets: z.number().int().min(1).max(64).default(1),
})
export type LoadOptions = z.infer<typeof loadOptionsSchema>

export const graphPrecisionSchema = z.enum(['fp16', 'bf16', 'int8'])
export type GraphPrecision = z.infer<typeof graphPrecisionSchema>

export const convertOptionsSchema = z.strictObject({
  exporter: z.enum(['dynamo', 'torchscript']).default('dynamo'),
  /** Null: the exporter's own default. What came out is read back. */
  opset: z.number().int().min(7).max(30).nullable().default(null),
  /** Fold constants and take out what does nothing, where the result stays the same. */
  simplify: z.boolean().default(false),
  /** Precision written into the graph, for strongly typed TensorRT; null: as it was exported. */
  graphPrecision: graphPrecisionSchema.nullable().default(null),
  /** Nodes (by name or `*` pattern) and operators that stay in FP32. */
  keepFp32: z.array(z.string().min(1)).default([]),
  /** TorchScript: follow one run, or compile the code. */
  script: z.enum(['trace', 'script']).default('trace'),
  /** TorchScript: as it is, with the weights as constants, or with its operators fused for inference, too. */
  variant: z.enum(['plain', 'frozen', 'optimized']).default('plain'),
  /** Exported program: let TorchDynamo read the Python code (strict), or run it with symbolic tensors. */
  strict: z.boolean().default(false),
})
export type ConvertOptions = z.infer<typeof convertOptionsSchema>

/** Null means the library's own default; an option that the chosen library lacks is refused, never ignored. */
export const buildOptionsSchema = z.strictObject({
  backend: backendSchema.nullable().default(null),
  targets: z.array(targetSchema).default([]),
  profiles: z.array(profileSchema).default([]),
  precision: precisionSchema.nullable().default(null),
  optLevel: z.number().int().min(0).max(5).nullable().default(null),
  tiling: tilingSchema.nullable().default(null),
  /** How often each tactic is timed; the average counts. */
  avgTiming: z.number().int().min(1).nullable().default(null),
  /** The most tactics to time for a layer; -1: the library decides. */
  maxTactics: z.number().int().min(-1).nullable().default(null),
  /** MiB. */
  workspace: z.number().positive().nullable().default(null),
  /** MiB of GPU memory that a tactic may hold while it is timed. */
  tacticDram: z.number().positive().nullable().default(null),
  /** KiB of shared memory that a tactic may use. */
  tacticSharedMemory: z.number().positive().nullable().default(null),
  /** Auxiliary streams an engine may run on beside its own. */
  maxAuxStreams: z.number().int().min(0).nullable().default(null),
  /** A file of one's own; null: the one of this machine, where the setting has it on. */
  timingCache: z.string().nullable().default(null),
  /** A tactic that is not in the timing cache ends the build. */
  failOnCacheMiss: z.boolean().default(false),
  /** Weights with two zeros in every four may run on sparse kernels. */
  sparsity: z.boolean().default(false),
  refit: z.boolean().default(false),
  /** Refit with the very weights of the build alone. */
  refitIdentical: z.boolean().default(false),
  strip: z.boolean().default(false),
  weightStreaming: z.boolean().default(false),
  versionCompatible: z.boolean().default(false),
  excludeLeanRuntime: z.boolean().default(false),
  hardwareCompat: hardwareCompatSchema.nullable().default(null),
  runtimePlatform: runtimePlatformSchema.nullable().default(null),
  /** Null: detailed, so that the layers can be read back. */
  profilingVerbosity: profilingVerbositySchema.nullable().default(null),
  /** Torch-TensorRT: a block with fewer operators stays in PyTorch. */
  minBlockSize: z.number().int().min(1).nullable().default(null),
  /** Torch-TensorRT: operators to keep in PyTorch (`torch.ops.aten.relu.default`). */
  torchOps: z.array(z.string().regex(/^[\w.:]+$/)).default([]),
  /** Torch-TensorRT: the whole program in one engine, or no build. */
  requireFull: z.boolean().default(false),
  engineName: z.string().min(1).max(200).nullable().default(null),
  /** Index of the GPU to build and run on. */
  device: z.number().int().min(0).nullable().default(null),
})
export type BuildOptions = z.infer<typeof buildOptionsSchema>

/** Options that only a compiler of PyTorch programs has: no builder of NVIDIA's own knows them. */
export const torchOnlyOptions = ['minBlockSize', 'torchOps', 'requireFull'] as const satisfies ReadonlyArray<keyof BuildOptions>

export const ruleSchema = z.enum(['numpy', 'polygraphy'])
export type Rule = z.infer<typeof ruleSchema>

export const toleranceSchema = z.strictObject({ atol: z.number().min(0), rtol: z.number().min(0) })
export type Tolerance = z.infer<typeof toleranceSchema>

export const validateOptionsSchema = z.strictObject({
  atol: z.number().min(0).nullable().default(null),
  rtol: z.number().min(0).nullable().default(null),
  /** By output name; wins over `atol` and `rtol`. */
  outputs: z.record(z.string(), toleranceSchema).default({}),
  rule: ruleSchema.default('numpy'),
  /** Absolute path of an .npz with the right answers. */
  expect: z.string().nullable().default(null),
  /** The GPU that runs the engine, counted from 0; null: the one that it was built on, or the first. */
  device: z.number().int().min(0).nullable().default(null),
  /** Null: the budget is not touched, and the library keeps every weight on the GPU. */
  weightBudget: weightBudgetSchema.nullable().default(null),
  /** TensorRT-RTX: a file of one's own for what it compiles while it runs; null: the one of this machine, where the setting has it on. */
  runtimeCache: z.string().nullable().default(null),
})
export type ValidateOptions = z.infer<typeof validateOptionsSchema>

/**
 * Every option of every stage, nothing else: no path to code, no Python, no library, no trust; those are settings or
 * flags of this machine.
 */
export const recipeSchema = z.strictObject({
  version: z.literal(1).default(1),
  load: loadOptionsSchema.prefault({}),
  convert: convertOptionsSchema.prefault({}),
  build: buildOptionsSchema.prefault({}),
  validate: validateOptionsSchema.prefault({}),
})
export type Recipe = z.infer<typeof recipeSchema>
