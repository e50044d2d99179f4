import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { writing } from './disk'

/**
 * A folder that is gone when `use` is over.
 * @throws EnginesmithError where the system's folder for such things cannot be written
 */
export async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const parent = path.join(os.tmpdir(), 'enginesmith-')
  const folder = await writing(parent, () => mkdtemp(parent))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }
}
