import path from 'node:path'
import type { ExportDocument } from '../../../../contract/export'
import { recipeSchema } from '../../../../contract/recipe'
import type { Core } from '../../../core/api'
import { EnginesmithError } from '../../../core/errors'
import { writePlainEngine } from '../../../core/formats/plain-engine'
import type { OpenRuns } from '../../app/open-runs'
import type { Handlers } from '../register'

export interface TakeAwayDeps {
  core: () => Promise<Core>
  runs: OpenRuns
  /** Asks where to save; null where the person closed the dialog. */
  askSave: (what: 'export' | 'engine', suggested: string) => Promise<string | null>
}

const baseName = (file: string): string => path.parse(file).name || 'model'

/** What leaves a run for another machine, and where an engine that was dropped here came from. */
export function takeAwayHandlers({ core, runs, askSave }: TakeAwayDeps): Pick<Handlers, 'run.export' | 'run.origin' | 'run.plainEngine'> {
  return {
    'run.export': async ({ id, zip }) => {
      const handle = await runs.get(id)
      const run = handle.snapshot()
      if (run.running) throw new EnginesmithError('RUN_BUSY', 'This run is at work.', 'Wait for it, or cancel it first.', { folder: handle.folder })
      const out = await askSave('export', `${baseName(run.input.path)}-engine`)
      if (out === null) return { path: null, findings: [] }
      const document: ExportDocument = { run: handle.folder, folder: null, zip: null, files: [], metadata: null, verdict: null, findings: [] }
      const { exportRun } = await import('../../../core/export/export-run')
      await exportRun(await core(), { folder: handle.folder, run, out, zip, force: false, signal: new AbortController().signal }, document)
      return { path: document.zip?.path ?? out, findings: document.findings }
    },
    'run.origin': async ({ id }) => {
      const { sha256 } = (await runs.get(id)).snapshot().input
      const origin = sha256 === null ? null : await (await core()).runs.origin(sha256)
      if (origin === null) return { origin: null }
      // Built for another GPU, it is to be built for the one that is here.
      const build = { ...origin.recipe.build, targets: [], device: null, timingCache: null }
      const validate = { ...origin.recipe.validate, runtimeCache: null }
      return {
        origin: { folder: origin.folder, name: origin.name, onnx: origin.onnx, recipe: recipeSchema.parse({ build, validate }) },
      }
    },
    'run.plainEngine': async ({ id }) => {
      const file = (await runs.get(id)).snapshot().input.path
      const out = await askSave('engine', `${baseName(file)}-plain.engine`)
      if (out === null) return { path: null }
      if (path.resolve(out) === path.resolve(file)) {
        throw new EnginesmithError('OUT_EXISTS', 'The copy would replace the file itself.', 'Choose another name.', { path: out })
      }
      await writePlainEngine(file, out)
      return { path: out }
    },
  }
}
