import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isFolder } from '../disk'
import { readError } from '../files/errors'
import { sha256File } from '../files/hash'
import { withFile } from '../files/random-file'

const marks: ReadonlyArray<(head: Buffer) => boolean> = [
  (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  (head) => head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  (head) => /^GIF8[79]a/.test(head.toString('latin1')),
  (head) => /^(II\*\0|MM\0\*)/.test(head.toString('latin1')),
  (head) => /^RIFF[\s\S]{4}WEBP/.test(head.toString('latin1')),
  // A bitmap's header says where its pixels begin, and four bytes of it are always zero.
  (head) => head.length >= 14 && head.toString('latin1', 0, 2) === 'BM' && head.readUInt32LE(6) === 0,
]

/** True for JPEG, PNG, GIF, TIFF, WebP and BMP, told by content. @throws EnginesmithError FILE_… */
export function isImage(path: string): Promise<boolean> {
  return withFile(path, async (file) => {
    const head = await file.read(0, Math.min(16, file.size))
    return marks.some((mark) => mark(head))
  })
}

/**
 * The images of a folder, in the order a person counts in (2 before 10), or the one image; empty where there are none.
 * @throws EnginesmithError FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function imageFiles(path: string): Promise<string[]> {
  if (!(await isFolder(path))) return (await isImage(path)) ? [path] : []
  const names = await readdir(path).catch((error: unknown) => Promise.reject(readError(error, path)))
  const collator = new Intl.Collator('en', { numeric: true })
  const files: string[] = []
  for (const name of names.sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1))) {
    const file = join(path, name)
    // What cannot be opened (a pipe, a folder) is no image.
    if (await isImage(file).catch(() => false)) files.push(file)
  }
  return files
}

/** Content hash of a list of files, in their order. */
export async function filesDigest(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${await sha256File(file)}\n`)
  return hash.digest('hex')
}
