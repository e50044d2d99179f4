import type { ByteSource } from '../files/random-file'

/** The bytes are not what the format says, or not all of it; the message completes "it cannot be read: …". */
export class FormatError extends Error {
  override readonly name = 'FormatError'
}

const windowBytes = 256 * 1024

/** Walks a source forwards through a window of at most a quarter of a mebibyte, however large the source. */
export class Cursor {
  private window: Buffer = Buffer.alloc(0)
  /** Where the window begins in the source. */
  private base: number
  /** Next byte, in the window. */
  private at = 0

  constructor(
    private readonly source: ByteSource,
    start: number,
    private readonly end: number,
  ) {
    this.base = start
  }

  /** Where the next byte lies in the source. */
  get position(): number {
    return this.base + this.at
  }

  get left(): number {
    return this.end - this.position
  }

  /** Bytes that can be taken without waiting. */
  get ready(): number {
    return this.window.length - this.at
  }

  /** Brings at least `count` bytes into the window, as far as the source has them. */
  async fill(count: number): Promise<void> {
    if (this.ready >= count) return
    const from = this.position
    this.window = await this.source.read(from, Math.min(Math.max(windowBytes, count), this.end - from))
    this.base = from
    this.at = 0
  }

  byte(): number {
    const value = this.window[this.at]
    if (value === undefined) throw new FormatError('it ends in the middle')
    this.at++
    return value
  }

  /** Bytes of the window itself: valid until the next fill. */
  take(count: number): Buffer {
    if (this.ready < count) throw new FormatError('it ends in the middle')
    this.at += count
    return this.window.subarray(this.at - count, this.at)
  }

  /** A text behind its length of 1 or 4 bytes, if all of it is in the window and no longer than `limit`; else null, and nothing is taken. */
  shortText(lengthBytes: 1 | 4, limit: number): string | null {
    if (this.ready < lengthBytes) return null
    const length = lengthBytes === 1 ? (this.window[this.at] ?? 0) : this.window.readUInt32LE(this.at)
    if (length > limit || this.ready < lengthBytes + length) return null
    this.at += lengthBytes + length
    return this.window.toString('utf8', this.at - length, this.at)
  }

  /** Bytes of any count up to the caller's own limit. */
  async takeLong(count: number): Promise<Buffer> {
    if (count > this.left) throw new FormatError('it ends in the middle')
    await this.fill(count)
    return this.take(count)
  }

  skip(count: number): void {
    if (count > this.left) throw new FormatError('it ends in the middle')
    if (count <= this.ready) this.at += count
    else {
      this.base = this.position + count
      this.window = Buffer.alloc(0)
      this.at = 0
    }
  }

  /** Up to the end of the line, which is dropped; keeps its first `limit` bytes. */
  async line(limit: number): Promise<{ text: Buffer; cut: boolean }> {
    const pieces: Buffer[] = []
    let kept = 0
    let length = 0
    for (;;) {
      await this.fill(1)
      if (this.ready === 0) throw new FormatError('it ends in the middle')
      const end = this.window.indexOf(10, this.at)
      const piece = this.window.subarray(this.at, end < 0 ? this.window.length : end)
      length += piece.length
      if (kept < limit) {
        pieces.push(Buffer.from(piece.subarray(0, limit - kept)))
        kept += Math.min(piece.length, limit - kept)
      }
      this.at += piece.length + (end < 0 ? 0 : 1)
      if (end >= 0) return { text: Buffer.concat(pieces), cut: length > kept }
    }
  }
}
