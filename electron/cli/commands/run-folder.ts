import type { RunFile } from '../../../contract/run'
import { EnginesmithError } from '../../core/errors'
import { readRunFile } from '../../core/store/run-folder'

/**
 * What the folder's run.json says.
 * @throws EnginesmithError RUN_UNREADABLE where a folder holds no run that can be read
 */
export async function requireRunFolder(folder: string): Promise<RunFile> {
  const run = await readRunFile(folder)
  if (run !== null) return run
  throw new EnginesmithError('RUN_UNREADABLE', `${folder} holds no run.`, 'Give the folder that run wrote: the one with run.json in it.', { folder })
}
