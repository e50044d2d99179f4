import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeError } from './errors'

/**
 * Writes pieces to a temporary file beside `path` and renames it into place once all of it is on the disk, so that a
 * killed process leaves no half file. The temporary name is short on purpose: the target's may fill the 255 bytes.
 * @throws EnginesmithError DISK_FULL, OUT_NOT_WRITABLE, PATH_TOO_LONG
 */
export async function writeAtomic(path: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = join(dirname(path), `.tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      for await (const piece of pieces) {
        let done = 0
        while (done < piece.byteLength) {
          const { bytesWritten } = await handle.write(piece, done, Math.min(piece.byteLength - done, 1 << 30))
          done += bytesWritten
        }
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw writeError(error, path)
  }
}
