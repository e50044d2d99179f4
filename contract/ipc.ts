import { z } from 'zod'
import { backendSchema, optionSupportSchema } from './engine'
import {
  batchActionSchema,
  batchChangeSchema,
  batchLimitsSchema,
  batchRowSchema,
  batchSnapshotSchema,
  batchSummarySchema,
  exportFormatSchema,
  rowEditSchema,
} from './batch'
import { engineCommands, engineProgressSchema } from './engine-ipc'
import { doctorDocumentSchema, pythonEnvironmentSchema } from './environment'
import { findingSchema } from './finding'
import { copyTargetSchema } from './copy'
import { samplePreviewSchema } from './preprocess'
import { readySchema } from './ready'
import { loadOptionsSchema, recipeSchema } from './recipe'
import { comparisonDetailSchema, logLineSchema, modelFileSchema, runSnapshotSchema, runSummarySchema, stageNameSchema } from './run'
import { settingsPatchSchema, settingsSchema } from './settings'
import { isolationSchema, sha256Schema, trustListSchema } from './trust'

const nothing = z.object({})
const runId = z.object({ id: z.string() })

/** THE table of commands: name, input, output. The preload has one method for each; main parses every input. */
export const commands = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      electron: z.string(),
      platform: z.string(),
      systemLanguage: z.string(),
      dark: z.boolean(),
      sample: z.string(),
      isRoot: z.boolean(),
    }),
  },
  /** The window listens from now on: answers with what the app was started with, before it did. */
  'app.ready': { input: nothing, output: z.object({ paths: z.array(z.string()) }) },
  'settings.get': { input: nothing, output: settingsSchema },
  'settings.set': { input: settingsPatchSchema, output: settingsSchema },
  /** Every decision on trust that holds now. */
  'trust.list': { input: nothing, output: trustListSchema },
  /** Whether a file that is trusted once can be kept from the network here. */
  'trust.isolation': { input: nothing, output: isolationSchema },
  /** Allows these names for the content of this run's file, for good. */
  'trust.allow': { input: z.object({ id: z.string(), names: z.array(z.string()).min(1).max(20_000) }), output: trustListSchema },
  /** Trusts this run's file once, until the app ends. */
  'trust.once': { input: runId, output: trustListSchema },
  /** The code of this class may be imported with these arguments, whatever recipe names it. */
  'trust.confirmClass': { input: loadOptionsSchema.pick({ model: true, modelArgs: true }), output: trustListSchema },
  /** Allows the code for the CPU that the engine of this run carries, for its content and for good. */
  'trust.hostCode': { input: runId, output: trustListSchema },
  /** Takes back everything that was decided for this content. */
  'trust.revoke': { input: z.object({ sha256: sha256Schema }), output: trustListSchema },
  'toolchain.get': {
    input: z.object({ refresh: z.boolean() }),
    output: z.object({ doctor: doctorDocumentSchema, pythons: z.array(pythonEnvironmentSchema), checkedAt: z.string() }),
  },
  /** Which options of Build the library on this machine has; null where that is not known. */
  'build.options': {
    input: z.object({ backend: backendSchema }),
    output: z.object({ version: z.string().nullable(), options: z.array(optionSupportSchema).nullable() }),
  },
  /** Opens the system's dialog; null where the user closed it. */
  'dialog.open': {
    input: z.object({
      kind: z.enum(['model', 'folder', 'npz', 'sample', 'image', 'python', 'library', 'recipe', 'plan', 'engine', 'onnx', 'weights']),
    }),
    output: z.object({ path: z.string().nullable() }),
  },
  'file.describe': { input: z.object({ path: z.string() }), output: modelFileSchema },
  /** A new run of a file: Load is described, nothing is run yet. `recipe` null: defaults. A run folder opens that run instead. */
  'run.create': { input: z.object({ path: z.string(), recipe: recipeSchema.nullable() }), output: runSnapshotSchema },
  'run.open': { input: z.object({ folder: z.string() }), output: runSnapshotSchema },
  'run.get': { input: runId, output: runSnapshotSchema },
  'run.list': { input: nothing, output: z.array(runSummarySchema) },
  /** Replaces the recipe; later stages become stale where their options or inputs changed. */
  'run.setRecipe': { input: z.object({ id: z.string(), recipe: recipeSchema }), output: runSnapshotSchema },
  /** Runs every stage up to and including `upTo`, reusing what is unchanged; returns at once. */
  'run.start': { input: z.object({ id: z.string(), upTo: stageNameSchema }), output: runSnapshotSchema },
  'run.cancel': { input: runId, output: runSnapshotSchema },
  /** "Ready for TensorRT?" of the run's ONNX file, by the library that the recipe names or else by the one of this machine; null where there is no ONNX yet. */
  'run.ready': { input: runId, output: readySchema.nullable() },
  /** Asks where to, writes the model as another kind of file, and answers when that is done; the snapshot tells how far it is and what came out. Null where the dialog was closed. */
  'run.saveCopy': { input: z.object({ id: z.string(), target: copyTargetSchema }), output: z.object({ path: z.string().nullable() }) },
  'run.detail': { input: z.object({ id: z.string(), hop: z.string(), output: z.string() }), output: comparisonDetailSchema.nullable() },
  /** The recipe's file or folder of inputs, as it would go in; rejects with what is wrong with it. */
  'run.previewSample': { input: runId, output: samplePreviewSchema },
  'run.log': { input: z.object({ id: z.string(), from: z.number().int() }), output: z.object({ lines: z.array(logLineSchema), next: z.number().int() }) },
  'run.saveReport': { input: z.object({ id: z.string(), format: z.enum(['html', 'json', 'junit']) }), output: z.object({ path: z.string().nullable() }) },
  /** The engine with its metadata and runners, into a folder that is asked for (and a zip beside it); null where the dialog was closed. */
  'run.export': { input: z.object({ id: z.string(), zip: z.boolean() }), output: z.object({ path: z.string().nullable(), findings: z.array(findingSchema) }) },
  /** The run of History that built the engine that this run is about; `onnx` where its ONNX file is still there. */
  'run.origin': {
    input: runId,
    output: z.object({ origin: z.object({ folder: z.string(), name: z.string(), onnx: z.string().nullable(), recipe: recipeSchema }).nullable() }),
  },
  /** A copy of an engine without the metadata before its plan; null where the dialog was closed. */
  'run.plainEngine': { input: runId, output: z.object({ path: z.string().nullable() }) },
  'run.openReport': { input: runId, output: nothing },
  'run.showFolder': { input: runId, output: nothing },
  /** Moves the run folder to the system's trash. */
  'run.remove': { input: runId, output: nothing },
  /** A plan sheet over everything that is found in these files and folders; a plan file or a batch's own folder opens that. */
  'batch.create': { input: z.object({ paths: z.array(z.string()).min(1) }), output: batchSnapshotSchema },
  'batch.open': { input: z.object({ folder: z.string() }), output: batchSnapshotSchema },
  'batch.get': { input: runId, output: batchSnapshotSchema },
  'batch.list': { input: nothing, output: z.array(batchSummarySchema) },
  /** Ends the look through files that 'batch.create' or 'batch.add' is at. */
  'batch.cancelLooking': { input: nothing, output: nothing },
  'batch.add': { input: z.object({ id: z.string(), paths: z.array(z.string()).min(1) }), output: batchSnapshotSchema },
  /** Answers with the rows as they are now: the next edit may follow before the event that tells of this one. */
  'batch.edit': { input: z.object({ id: z.string(), rows: z.array(z.string()), edit: rowEditSchema }), output: z.object({ rows: z.array(batchRowSchema) }) },
  'batch.configure': {
    input: z.object({ id: z.string(), name: z.string().optional(), recipe: recipeSchema.optional(), limits: batchLimitsSchema.optional() }),
    output: nothing,
  },
  /** The rows in this order, which is that of the queue. */
  'batch.order': { input: z.object({ id: z.string(), order: z.array(z.string()) }), output: nothing },
  /** `rows` for `cancel`, `retry` and `trust` (allows every refused name of these files, by their content). */
  'batch.act': { input: z.object({ id: z.string(), action: batchActionSchema, rows: z.array(z.string()).default([]) }), output: nothing },
  /** Asks where to save; null where the person closed the dialog. */
  'batch.export': { input: z.object({ id: z.string(), format: exportFormatSchema }), output: z.object({ path: z.string().nullable() }) },
  ...engineCommands,
  'recipe.read': { input: z.object({ path: z.string() }), output: recipeSchema },
  'recipe.save': { input: runId, output: z.object({ path: z.string().nullable() }) },
  'clipboard.write': { input: z.object({ text: z.string().max(1_000_000) }), output: nothing },
  'link.open': { input: z.object({ url: z.string() }), output: nothing },
  'window.control': { input: z.object({ action: z.enum(['minimize', 'maximize', 'close']) }), output: nothing },
} as const
export type Commands = typeof commands
export type CommandName = keyof Commands
export type CommandInput<N extends CommandName> = z.input<Commands[N]['input']>
export type CommandOutput<N extends CommandName> = z.output<Commands[N]['output']>

/** THE table of events from main to the renderer. */
export const events = {
  'run.changed': runSnapshotSchema,
  'run.logged': z.object({ id: z.string(), lines: z.array(logLineSchema), next: z.number().int() }),
  'batch.changed': batchChangeSchema,
  /** How many files were looked at while a sheet is being made. */
  'batch.looking': z.object({ done: z.number().int(), total: z.number().int() }),
  'engine.progress': engineProgressSchema,
  'settings.changed': settingsSchema,
  'trust.changed': trustListSchema,
  'toolchain.changed': z.object({ doctor: doctorDocumentSchema, pythons: z.array(pythonEnvironmentSchema), checkedAt: z.string() }),
  /** Files given to the app from outside (second instance, command line, system open). */
  'app.openPaths': z.object({ paths: z.array(z.string()) }),
  'window.state': z.object({ maximized: z.boolean() }),
  'theme.system': z.object({ dark: z.boolean() }),
} as const
export type Events = typeof events
export type EventName = keyof Events
export type EventPayload<N extends EventName> = z.output<Events[N]>

export const ipcErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  details: z.record(z.string(), z.json()),
  findings: z.array(findingSchema),
})
export type IpcError = z.infer<typeof ipcErrorSchema>
/** What every command answers. */
export type IpcAnswer<T> = { ok: true; value: T } | { ok: false; error: IpcError }

/** The bridge as the renderer sees it; `getPathForFile` is the only thing that takes a DOM object. */
export interface Bridge {
  invoke: { [N in CommandName]: (input: CommandInput<N>) => Promise<IpcAnswer<CommandOutput<N>>> }
  on: <N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void) => () => void
  getPathForFile: (file: unknown) => string
}
