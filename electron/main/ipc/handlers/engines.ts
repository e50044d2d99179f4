import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CommandName } from '../../../../contract/ipc'
import { recipeSchema, type BuildOptions, type Recipe } from '../../../../contract/recipe'
import type { Core } from '../../../core/api'
import { emptyDiff, emptyDrill, emptyLayers, emptySheet, emptyTime } from '../../../core/engine-work/empty'
import { EnginesmithError } from '../../../core/errors'
import { withScratch } from '../../../core/scratch'
import type { EngineJobs } from '../../app/engine-jobs'
import type { Handlers } from '../register'

export interface EngineDeps {
  core: () => Promise<Core>
  jobs: EngineJobs
  /** Asks where to save; null where the person closed the dialog. */
  askSave: (suggested: string) => Promise<string | null>
}

/** The core's code for engines is loaded with the first command that needs it. */
const work = async () => ({
  ...(await import('../../../core/engine-work/open')),
  ...(await import('../../../core/engine-work/shown')),
  ...(await import('../../../core/engine-work/list-layers')),
  ...(await import('../../../core/engine-work/diff')),
  ...(await import('../../../core/engine-work/time')),
  ...(await import('../../../core/engine-work/sheet')),
  ...(await import('../../../core/engine-work/drill')),
})

/** @throws EnginesmithError USAGE, PROFILE_INVALID for sizes that cannot be read */
async function recipeWith(options: Partial<BuildOptions>, profiles: readonly string[]): Promise<Recipe> {
  const { profilesFromShapes } = await import('../../../core/inputs')
  return recipeSchema.parse({ build: { ...options, profiles: profilesFromShapes(profiles) } })
}

export function engineHandlers({ core, jobs, askSave }: EngineDeps): Pick<Handlers, Extract<CommandName, `engine.${string}`>> {
  return {
    'engine.open': async ({ path: given }) => (await work()).shownEngine(await core(), given),
    'engine.layers': ({ job, path: given, device }) =>
      jobs.run(job, 'layers', emptyLayers(), async (document, { signal, tell }) => {
        const { engineSubject, listLayers, layersDefaults } = await work()
        tell({ phase: 'layers', detail: '', fraction: null })
        const subject = await engineSubject(given, signal)
        document.engine = subject.file
        return listLayers(await core(), subject, { ...layersDefaults, device }, { signal, tell })
      }),
    'engine.diff': ({ job, a, b, device }) =>
      jobs.run(job, 'diff', emptyDiff(), async (document, { signal, tell }) => {
        const { engineSubject, diffEngines, layersDefaults } = await work()
        tell({ phase: 'layers', detail: '', fraction: null })
        const subjects = [await engineSubject(a, signal), await engineSubject(b, signal)] as const
        document.a = subjects[0].file
        document.b = subjects[1].file
        await diffEngines(await core(), subjects, { ...layersDefaults, device }, document, { signal, tell })
      }),
    'engine.time': ({ job, path: given, ...options }) =>
      jobs.run(job, 'time', emptyTime(), async (document, context) => {
        const { engineSubject, timeEngine, timeDefaults } = await work()
        const subject = await engineSubject(given, context.signal)
        document.engine = subject.file
        await timeEngine(await core(), subject, { ...timeDefaults, ...options }, document, context)
      }),
    'engine.drill': ({ job, onnx, checkpoint, backend, options, profiles }) =>
      jobs.run(job, 'drill', emptyDrill(), (document, context) =>
        withScratch(async (folder) => {
          const { refitDrill } = await work()
          await refitDrill(await core(), { onnx, checkpoint, backend, recipe: await recipeWith(options, profiles), folder }, document, context)
        }),
      ),
    'engine.sheet': ({ job, onnx, options, profiles }) =>
      jobs.run(job, 'sheet', emptySheet(), (document, context) =>
        withScratch(async (folder) => {
          const { makeSheet } = await work()
          await makeSheet(await core(), { onnx, recipe: await recipeWith(options, profiles), folder }, document, context)
        }),
      ),
    'engine.cancel': ({ job }) => {
      jobs.cancel(job)
      return {}
    },
    'engine.save': async ({ job, format }) => {
      const known = jobs.document(job)
      if (known === null) {
        throw new EnginesmithError('USAGE', 'These results are not there any more.', 'Do the work once more, then save it.', { job })
      }
      const { engineFileName, renderEngine } = await import('../../../core/report/engine')
      const target = await askSave(`${path.parse(engineFileName(known)).name || 'engine'}-${known.kind}.${format}`)
      if (target !== null) await writeFile(target, renderEngine(known, format))
      return { path: target }
    },
  }
}
