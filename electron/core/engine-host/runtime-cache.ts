import { readFile } from 'node:fs/promises'
import type { RuntimeCacheUse } from '../../../contract/run-options'
import { readError } from '../files/errors'
import { writeAtomic } from '../files/write'

export interface RuntimeCacheFile {
  path: string
  /** True for the cache of this machine: what the library cannot take is begun anew. */
  owned: boolean
}

export interface OpenedRuntimeCache {
  file: RuntimeCacheFile
  /** Nothing where there is no file yet. */
  bytes: Uint8Array
  /** Why the file could not be read; null where it could, or is not there. */
  unreadable: string | null
}

/**
 * The bytes of a runtime cache, for the library to judge.
 * @throws EnginesmithError FILE_… where a file of one's own is there and cannot be read
 */
export async function openRuntimeCache(file: RuntimeCacheFile): Promise<OpenedRuntimeCache> {
  try {
    return { file, bytes: await readFile(file.path), unreadable: null }
  } catch (error) {
    const nothing = new Uint8Array()
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { file, bytes: nothing, unreadable: null }
    const told = readError(error, file.path)
    if (!file.owned) throw told
    return { file, bytes: nothing, unreadable: told instanceof Error ? told.message : String(told) }
  }
}

/**
 * Puts the cache with what was compiled since into the place of the file, in one step. Two processes at once: the last one's file stays,
 * whole, and what the other added is compiled once more. A file of one's own that the library refused is left as it is.
 * @param taken false where the library refused the bytes
 * @param bytes what the library has by now; null for nothing
 */
export async function keepRuntimeCache(
  { file, bytes: before, unreadable }: OpenedRuntimeCache,
  taken: boolean,
  bytes: Uint8Array | null,
): Promise<RuntimeCacheUse> {
  const { path, owned } = file
  const spoilt = unreadable ?? (taken ? null : 'the library does not take it: it is damaged, or was made by another version or for another GPU')
  if (spoilt !== null && !owned) return { path, state: 'refused', bytes: 0, reason: spoilt }
  const state = spoilt !== null ? 'replaced' : before.byteLength > 0 ? 'reused' : 'new'
  if (bytes === null || Buffer.compare(bytes, before) === 0) return { path, state, bytes: before.byteLength, reason: spoilt }
  try {
    await writeAtomic(path, [bytes])
    return { path, state, bytes: bytes.byteLength, reason: spoilt }
  } catch (error) {
    return { path, state: 'unwritten', bytes: before.byteLength, reason: error instanceof Error ? error.message : String(error) }
  }
}
