import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { OpenRuns } from '../../app/open-runs'
import type { Handlers } from '../register'

export interface DocumentDeps {
  runs: OpenRuns
  /** Asks where to save; null where the person closed the dialog. */
  askSave: (what: 'report' | 'recipe', suggested: string) => Promise<string | null>
  openFile: (path: string) => Promise<void>
}

const endings = { html: 'html', json: 'json', junit: 'xml' } as const

/** What leaves a run as a file of the person's own: reports and recipes. */
export function documentHandlers({ runs, askSave, openFile }: DocumentDeps): Pick<Handlers, 'run.saveReport' | 'run.openReport' | 'recipe.save'> {
  return {
    'run.saveReport': async ({ id, format }) => {
      const handle = await runs.get(id)
      const target = await askSave('report', `${baseName(handle.snapshot().input.path)}-report.${endings[format]}`)
      if (target !== null) await writeFile(target, await handle.report(format))
      return { path: target }
    },
    'run.openReport': async ({ id }) => {
      const handle = await runs.get(id)
      const file = path.join(handle.folder, 'report.html')
      await writeFile(file, await handle.report('html'))
      await openFile(file)
      return {}
    },
    'recipe.save': async ({ id }) => {
      const { input, recipe } = (await runs.get(id)).snapshot()
      const target = await askSave('recipe', `${baseName(input.path)}.recipe.json`)
      if (target !== null) await writeFile(target, `${JSON.stringify(recipe, null, 2)}\n`)
      return { path: target }
    },
  }
}

const baseName = (file: string): string => path.parse(file).name || 'model'
