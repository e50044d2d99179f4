import { open, stat, type FileHandle } from 'node:fs/promises'
import { EnginesmithError } from '../errors'
import { changedError, directoryError, readError, truncatedError } from './errors'

/** Something that can be read at any place: a file, or bytes already in memory. */
export interface ByteSource {
  /** Path for messages. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Exactly `length` bytes from `offset`; rejects with FILE_TRUNCATED beyond the end, FILE_CHANGED where the file shrank. */
  read(offset: number, length: number): Promise<Buffer>
  /** Fills `target` from `offset`. */
  readInto(target: Uint8Array, offset: number): Promise<void>
}

/** A regular file opened for reading at random places; every failure is a finding. */
export class RandomFile implements ByteSource {
  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly handle: FileHandle,
    private readonly modified: number,
  ) {}

  /** @throws EnginesmithError FILE_NOT_FOUND, FILE_IS_DIRECTORY, FILE_UNREADABLE, PATH_TOO_LONG */
  static async open(path: string): Promise<RandomFile> {
    try {
      // Asked before opening: opening a named pipe would wait for a writer that may never come.
      const before = await stat(path)
      if (before.isDirectory()) throw directoryError(path)
      if (!before.isFile()) {
        throw new EnginesmithError('FILE_UNREADABLE', `${path} is a device or a pipe, not a regular file.`, 'Save its contents to a file and choose that.', {
          path,
        })
      }
      const handle = await open(path, 'r')
      const info = await handle.stat()
      return new RandomFile(path, info.size, handle, info.mtimeMs)
    } catch (error) {
      throw readError(error, path)
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    checkRange(this, offset, length)
    const buffer = Buffer.alloc(length)
    await this.readInto(buffer, offset)
    return buffer
  }

  async readInto(target: Uint8Array, offset: number): Promise<void> {
    checkRange(this, offset, target.byteLength)
    try {
      let done = 0
      while (done < target.byteLength) {
        const { bytesRead } = await this.handle.read(target, done, Math.min(target.byteLength - done, 1 << 30), offset + done)
        if (bytesRead === 0) throw changedError(this.path)
        done += bytesRead
      }
    } catch (error) {
      throw readError(error, this.path)
    }
  }

  /** Rejects with FILE_CHANGED where the path no longer names the bytes that were read. */
  async assertUnchanged(): Promise<void> {
    const now = await stat(this.path).catch(() => null)
    if (now === null || now.size !== this.size || now.mtimeMs !== this.modified) throw changedError(this.path)
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}

/** Asked before anything is allocated: a damaged header may claim any length. */
function checkRange(source: { path: string; size: number }, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= source.size) return
  throw truncatedError(source.path, `${offset + length} bytes are needed, it has ${source.size}`, { needed: offset + length, bytes: source.size })
}

/** Opens, hands over, closes: also after a failure. */
export async function withFile<T>(path: string, use: (file: RandomFile) => Promise<T>): Promise<T> {
  const file = await RandomFile.open(path)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** Bytes in memory as a source. */
export function bytesSource(bytes: Uint8Array, path: string): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const slice = (offset: number, length: number): Buffer => {
    checkRange({ path, size: buffer.length }, offset, length)
    return buffer.subarray(offset, offset + length)
  }
  return {
    path,
    size: buffer.length,
    read: async (offset, length) => slice(offset, length),
    readInto: async (target, offset) => target.set(slice(offset, target.byteLength)),
  }
}
