import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Recipe } from '../../../contract/recipe'
import type { Core, RunHandle } from '../../core/api'
import { writing } from '../../core/disk'

/**
 * A run in a folder of its own that is gone afterwards: `convert` and `build` are single results of the same stages
 * that `run` goes through.
 */
export async function withScratchRun<T>(core: Core, input: { path: string; recipe: Recipe }, use: (handle: RunHandle) => Promise<T>): Promise<T> {
  const parent = path.join(os.tmpdir(), 'enginesmith-')
  const folder = await writing(parent, () => fs.mkdtemp(parent))
  let handle: RunHandle | null = null
  try {
    handle = await core.runs.create({ ...input, folder })
    return await use(handle)
  } finally {
    await handle?.close().catch(() => undefined)
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }
}
