import { promisify } from 'node:util'
import { Readable } from 'node:stream'
import { inflateRaw } from 'node:zlib'
import yauzl from 'yauzl'
import { EnginesmithError } from '../errors'
import type { ByteSource } from './random-file'
import { truncatedError } from './errors'

const inflate = promisify(inflateRaw)

/** One member of a zip, from the central directory. Sizes in bytes. */
export interface ZipMember {
  readonly name: string
  /** Bytes once inflated, as the directory claims. */
  readonly size: number
  readonly compressedSize: number
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly encrypted: boolean
  readonly headerOffset: number
}

/** A zip's listing and reader; nothing is ever unpacked to the disk, so names are only labels. */
export interface Zip {
  readonly members: ReadonlyMap<string, ZipMember>
  /** True where the listing stopped at the limit. */
  readonly cut: boolean
  /** True where two members have one name: readers disagree on which of them counts. */
  readonly repeated: boolean
  /** Where the stored bytes of a member begin in the file. */
  dataOffset(member: ZipMember): Promise<number>
  /** The member's bytes; refuses above `maxBytes`, whatever the directory claims. */
  read(member: ZipMember, maxBytes: number): Promise<Buffer>
  /** The first bytes of a member, at most `maxBytes`. */
  readStart(member: ZipMember, maxBytes: number): Promise<Buffer>
}

interface Entry {
  fileName: Buffer
  compressedSize: number
  uncompressedSize: number
  compressionMethod: number
  generalPurposeBitFlag: number
  relativeOffsetOfLocalHeader: number
}
interface ZipFile {
  entryCount: number
  readEntry(): void
  on(event: 'entry', listener: (entry: Entry) => void): void
  on(event: 'end', listener: () => void): void
  on(event: 'error', listener: (error: Error) => void): void
}

/** Answers the many small reads of a listing from pieces of a mebibyte. */
class SourceReader extends yauzl.RandomAccessReader {
  private piece: Buffer = Buffer.alloc(0)
  private begin = 0

  constructor(private readonly source: ByteSource) {
    super()
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    this.bytes(length, position).then(
      (bytes) => {
        bytes.copy(buffer, offset)
        callback(null)
      },
      (error: Error) => callback(error),
    )
  }

  private async bytes(length: number, position: number): Promise<Buffer> {
    if (position < this.begin || position + length > this.begin + this.piece.length) {
      this.piece = await this.source.read(position, Math.max(length, Math.min(pieceBytes, this.source.size - position)))
      this.begin = position
    }
    return this.piece.subarray(position - this.begin, position - this.begin + length)
  }
}
const pieceBytes = 1 << 20

/** True where the bytes begin like a zip. */
export function looksLikeZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && ((start[2] === 3 && start[3] === 4) || (start[2] === 5 && start[3] === 6))
}

/**
 * Lists a zip.
 * @throws EnginesmithError FILE_TRUNCATED where its directory is gone or broken.
 */
export async function openZip(source: ByteSource, maxMembers = 200_000): Promise<Zip> {
  const members = new Map<string, ZipMember>()
  let cut = false
  let repeated = false
  try {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      // Names stay bytes: the library would otherwise refuse harmless odd ones.
      const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false }
      yauzl.fromRandomAccessReader(new SourceReader(source), source.size, options, (error, file) =>
        error ? reject(error) : resolve(file as unknown as ZipFile),
      )
    })
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject)
      zip.on('end', resolve)
      zip.on('entry', (entry) => {
        if (members.size >= maxMembers) {
          cut = true
          resolve()
          return
        }
        const name = entry.fileName.toString('utf8')
        repeated ||= members.has(name)
        if (!name.endsWith('/')) members.set(name, toMember(name, entry))
        zip.readEntry()
      })
      zip.readEntry()
    })
  } catch (error) {
    if (error instanceof EnginesmithError && error.code !== 'FILE_TRUNCATED') throw error
    throw truncatedError(source.path, 'its zip directory is missing or damaged', { reason: error instanceof Error ? error.message : String(error) })
  }
  return makeZip(source, members, { cut, repeated })
}

function toMember(name: string, entry: Entry): ZipMember {
  return {
    name,
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    method: entry.compressionMethod,
    encrypted: (entry.generalPurposeBitFlag & 1) === 1,
    headerOffset: entry.relativeOffsetOfLocalHeader,
  }
}

function makeZip(source: ByteSource, members: ReadonlyMap<string, ZipMember>, listing: Pick<Zip, 'cut' | 'repeated'>): Zip {
  const dataOffset = async (member: ZipMember): Promise<number> => {
    const header = await source.read(member.headerOffset, 30)
    if (header.readUInt32LE(0) !== 0x04034b50) throw truncatedError(source.path, `the header of ${member.name} is damaged`)
    return member.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  }
  const refuse = (member: ZipMember): void => {
    if (member.encrypted || (member.method !== 0 && member.method !== 8)) {
      throw new EnginesmithError(
        'FILE_UNREADABLE',
        `${member.name} in ${source.path} is ${member.encrypted ? 'encrypted' : `packed by an unusual method (${member.method})`}.`,
        'Save the file again without a password, stored or deflated.',
        { path: source.path, member: member.name },
      )
    }
  }
  return {
    members,
    ...listing,
    dataOffset,
    async read(member, maxBytes) {
      refuse(member)
      if (member.size > maxBytes) throw tooBig(source.path, member, maxBytes)
      const offset = await dataOffset(member)
      if (member.method === 0) return source.read(offset, member.size)
      const packed = await source.read(offset, member.compressedSize)
      let bytes: Buffer
      try {
        bytes = await inflate(packed, { maxOutputLength: Math.max(1, Math.min(maxBytes, member.size)) })
      } catch (error) {
        throw truncatedError(source.path, `${member.name} does not unpack to what its directory says`, {
          reason: error instanceof Error ? error.message : String(error),
        })
      }
      if (bytes.length !== member.size) throw truncatedError(source.path, `${member.name} unpacks to ${bytes.length} bytes, its directory says ${member.size}`)
      return bytes
    },
    async readStart(member, maxBytes) {
      refuse(member)
      const offset = await dataOffset(member)
      if (member.method === 0) return source.read(offset, Math.min(member.size, maxBytes))
      const packed = await source.read(offset, Math.min(member.compressedSize, maxBytes))
      return (await inflateStart(packed, maxBytes)).subarray(0, maxBytes)
    },
  }
}

/** Unpacks as much as the piece at hand allows, and no more than `maxBytes`. */
async function inflateStart(packed: Buffer, maxBytes: number): Promise<Buffer> {
  const { createInflateRaw, constants } = await import('node:zlib')
  const stream = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH })
  const pieces: Buffer[] = []
  let total = 0
  Readable.from([packed]).pipe(stream)
  try {
    for await (const piece of stream) {
      pieces.push(piece as Buffer)
      total += (piece as Buffer).length
      if (total >= maxBytes) break
    }
  } catch {
    // A damaged piece: what came before it is still a start.
  }
  return Buffer.concat(pieces)
}

function tooBig(path: string, member: ZipMember, maxBytes: number): EnginesmithError {
  return new EnginesmithError(
    'FILE_UNREADABLE',
    `${member.name} in ${path} would unpack to ${member.size} bytes, more than the ${maxBytes} allowed here.`,
    'This looks like a damaged file or a zip bomb. Get it from another source.',
    { path, member: member.name, bytes: member.size, limit: maxBytes },
  )
}
