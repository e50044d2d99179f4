import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import type { Settings } from '../../../contract/settings'
import type { RunSnapshot } from '../../../contract/run'
import { stageNames } from '../../../contract/run'
import { createCore } from '../../../electron/core'
import type { Core } from '../../../electron/core/api'
import { createNodeLauncher } from '../../../electron/core/engine-host/node-launcher'
import { addon, hostEntry } from '../engine-host/host-entry'

export const root = join(import.meta.dirname, '..', '..', '..')
export const samples = join(root, 'resources', 'samples')
const venv = join(root, '.venv')
export const python = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
export const hasPython = existsSync(python)

export interface TestCore {
  core: Core
  /** A folder for this test alone. */
  folder: string
  /** Number of the engine host's process, once one was started. */
  hostPid(): number
  end(): Promise<void>
}

/** The real core over the real library, Python and sample; every folder is new. */
export async function startCore(settings: Partial<Settings> = {}, options: { managedPython?: string } = {}): Promise<TestCore> {
  const folder = await mkdtemp(join(tmpdir(), 'enginesmith-run-'))
  const launch = createNodeLauncher({ entry: await hostEntry(), addon })
  let pid = 0
  const core = createCore({
    dataFolder: join(folder, 'data'),
    pythonResources: join(root, 'resources', 'python'),
    addon,
    managedPython: options.managedPython ?? python,
    samples,
    app: { version: '0.0.0-test', electron: null },
    launchHost: () => {
      const host = launch()
      pid = host.pid ?? 0
      return host
    },
    oneShot: false,
  })
  core.overrideSettings({ project: samples, ...settings })
  await core.trust.confirmClass(sampleRecipe().load)
  return {
    core,
    folder,
    hostPid: () => pid,
    async end() {
      await core.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The sample's recipe; `build` on top. */
export function sampleRecipe(build: Record<string, unknown> = {}, others: Record<string, unknown> = {}): Recipe {
  return recipeSchema.parse({
    load: { model: 'shapes:ShapesNet', inputs: [{ name: 'image', dtype: 'float32', shape: ['N', 1, 32, 32], range: [0, 1] }] },
    build: { backend: 'tensorrt-rtx', targets: ['sm86'], ...build },
    ...others,
  })
}

export function states(snapshot: RunSnapshot): string[] {
  return stageNames.map((name) => snapshot.stages[name].state)
}

export function codes(snapshot: RunSnapshot): string[] {
  return [...snapshot.findings, ...stageNames.flatMap((name) => snapshot.stages[name].findings)].map((finding) => finding.code)
}
