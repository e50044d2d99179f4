import { z } from 'zod'

/** Settings of this machine. Paths that run code live here and in flags, never in a recipe. */
const fields = z.object({
  language: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Python to use; null: found. */
  python: z.string().nullable(),
  /** Folder with importable project code. */
  project: z.string().nullable(),
  tensorrtPath: z.string().nullable(),
  tensorrtRtxPath: z.string().nullable(),
  /** Index of the GPU for work that names none; null: the first, and for a batch all of its kind. */
  device: z.number().int().min(0).nullable(),
  /** Python modules that register operators, imported before a model is loaded. */
  operatorLibraries: z.array(z.string().regex(/^\w+(\.\w+)*$/)),
  /** Libraries with TensorRT plugins, opened before a build or a run. */
  plugins: z.array(z.string()),
  /** Keep the builder's timings on this machine, one file a GPU and library version. */
  timingCache: z.boolean(),
  /** Keep what TensorRT-RTX compiles while it runs on this machine, one file a GPU and library version. */
  runtimeCache: z.boolean(),
  /** Where new run folders go; null: the app's data folder. */
  runsFolder: z.string().nullable(),
  engineHost: z.enum(['child', 'in-process']),
  /** Minutes without a sign of life after which a stage is ended. */
  stageTimeoutMinutes: z.number().min(0.05),
  inspectorOpen: z.boolean(),
  logOpen: z.boolean(),
  window: z.object({ width: z.number(), height: z.number(), maximized: z.boolean() }).nullable(),
})

/** A change of some settings. Without defaults: a field that is not named stays as it is. */
export const settingsPatchSchema = fields.partial()

/** All settings; what is missing has its default. */
export const settingsSchema = z.object({
  language: fields.shape.language.default('system'),
  theme: fields.shape.theme.default('system'),
  python: fields.shape.python.default(null),
  project: fields.shape.project.default(null),
  tensorrtPath: fields.shape.tensorrtPath.default(null),
  tensorrtRtxPath: fields.shape.tensorrtRtxPath.default(null),
  device: fields.shape.device.default(null),
  operatorLibraries: fields.shape.operatorLibraries.default([]),
  plugins: fields.shape.plugins.default([]),
  timingCache: fields.shape.timingCache.default(true),
  runtimeCache: fields.shape.runtimeCache.default(true),
  runsFolder: fields.shape.runsFolder.default(null),
  engineHost: fields.shape.engineHost.default('child'),
  stageTimeoutMinutes: fields.shape.stageTimeoutMinutes.default(240),
  inspectorOpen: fields.shape.inspectorOpen.default(true),
  logOpen: fields.shape.logOpen.default(false),
  window: fields.shape.window.default(null),
})
export type Settings = z.infer<typeof settingsSchema>
