import { EnginesmithError } from '../../core/errors'
import { readRunFile } from '../../core/store/run-folder'

/** Rejects with RUN_UNREADABLE where a folder holds no run that can be read. */
export async function requireRunFolder(folder: string): Promise<void> {
  if ((await readRunFile(folder)) !== null) return
  throw new EnginesmithError('RUN_UNREADABLE', `${folder} holds no run.`, 'Give the folder that run wrote: the one with run.json in it.', { folder })
}
