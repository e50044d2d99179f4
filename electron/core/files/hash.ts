import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { readError } from './errors'

const pieceBytes = 4 << 20

/**
 * SHA-256 of a file in hexadecimal, in pieces of 4 MiB so that memory stays small.
 * @throws EnginesmithError as reading does; AbortError where `signal` says stop.
 */
export async function sha256File(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  try {
    // No bigger than the file: a run hashes a dozen small ones, and buffers for nothing keep the collector busy.
    const { size } = await stat(path)
    for await (const chunk of createReadStream(path, { highWaterMark: Math.min(pieceBytes, Math.max(size, 4096)), signal })) hash.update(chunk as Buffer)
  } catch (error) {
    throw readError(error, path)
  }
  return hash.digest('hex')
}
