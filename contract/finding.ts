import { z } from 'zod'

/**
 * Every finding code that any part of the program may emit. One union: a new kind of trouble is one new line here,
 * one message and remedy where it is raised, an English title in `renderer/i18n/en/`,
 * and its Chinese (title, sentence, remedy) in `words/zh-CN/`.
 */
export const findingCodes = [
  // input files
  'FILE_NOT_FOUND',
  'FILE_IS_DIRECTORY',
  'FILE_UNREADABLE',
  'FILE_EMPTY',
  'FILE_TRUNCATED',
  'FILE_CHANGED',
  'FILE_UNKNOWN_FORMAT',
  'FILE_EXTENSION_MISLEADS',
  // usage, recipes, output folders
  'USAGE',
  'UNKNOWN_FLAG',
  'RECIPE_INVALID',
  'PLAN_INVALID',
  'OUT_EXISTS',
  'OUT_NOT_A_RUN',
  'OUT_NOT_A_BATCH',
  'OUT_NOT_WRITABLE',
  'RUN_BUSY',
  'RUN_UNREADABLE',
  'DISK_FULL',
  'PATH_TOO_LONG',
  // inputs and shapes
  'INPUTS_UNKNOWN',
  'INPUTS_ASSUMED',
  'INPUTS_INVALID',
  'INPUTS_LEFT_OUT',
  'TEST_DATA_LEFT_OUT',
  'SHAPE_CONTRADICTS_MODEL',
  'PROFILE_ASSUMED',
  'PROFILE_INVALID',
  // Load
  'LOAD_UNSAFE_GLOBALS',
  'LOAD_DANGEROUS_PICKLE',
  'LOAD_SCAN_FAILED',
  'LOAD_LEGACY_MODULE',
  'LOAD_NAMES_ALLOWED',
  'LOAD_TRUSTED_ONCE',
  'LOAD_NOT_ISOLATED',
  'LOAD_CLASS_MISSING',
  'LOAD_CLASS_NEEDED',
  'LOAD_CLASS_UNCONFIRMED',
  'LOAD_STATE_DICT_MISMATCH',
  'LOAD_HALF_PRECISION',
  'LOAD_FAILED',
  'MODEL_ARGS_INVALID',
  // Convert
  'CONVERT_FAILED',
  'CONVERT_TRACE_CONSTANT',
  'CONVERT_OPSET_RAISED',
  'CONVERT_EXPORTER_FALLBACK',
  'CONVERT_NOT_NEEDED',
  'CONVERT_MISMATCH',
  'CONVERT_TARGET_UNSUPPORTED',
  'CONVERT_SECOND_UNCHECKED',
  'CONVERT_WEIGHTS_CHOSEN',
  'CONVERT_WTS_FLOAT32',
  'CONVERT_SHARED_TENSORS',
  'CONVERT_SIMPLIFY_FAILED',
  'CONVERT_PRECISION_FAILED',
  'CONVERT_CALIBRATION_RANDOM',
  'EXPORT_LIFTED_PARAMETERS',
  'EXPORT_MISSING_ATTRIBUTE',
  'EXPORT_CUSTOM_OP',
  'EXPORT_SYMBOLIC_SHAPE',
  'ONNX_INVALID',
  'ONNX_EXTERNAL_DATA_MISSING',
  // Build
  'BACKEND_CHOSEN',
  'BACKEND_MISSING',
  'BACKEND_UNSUPPORTED_VERSION',
  'BUILD_FAILED',
  'BUILD_UNSUPPORTED_OPERATOR',
  'READY_NOT_JUDGED',
  'BUILD_EMPTY_NETWORK',
  'BUILD_NOT_AS_REQUESTED',
  'BUILD_OPTION_UNSUPPORTED',
  'BACKEND_NEEDS_MODULE',
  'TORCH_TENSORRT_BLOCKS',
  'PROFILE_NOT_KEPT',
  'BUILD_NOT_QUANTIZED',
  'PLUGIN_NOT_LOADED',
  'TIMING_CACHE_MISS',
  'TIMING_CACHE_UNUSABLE',
  'TARGET_NOT_THIS_GPU',
  'TARGET_UNKNOWN',
  'GPU_MISSING',
  'DEVICE_UNKNOWN',
  'DRIVER_MISSING',
  'DRIVER_TOO_OLD',
  'OUT_OF_GPU_MEMORY',
  'TACTICS_SKIPPED',
  'REFIT_ALL_ZERO',
  'REFIT_INCOMPLETE',
  'TIMING_UNRELIABLE',
  'TIMING_NOT_AS_ASKED',
  'LAYERS_NOT_TIMED',
  'ENGINE_INCOMPATIBLE',
  'ENGINE_HEADER_INVALID',
  'ENGINE_HOST_CODE',
  // taking it away
  'EXPORT_NOT_BUILT',
  'EXPORT_NOT_PROVEN',
  // Validate
  'ENGINE_NOT_RUN',
  'VERDICT_KEPT',
  'VERDICT_MERGED',
  'HOP_NOT_JUDGED',
  'NOTHING_TO_COMPARE',
  'OUTPUT_MISMATCH',
  'OUTPUT_NAN',
  'OUTPUT_ZERO',
  'OUTPUT_MISSING',
  'OUTPUT_EXTRA',
  'OUTPUT_SHAPE',
  'OUTPUT_DTYPE',
  'REFERENCE_CONSTANT',
  'REFERENCE_NAN',
  'NUMBER_NOT_FINITE',
  'EXPECT_INVALID',
  // environment and processes
  'PYTHON_MISSING',
  'PYTHON_BROKEN',
  'TORCH_MISSING',
  'PACKAGE_MISSING',
  'ADDON_MISSING',
  'ADDON_UNUSABLE',
  'SETUP_MISSING',
  'ENVIRONMENT_DIFFERS',
  'ELECTRON_FALLBACK',
  'DISPLAY_MISSING',
  'HOST_CRASHED',
  'WORKER_CRASHED',
  'WORKER_PROTOCOL',
  'APP_CRASHED',
  'STAGE_TIMEOUT',
  'BATCH_ROW_TIMEOUT',
  'BATCH_EMPTY',
  'BATCH_PASSED_OVER',
  'BATCH_NOT_ALL_PASSED',
  'CANCELLED',
  'INTERNAL',
] as const

export const findingCodeSchema = z.enum(findingCodes)
export type FindingCode = z.infer<typeof findingCodeSchema>

export const severitySchema = z.enum(['info', 'warning', 'error'])
export type Severity = z.infer<typeof severitySchema>

/** Plain JSON that may ride along as proof: names, numbers, paths, log lines. */
export const evidenceSchema = z.record(z.string(), z.json())
export type Evidence = z.infer<typeof evidenceSchema>

/** An action that the interface can offer as a button; the renderer knows how to carry out each kind. */
export const remedyActionSchema = z.object({
  kind: z.enum([
    'set-option',
    'choose-file',
    'choose-folder',
    'choose-python',
    'open-toolchain',
    'run-again',
    'choose-backend',
    'choose-exporter',
    'open-settings',
    'allow-host-code',
    'copy',
  ]),
  label: z.string(),
  /** For `set-option`: dotted path into the recipe and the value to set. For `copy`: the text. */
  path: z.string().optional(),
  value: z.json().optional(),
})
export type RemedyAction = z.infer<typeof remedyActionSchema>

/** Whatever goes wrong or looks wrong, in one shape: what, why, what to do, and the proof. */
export const findingSchema = z.object({
  code: findingCodeSchema,
  severity: severitySchema,
  message: z.string().min(1),
  remedy: z.string().min(1),
  evidence: evidenceSchema,
  actions: z.array(remedyActionSchema).optional(),
})
export type Finding = z.infer<typeof findingSchema>
