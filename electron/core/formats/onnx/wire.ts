import type { Cursor } from '../cursor'
import { FormatError } from '../cursor'

/** One field of a protobuf message: a number, or a place of bytes. */
export interface Field {
  number: number
  /** 0 varint, 1 eight bytes, 2 bytes, 5 four bytes. */
  wire: number
  /** Value of a varint, else 0. */
  value: number
  /** Bytes of the field, 0 for a varint. */
  length: number
}

function sized(tag: number, varint: () => number): Field {
  const wire = tag & 7
  const number = Math.floor(tag / 8)
  if (number === 0) throw new FormatError('it has a field without a number')
  switch (wire) {
    case 0:
      return { number, wire, value: varint(), length: 0 }
    case 1:
      return { number, wire, value: 0, length: 8 }
    case 2:
      return { number, wire, value: 0, length: varint() }
    case 5:
      return { number, wire, value: 0, length: 4 }
    default:
      throw new FormatError(`it has a field of an unknown kind (${wire})`)
  }
}

function varintFrom(next: () => number): number {
  let value = 0
  let exact = 0n
  for (let index = 0; index < 10; index++) {
    const byte = next()
    value += (byte & 0x7f) * 2 ** (7 * index)
    exact |= BigInt(byte & 0x7f) << BigInt(7 * index)
    // A negative number takes all ten bytes; a double is too short for it before the sign is taken out.
    if (byte < 0x80) return index < 7 ? value : Number(BigInt.asIntN(64, exact))
  }
  throw new FormatError('it has a number that is too long')
}

/** Fields of a message in a file, one after another; the handler takes or leaves a field's bytes, what it leaves is skipped unread. */
export async function eachField(cursor: Cursor, length: number, handle: (field: Field) => Promise<void> | void): Promise<void> {
  const end = cursor.position + length
  if (length > cursor.left) throw new FormatError('it ends in the middle')
  while (cursor.position < end) {
    await cursor.fill(20)
    const field = sized(
      varintFrom(() => cursor.byte()),
      () => varintFrom(() => cursor.byte()),
    )
    const after = cursor.position + field.length
    if (after > end) throw new FormatError('a part of it is longer than the whole')
    await handle(field)
    if (cursor.position > after) throw new FormatError('a part of it is longer than the whole')
    cursor.skip(after - cursor.position)
  }
}

/** Fields of a small message in memory. */
export function fieldsOf(bytes: Buffer): Array<Field & { bytes: Buffer }> {
  const fields: Array<Field & { bytes: Buffer }> = []
  let at = 0
  const next = (): number => {
    const byte = bytes[at++]
    if (byte === undefined) throw new FormatError('it ends in the middle')
    return byte
  }
  while (at < bytes.length) {
    const field = sized(varintFrom(next), () => varintFrom(next))
    if (at + field.length > bytes.length) throw new FormatError('a part of it is longer than the whole')
    fields.push({ ...field, bytes: bytes.subarray(at, at + field.length) })
    at += field.length
  }
  return fields
}

/** Numbers of a packed field. */
export function packed(bytes: Buffer): number[] {
  const numbers: number[] = []
  let at = 0
  while (at < bytes.length) numbers.push(varintFrom(() => bytes[at++] ?? 0))
  return numbers
}
