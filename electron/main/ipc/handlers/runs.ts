import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Recipe } from '../../../../contract/recipe'
import type { Core } from '../../../core/api'
import type { OpenRuns } from '../../app/open-runs'
import type { Handlers } from '../register'

export interface RunDeps {
  core: () => Promise<Core>
  runs: OpenRuns
  /** How a file that the app brings itself is run; null for any other. */
  ownRun: (path: string) => Promise<{ path: string; recipe: Recipe } | null>
  /** Moves a folder to the system's trash. */
  trash: (folder: string) => Promise<void>
  showFolder: (folder: string) => void
}

type Names =
  | 'file.describe'
  | 'run.create'
  | 'run.open'
  | 'run.get'
  | 'run.list'
  | 'run.setRecipe'
  | 'run.start'
  | 'run.cancel'
  | 'run.detail'
  | 'run.previewSample'
  | 'run.log'
  | 'run.showFolder'
  | 'run.remove'

export function runHandlers({ core, runs, ownRun, trash, showFolder }: RunDeps): Pick<Handlers, Names> {
  return {
    'file.describe': async ({ path }) => (await core()).describeFile(path),
    'run.create': async ({ path, recipe }) => {
      if (await isRunFolder(path)) return runs.openReturned(path)
      const own = recipe === null ? await ownRun(path) : null
      return own ? runs.create(own.path, own.recipe) : runs.create(path, recipe ?? undefined)
    },
    'run.open': ({ folder }) => runs.openFolder(folder),
    'run.get': async ({ id }) => (await runs.get(id)).snapshot(),
    'run.list': async () => (await core()).runs.list(),
    'run.setRecipe': async ({ id, recipe }) => (await runs.get(id)).setRecipe(recipe),
    'run.start': ({ id, upTo }) => runs.start(id, upTo),
    'run.cancel': async ({ id }) => {
      const handle = await runs.get(id)
      // The stage says itself when it has stopped; waiting here would only hold the button.
      void handle.cancel()
      return handle.snapshot()
    },
    'run.detail': async ({ id, hop, output }) => (await runs.get(id)).detail(hop, output),
    'run.previewSample': async ({ id }) => (await core()).previewSample((await runs.get(id)).snapshot()),
    'run.log': async ({ id, from }) => (await runs.get(id)).log(from),
    'run.showFolder': async ({ id }) => {
      showFolder((await runs.get(id)).folder)
      return {}
    },
    'run.remove': async ({ id }) => {
      await runs.release(id)
      await trash(await (await core()).runs.remove(id))
      return {}
    },
  }
}

async function isRunFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(path.join(folder, 'run.json'))).isFile()
  } catch {
    return false
  }
}
