import { z } from 'zod'
import { graphInputSchema, weightSchema } from './copy'
import { findingSchema, remedyActionSchema } from './finding'
import { channelStatisticsSchema, preprocessedSchema } from './preprocess'
import { buildOptionsSchema, graphPrecisionSchema } from './recipe'
import { dtypeSchema, profileSchema, signatureSchema, tensorInfoSchema, tensorSpecSchema, dimSchema } from './tensor'
import { modelFormatSchema, partitionSchema, pickleReportSchema } from './run'

export const workerProtocolVersion = 1

/** How to get a live model from a file; the worker keeps the last one under the same values. */
export const modelSourceSchema = z.object({
  path: z.string(),
  format: modelFormatSchema,
  model: z.string().nullable(),
  modelArgs: z.union([z.array(z.json()), z.record(z.string(), z.json())]).nullable(),
  /** Folder put on the import path. */
  project: z.string().nullable(),
  /** Globals allowed by name for this file. */
  allowGlobals: z.array(z.string()),
  /** Modules that register operators, imported first. */
  imports: z.array(z.string()).optional(),
  /** Full unpickling: only in the isolated worker, only after the user said so. */
  trusted: z.boolean(),
  /** Removed from the front of the keys of weights (`module.`), or with a leading `+` added to them. */
  keyPrefix: z.string().nullable().optional(),
})
export type ModelSource = z.infer<typeof modelSourceSchema>

const namedInput = z.object({ name: z.string(), dtype: dtypeSchema, shape: z.array(dimSchema) })

const copyParams = z.object({
  source: modelSourceSchema,
  inputs: z.array(namedInput),
  sample: z.string(),
  outputNames: z.array(z.string()).nullable(),
  out: z.string(),
})

const torchTensorrtSchema = z.object({
  source: modelSourceSchema,
  inputs: z.array(namedInput),
  outputNames: z.array(z.string()).nullable(),
  /** A sample of the inputs, at the sizes that the program is exported with. */
  sample: z.string(),
  /** Bounds of the dynamic sizes. */
  profile: profileSchema,
  options: buildOptionsSchema,
  scratch: z.string(),
})

/** THE table of the Python workers. `managed` methods need the managed environment's packages; the rest need torch alone, or nothing. */
export const workerMethods = {
  /** Versions read without importing torch. */
  versions: { params: z.object({}), result: z.object({ python: z.string(), packages: z.record(z.string(), z.string()) }) },
  /** Imports torch: slow the first time. */
  torch: { params: z.object({}), result: z.object({ torch: z.string(), cuda: z.string().nullable(), gpus: z.array(z.string()), onnxscript: z.boolean() }) },
  /** picklescan over every pickle in the file, nothing executed. (managed) */
  scan: {
    /** `allowed`: names that `weights_only=True` takes; absent: the worker asks its own torch. */
    params: z.object({ path: z.string(), allowed: z.array(z.string()).optional() }),
    result: pickleReportSchema.extend({ dangerous: z.array(z.string()).optional() }),
  },
  /** Loads; says what it is and what its forward takes. */
  load: {
    params: z.object({ source: modelSourceSchema }),
    result: z.object({
      modelClass: z.string().nullable(),
      parameters: z.number(),
      tensors: z.array(tensorInfoSchema),
      /** From the file where it has one (TorchScript, exported program), else null. */
      signature: signatureSchema.nullable(),
      /** Parameter names of forward in order, with their defaults' presence. */
      forward: z.array(z.object({ name: z.string(), required: z.boolean() })),
      /** Inputs that the file was made with: a proposal where it has no signature, no limit on sizes. */
      example: z.array(tensorSpecSchema).optional(),
      /** What the file allows for each symbol of its signature; null where there is no bound. */
      symbols: z.array(z.object({ name: z.string(), min: z.number().nullable(), max: z.number().nullable() })).optional(),
      findings: z.array(findingSchema),
    }),
  },
  /** Opens what was pickled, under the trust that the source states, and lists it; no class is built and nothing is run. */
  look: {
    params: z.object({ source: modelSourceSchema }),
    result: z.object({
      /** Null where it holds weights alone. */
      modelClass: z.string().nullable(),
      parameters: z.number(),
      tensors: z.array(tensorInfoSchema),
      forward: z.array(z.object({ name: z.string(), required: z.boolean() })),
    }),
  },
  /** Runs the model in eval mode, float as it is, no grad, one output file for each input file; returns the outputs' names and shapes of the first. */
  run: {
    params: z.object({
      source: modelSourceSchema,
      inputNames: z.array(z.string()),
      inputs: z.array(z.string()),
      outputs: z.array(z.string()),
      outputNames: z.array(z.string()).nullable(),
    }),
    result: z.object({ outputs: z.array(tensorSpecSchema.extend({ shape: z.array(z.number().int()) })), seconds: z.number() }),
  },
  /** A deep copy in eval mode goes to ONNX; external data beside it where the exporter writes it. */
  export_onnx: {
    params: z.object({
      source: modelSourceSchema,
      inputs: z.array(namedInput),
      sample: z.string(),
      exporter: z.enum(['dynamo', 'torchscript']),
      opset: z.number().nullable(),
      out: z.string(),
      outputNames: z.array(z.string()).nullable(),
    }),
    result: z.object({ files: z.array(z.string()), opset: z.number(), exporter: z.enum(['dynamo', 'torchscript']), findings: z.array(findingSchema) }),
  },
  /** TorchScript of a deep copy in eval mode; a TorchScript file as it is, or as another variant. */
  make_torchscript: {
    params: copyParams.extend({ script: z.enum(['trace', 'script']), variant: z.enum(['plain', 'frozen', 'optimized']) }),
    result: z.object({ how: z.string(), variant: z.string(), branches: z.number(), loops: z.number(), findings: z.array(findingSchema) }),
  },
  /** `torch.export` of a deep copy in eval mode, saved; what was lifted out of the module is told. */
  make_program: {
    params: copyParams.extend({ strict: z.boolean() }),
    result: z.object({
      signature: z.array(graphInputSchema),
      operators: z.array(z.string()),
      /** Operators that PyTorch itself does not have. */
      custom: z.array(z.string()),
      symbols: z.array(z.string()),
      findings: z.array(findingSchema),
    }),
  },
  /** Weights as `.wts` or safetensors, streamed; of the file itself where no class is named. `shapes` gives a `.wts` file its shapes back. */
  write_weights: {
    params: z.object({
      source: modelSourceSchema,
      to: z.enum(['wts', 'safetensors']),
      out: z.string(),
      shapes: z.record(z.string(), z.array(z.number().int())).nullable(),
    }),
    /** `where`: the entry of a checkpoint that the weights came from. */
    result: z.object({ entries: z.array(weightSchema), where: z.string(), findings: z.array(findingSchema) }),
  },
  /** What Torch-TensorRT would convert, without building; the program is kept for the compile that follows. */
  trt_dry_run: {
    params: torchTensorrtSchema,
    result: partitionSchema.extend({ version: z.string(), tensorrt: z.string().nullable(), ownBounds: z.string().nullable() }),
  },
  /** Compiles, runs the compiled module in memory on every sample, and saves it as an exported program. */
  trt_compile: {
    params: torchTensorrtSchema.extend({ samples: z.array(z.string()), outputs: z.array(z.string()), out: z.string() }),
    result: z.object({
      version: z.string(),
      tensorrt: z.string().nullable(),
      engines: z.array(z.string()),
      /** Of the first engine and its settings, as it says itself; what it does not say is absent or null. */
      settings: z.record(z.string(), z.json()),
      saved: z.enum(['retraced', 'graph']),
      phases: z.array(z.object({ name: z.string(), seconds: z.number() })),
      ownBounds: z.string().nullable(),
    }),
  },
  /** Runs a file that trt_compile saved, on the GPU; meant for a process that has compiled nothing. */
  trt_run: {
    params: z.object({
      source: modelSourceSchema,
      inputNames: z.array(z.string()),
      inputs: z.array(z.string()),
      outputs: z.array(z.string()),
      outputNames: z.array(z.string()).nullable(),
      device: z.number().int().nullable(),
    }),
    result: z.object({ outputs: z.array(tensorSpecSchema.extend({ shape: z.array(z.number().int()) })), seconds: z.number() }),
  },
  /** onnxslim in a process of its own; `CONVERT_SIMPLIFY_FAILED` where it fails or crashes. (managed) */
  simplify_onnx: {
    params: z.object({ path: z.string(), out: z.string() }),
    result: z.object({ before: z.number(), after: z.number(), files: z.array(z.string()) }),
  },
  /** FP16 or BF16 by casts, INT8 by Q/DQ nodes calibrated on input files; inputs and outputs keep their types. (managed) */
  graph_precision: {
    params: z.object({
      path: z.string(),
      out: z.string(),
      precision: graphPrecisionSchema,
      keepFp32: z.array(z.string()),
      calibration: z.array(z.string()),
    }),
    result: z.object({ files: z.array(z.string()), kept: z.array(z.string()) }),
  },
  /** A BF16 graph computed in FP32 with every BF16 value rounded to it, for processors without BF16 kernels. (managed) */
  bf16_rounded: { params: z.object({ path: z.string(), out: z.string() }), result: z.object({ rounded: z.number().int() }) },
  /** A checkpoint's weights in a graph of the same network, by name; nothing is written where one of them finds no place. (managed) */
  onnx_with_weights: {
    params: z.object({ onnx: z.string(), weights: z.string(), out: z.string() }),
    result: z.object({
      written: z.boolean(),
      used: z.array(z.string()),
      unused: z.array(z.object({ name: z.string(), reason: z.string() })),
      /** Initializers that keep their values. */
      kept: z.array(z.string()),
    }),
  },
  /** Tensors that torch.save wrote, under weights_only, as .safetensors; a tensor without a name is called as numpy.savez would. */
  read_tensors: { params: z.object({ path: z.string(), out: z.string() }), result: z.object({ names: z.array(z.string()) }) },
  /** Size of an image as it is shown, after its own rotation. (managed) */
  image_size: { params: z.object({ path: z.string() }), result: z.object({ height: z.number().int(), width: z.number().int() }) },
  /** Decodes and preprocesses images, `batch` to a set, the first ones again where the last set is not full. (managed) */
  read_images: {
    params: z.object({
      files: z.array(z.string()),
      preprocess: preprocessedSchema,
      dtype: dtypeSchema,
      /** Null: an input without a batch. */
      batch: z.number().int().nullable(),
      /** One .safetensors file a set; empty where only statistics and pictures are asked for. */
      outs: z.array(z.string()),
      /** How many small pictures to make of what the model sees. */
      thumbnails: z.number().int(),
    }),
    result: z.object({ statistics: z.array(channelStatisticsSchema), thumbnails: z.array(z.object({ file: z.string(), png: z.string() })) }),
  },
  /** onnx.checker and shape inference. (managed) */
  check_onnx: {
    params: z.object({ path: z.string() }),
    result: z.object({ ok: z.boolean(), message: z.string().nullable(), opset: z.number(), nodes: z.number(), operators: z.record(z.string(), z.number()) }),
  },
} as const
export type WorkerMethods = typeof workerMethods
export type WorkerMethod = keyof WorkerMethods
export type WorkerParams<M extends WorkerMethod> = z.input<WorkerMethods[M]['params']>
export type WorkerResult<M extends WorkerMethod> = z.output<WorkerMethods[M]['result']>

export const workerErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  evidence: z.record(z.string(), z.json()),
  traceback: z.string().nullable(),
  actions: z.array(remedyActionSchema).optional(),
})
export type WorkerError = z.infer<typeof workerErrorSchema>

/**
 * One JSON line each way, UTF-8, at most 16 MiB; tensors travel as .safetensors files. A line that the worker cannot
 * read is answered by a `WORKER_PROTOCOL` error under the id -1, and the worker goes on.
 */
export const workerRequestSchema = z.union([
  z.object({ v: z.literal(1), id: z.number().int(), method: z.string(), params: z.json() }),
  z.object({ v: z.literal(1), cancel: z.number().int() }),
])
export const workerLineSchema = z.union([
  z.object({ v: z.literal(1), event: z.literal('ready'), pid: z.number(), python: z.string() }),
  z.object({ v: z.literal(1), id: z.number().int(), event: z.literal('progress'), phase: z.string(), fraction: z.number().nullable() }),
  z.object({ v: z.literal(1), id: z.number().int(), event: z.literal('log'), level: z.enum(['verbose', 'info', 'warning', 'error']), text: z.string() }),
  z.object({ v: z.literal(1), id: z.number().int(), result: z.json() }),
  z.object({ v: z.literal(1), id: z.number().int(), error: workerErrorSchema }),
])
export type WorkerLine = z.infer<typeof workerLineSchema>
