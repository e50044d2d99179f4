import { z } from 'zod'

/** Settings of this machine. Paths that run code live here and in flags, never in a recipe. */
export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'zh-CN']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Python to use; null: found. */
  python: z.string().nullable().default(null),
  /** Folder with importable project code. */
  project: z.string().nullable().default(null),
  tensorrtPath: z.string().nullable().default(null),
  tensorrtRtxPath: z.string().nullable().default(null),
  /** Where new run folders go; null: the app's data folder. */
  runsFolder: z.string().nullable().default(null),
  engineHost: z.enum(['child', 'in-process']).default('child'),
  /** Minutes without a sign of life after which a stage is ended. */
  stageTimeoutMinutes: z.number().min(1).default(240),
  inspectorOpen: z.boolean().default(true),
  logOpen: z.boolean().default(false),
  window: z.object({ width: z.number(), height: z.number(), maximized: z.boolean() }).nullable().default(null),
})
export type Settings = z.infer<typeof settingsSchema>
