import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import type { RunFile, RunSummary } from '../../../contract/run'
import { writing } from '../disk'
import { isActive } from '../pipeline/transition'
import { folderIsLocked } from './lock'
import { readRunFile, runFileName } from './run-folder'

const listSchema = z.object({ folders: z.array(z.string()) })

/** A row of History from a run's file. */
export function summarize(run: RunFile, folder: string, running: boolean): RunSummary {
  const state = (name: keyof RunFile['stages']): RunFile['stages']['load']['state'] => run.stages[name].state
  return {
    id: run.id,
    folder,
    name: basename(run.input.path.replace(/\\/g, '/')),
    format: run.input.format,
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    backend: run.cards.build?.backend ?? run.recipe.build.backend,
    stages: { load: state('load'), convert: state('convert'), build: state('build'), validate: state('validate') },
    verdict: run.verdict,
    findings: allFindings(run).length,
    seconds: Object.values(run.stages).reduce((sum, stage) => sum + stage.seconds, 0),
    running,
  }
}

/** Findings of the run and of its stages together. */
export function allFindings(run: RunFile): RunFile['findings'] {
  return [...run.findings, ...Object.values(run.stages).flatMap((stage) => stage.findings)]
}

/**
 * History: an index over run folders, rebuilt from them at every look. Run folders under the runs folder are found by
 * themselves; those elsewhere (`--out`, dropped on the app) are remembered by path in history.json.
 */
export interface RunsIndex {
  list(): Promise<Array<{ folder: string; run: RunFile; running: boolean }>>
  remember(folder: string): Promise<void>
  forget(folder: string): Promise<void>
}

export function createRunsIndex(options: { dataFolder: string; runsFolder: () => string }): RunsIndex {
  const path = join(options.dataFolder, 'history.json')
  const known = new Map<string, { changed: number; run: RunFile }>()
  let queue: Promise<void> = Promise.resolve()

  const remembered = async (): Promise<string[]> => {
    try {
      return listSchema.parse(JSON.parse(await readFile(path, 'utf8'))).folders
    } catch {
      return []
    }
  }
  const save = (change: (folders: string[]) => string[]): Promise<void> => {
    queue = queue
      .catch(() => undefined)
      .then(async () => {
        const folders = await remembered()
        const next = change(folders)
        if (next.join('\n') === folders.join('\n')) return
        await writing(path, () => writeFileAtomic(path, `${JSON.stringify({ folders: next }, null, 2)}\n`))
      })
    return queue
  }
  const load = async (folder: string): Promise<RunFile | null> => {
    const changed = await stat(join(folder, runFileName)).then(
      (stats) => stats.mtimeMs,
      () => null,
    )
    if (changed === null) return null
    const old = known.get(folder)
    if (old?.changed === changed) return old.run
    const run = await readRunFile(folder).catch(() => null)
    if (run !== null) known.set(folder, { changed, run })
    return run
  }

  return {
    async list() {
      const root = options.runsFolder()
      const inside = (await readdir(root, { withFileTypes: true }).catch(() => []))
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(root, entry.name))
      const rows: Array<{ folder: string; run: RunFile; running: boolean }> = []
      for (const folder of new Set([...inside, ...(await remembered())])) {
        const run = await load(folder)
        if (run === null) continue
        const active = Object.values(run.stages).some((stage) => isActive(stage.state))
        rows.push({ folder, run, running: active && (await folderIsLocked(folder)) })
      }
      return rows.sort((a, b) => b.run.updatedAt.localeCompare(a.run.updatedAt))
    },
    async remember(folder) {
      if (dirname(resolve(folder)) === resolve(options.runsFolder())) return
      await save((folders) => (folders.includes(folder) ? folders : [...folders, folder]))
    },
    forget(folder) {
      known.delete(folder)
      return save((folders) => folders.filter((one) => one !== folder))
    },
  }
}
