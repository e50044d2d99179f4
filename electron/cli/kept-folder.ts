import path from 'node:path'
import { withScratch } from '../core/scratch'
import type { Call, Context } from './command'

/** The folder of `--out`; null without one. */
export function keptFolder({ own }: Call, { resolve }: Context): string | null {
  return typeof own['out'] === 'string' ? resolve(own['out']) : null
}

/** The folder that a call names and keeps; without one a folder that is gone when `use` is over, and of `files` in it the names alone are left. */
export async function withKept<T>(kept: string | null, files: () => ReadonlyArray<{ path: string } | null>, use: (folder: string) => Promise<T>): Promise<T> {
  if (kept !== null) return use(kept)
  try {
    return await withScratch(use)
  } finally {
    // The numbers stay; a file that is gone is not named by its path.
    for (const file of files()) if (file !== null) file.path = path.basename(file.path)
  }
}
