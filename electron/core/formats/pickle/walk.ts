import { setImmediate as breathe } from 'node:timers/promises'
import { EnginesmithError, isAbort } from '../../errors'
import type { Cursor } from '../cursor'
import { FormatError } from '../cursor'
import { Machine } from './machine'
import { Dict, type Global, List, type Value } from './values'

/** A text longer than this is not a name; only its length is kept. */
const maxText = 64 * 1024
/** No instruction has more than this much of fixed size. */
const maxFixed = 16

export interface WalkLimits {
  /** Milliseconds for one pickle. */
  time: number
  signal?: AbortSignal
}

export interface Walked {
  /** What it would make; undefined where it never came to its end. */
  value: Value | undefined
  /** Every name that would be imported. */
  globals: ReadonlyMap<string, Global>
  /** True where it refers to a container with the source of its class, which only old torch wrote. */
  sources: boolean
  /** Why it could not be followed to its end; null where it could. */
  error: string | null
}

/** Follows one pickle of any protocol up to its STOP; the cursor stands behind it afterwards. Never rejects for a bad pickle. */
export async function walkPickle(cursor: Cursor, limits: WalkLimits): Promise<Walked> {
  const machine = new Machine()
  const deadline = performance.now() + limits.time
  try {
    for (let steps = 1; ; steps++) {
      if (cursor.ready < maxFixed) await cursor.fill(maxFixed)
      const code = cursor.byte()
      if (code === 0x2e) return { value: machine.result(), globals: machine.globals, sources: machine.sources, error: null }
      if (!simple(code, cursor, machine)) await long(code, cursor, machine)
      if (steps % 20_000 === 0) {
        limits.signal?.throwIfAborted()
        if (performance.now() > deadline) throw new FormatError(`it could not be followed within ${limits.time / 1000} s`)
        await breathe()
      }
    }
  } catch (error) {
    if (isAbort(error) || limits.signal?.aborted === true) throw error
    const known = error instanceof FormatError || (error instanceof EnginesmithError && error.code === 'FILE_TRUNCATED')
    if (!known) throw error
    return { value: undefined, globals: machine.globals, sources: machine.sources, error: error.message }
  }
}

/** Instructions whose every byte is already in the window. False where the instruction is another. */
function simple(code: number, cursor: Cursor, machine: Machine): boolean {
  switch (code) {
    case 0x58: // X BINUNICODE
    case 0x8c: {
      // SHORT_BINUNICODE; nearly all that a model's pickle holds of text, so this way is worth its own lines
      const text = cursor.shortText(code === 0x58 ? 4 : 1, maxText)
      if (text !== null) machine.text(text)
      return text !== null
    }
    case 0x28: // ( MARK
      machine.mark()
      return true
    case 0x30: // 0 POP
      machine.drop()
      return true
    case 0x31: // 1 POP_MARK
      machine.popMark()
      return true
    case 0x32: // 2 DUP
      machine.duplicate()
      return true
    case 0x47: // G BINFLOAT
      machine.push(cursor.take(8).readDoubleBE(0))
      return true
    case 0x4a: // J BININT
      machine.push(cursor.take(4).readInt32LE(0))
      return true
    case 0x4b: // K BININT1
      machine.push(cursor.byte())
      return true
    case 0x4d: // M BININT2
      machine.push(cursor.take(2).readUInt16LE(0))
      return true
    case 0x4e: // N NONE
      machine.push(null)
      return true
    case 0x51: // Q BINPERSID
      machine.persistent(machine.pop())
      return true
    case 0x52: // R REDUCE
      machine.reduce(false)
      return true
    case 0x5d: // ] EMPTY_LIST
      machine.push(new List('list', []))
      return true
    case 0x61: // a APPEND
      machine.append([machine.pop()])
      return true
    case 0x62: // b BUILD
      machine.build()
      return true
    case 0x64: // d DICT
      machine.dictOf(machine.popMark())
      return true
    case 0x7d: // } EMPTY_DICT
      machine.push(new Dict())
      return true
    case 0x65: // e APPENDS
    case 0x90: // ADDITEMS
      machine.append(machine.popMark())
      return true
    case 0x68: // h BINGET
      machine.get(cursor.byte())
      return true
    case 0x6a: // j LONG_BINGET
      machine.get(cursor.take(4).readUInt32LE(0))
      return true
    case 0x6c: // l LIST
      machine.push(new List('list', machine.popMark()))
      return true
    case 0x6f: // o OBJ
      machine.object()
      return true
    case 0x71: // q BINPUT
      machine.put(cursor.byte())
      return true
    case 0x72: // r LONG_BINPUT
      machine.put(cursor.take(4).readUInt32LE(0))
      return true
    case 0x73: {
      // s SETITEM
      const value = machine.pop()
      machine.setItems([machine.pop(), value])
      return true
    }
    case 0x74: // t TUPLE
      machine.push(new List('tuple', machine.popMark()))
      return true
    case 0x29: // ) EMPTY_TUPLE
      machine.push(new List('tuple', []))
      return true
    case 0x75: // u SETITEMS
      machine.setItems(machine.popMark())
      return true
    case 0x80: // PROTO
      if (cursor.byte() > 5) throw new FormatError('it is of a protocol that does not exist')
      return true
    case 0x81: // NEWOBJ
      machine.reduce(true)
      return true
    case 0x82: // EXT1, EXT2, EXT4: a name from a table of the reader's own, which cannot be known here
    case 0x83:
    case 0x84:
      machine.push(machine.global('copyreg', `extension_${cursor.take(1 << (code - 0x82)).readUIntLE(0, 1 << (code - 0x82))}`))
      throw new FormatError('it takes a name from a table outside of the file')
    case 0x85: // TUPLE1, TUPLE2, TUPLE3
    case 0x86:
    case 0x87:
      machine.tuple(code - 0x84)
      return true
    case 0x88: // NEWTRUE
    case 0x89: // NEWFALSE
      machine.push(code === 0x88)
      return true
    case 0x8f: // EMPTY_SET
      machine.push(new List('set', []))
      return true
    case 0x91: // FROZENSET
      machine.push(new List('set', machine.popMark()))
      return true
    case 0x92: // NEWOBJ_EX
      machine.newObjectWithKeywords()
      return true
    case 0x93: // STACK_GLOBAL
      machine.stackGlobal()
      return true
    case 0x94: // MEMOIZE
      machine.memoize()
      return true
    case 0x95: // FRAME
      cursor.take(8)
      return true
    case 0x97: // NEXT_BUFFER: bytes from outside
      machine.bytes(0)
      return true
    case 0x98: // READONLY_BUFFER
      return true
    default:
      return false
  }
}

/** Instructions with text or bytes of any length. */
async function long(code: number, cursor: Cursor, machine: Machine): Promise<void> {
  const line = async (): Promise<string> => (await cursor.line(maxText)).text.toString('utf8')
  const text = async (length: number): Promise<void> => {
    if (length > maxText) {
      cursor.skip(length)
      machine.bytes(length)
    } else machine.text((await cursor.takeLong(length)).toString('utf8'))
  }
  const blob = (length: number): void => {
    cursor.skip(length)
    machine.bytes(length)
  }
  switch (code) {
    case 0x46: // F FLOAT
      machine.push(Number(await line()))
      return
    case 0x49: {
      // I INT, which also spells the truth values of old
      const word = await line()
      machine.push(word === '00' ? false : word === '01' ? true : wholeNumber(word))
      return
    }
    case 0x4c: // L LONG
      machine.push(wholeNumber((await line()).replace(/L$/, '')))
      return
    case 0x50: // P PERSID
      machine.persistent(await line())
      return
    case 0x53: // S STRING
      machine.text(unescapeBytes((await line()).replace(/^(['"])(.*)\1$/s, '$2')))
      return
    case 0x56: // V UNICODE
      machine.text(unescape(await line()))
      return
    case 0x63: // c GLOBAL
      machine.push(machine.global(await line(), await line()))
      return
    case 0x69: // i INST
      machine.instance(await line(), await line())
      return
    case 0x67: // g GET
      machine.get(index(await line()))
      return
    case 0x70: // p PUT
      machine.put(index(await line()))
      return
    case 0x54: // T BINSTRING
      return text(cursor.take(4).readUInt32LE(0))
    case 0x55: // U SHORT_BINSTRING
    case 0x8c: // SHORT_BINUNICODE
      return text(cursor.byte())
    case 0x58: // X BINUNICODE
      return text(cursor.take(4).readUInt32LE(0))
    case 0x8d: // BINUNICODE8
      return text(length8(cursor))
    case 0x42: // B BINBYTES
      return blob(cursor.take(4).readUInt32LE(0))
    case 0x43: // C SHORT_BINBYTES
      return blob(cursor.byte())
    case 0x8e: // BINBYTES8
    case 0x96: // BYTEARRAY8
      return blob(length8(cursor))
    case 0x8a: // LONG1
      machine.push(littleEndian(await cursor.takeLong(cursor.byte())))
      return
    case 0x8b: {
      // LONG4
      const length = cursor.take(4).readUInt32LE(0)
      if (length > 4096) blob(length)
      else machine.push(littleEndian(await cursor.takeLong(length)))
      return
    }
    default:
      throw new FormatError(`it has an instruction that no pickle has (0x${code.toString(16).padStart(2, '0')})`)
  }
}

function length8(cursor: Cursor): number {
  const length = cursor.take(8).readBigUInt64LE(0)
  if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError('it claims a length beyond every file')
  return Number(length)
}

function wholeNumber(word: string): number | bigint {
  if (!/^[+-]?\d{1,4096}$/.test(word)) throw new FormatError('it has a number that is none')
  const value = BigInt(word)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function index(word: string): number {
  if (!/^\d{1,15}$/.test(word)) throw new FormatError('it has a place that is none')
  return Number(word)
}

/** Python's raw-unicode-escape: a name may be spelt with it, and must be read as Python reads it. */
function unescape(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (all, short?: string, wide?: string) => {
    const point = parseInt(short ?? wide ?? '', 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : all
  })
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"' }

/** Python's escapes inside a quoted string, for the same reason. */
function unescapeBytes(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/gs, (all, hex?: string, octal?: string, other?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff)
    return escapes[other ?? ''] ?? all
  })
}

/** Two's complement, as many bytes as there are; a number where it is exact. */
function littleEndian(bytes: Buffer): number | bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  if ((bytes.at(-1) ?? 0) & 0x80) value -= 1n << BigInt(bytes.length * 8)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}
