import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Zip, ZipPassThrough } from 'fflate'
import { EnginesmithError } from '../errors'
import { writeAtomic } from '../files/write'

/** The zip format without its 64-bit extension, which fflate does not write. */
const maxBytes = 2 ** 32 - 2 ** 20

/**
 * Packs files of a folder, under the folder's own name, in pieces; stored, since engines and weights hardly shrink.
 * @param top first part of every name in the zip
 * @throws EnginesmithError OUT_NOT_WRITABLE and so on; USAGE where the files are too big for a zip
 */
export async function writeZip(path: string, folder: string, files: ReadonlyArray<{ path: string; bytes: number }>, top: string): Promise<void> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  if (total > maxBytes) {
    throw new EnginesmithError('USAGE', `${total} bytes do not fit into a zip file.`, 'Export to a folder without --zip, and pack it with tar.', {
      bytes: total,
    })
  }
  await writeAtomic(path, pieces(folder, files, top))
}

async function* pieces(folder: string, files: ReadonlyArray<{ path: string }>, top: string): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = []
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error
    ready.push(piece)
  })
  const taken = function* (): Generator<Uint8Array> {
    const all = ready
    ready = []
    yield* all
  }
  for (const file of files) {
    const member = new ZipPassThrough(`${top}/${file.path}`)
    // A fixed date: the same files give the same bytes.
    member.mtime = new Date(1980, 0, 1)
    zip.add(member)
    for await (const piece of createReadStream(join(folder, ...file.path.split('/')), { highWaterMark: 1 << 20 })) {
      // fflate keeps what it is given until it is taken.
      member.push(new Uint8Array(piece as Buffer), false)
      yield* taken()
    }
    member.push(new Uint8Array(0), true)
    yield* taken()
  }
  zip.end()
  yield* taken()
}
