import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readError } from './errors'

/**
 * SHA-256 of a file in hexadecimal, in pieces of 4 MiB so that memory stays small.
 * @throws EnginesmithError as reading does; AbortError where `signal` says stop.
 */
export async function sha256File(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 4 << 20, signal })) hash.update(chunk as Buffer)
  } catch (error) {
    throw readError(error, path)
  }
  return hash.digest('hex')
}
