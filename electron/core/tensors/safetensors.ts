import { z } from 'zod'
import { dtypeBytes, type DType } from '../../../contract/tensor'
import { EnginesmithError } from '../errors'
import { truncatedError } from '../files/errors'
import { type ByteSource, withFile } from '../files/random-file'
import { writeAtomic } from '../files/write'
import { elementCount, type Tensor } from './tensor'

/** The format's own limit for the header. */
const maxHeaderBytes = 100_000_000

const names: Record<DType, string> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  float8_e4m3fn: 'F8_E4M3',
  float8_e5m2: 'F8_E5M2',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
}
const dtypeOfName = new Map(Object.entries(names).map(([dtype, name]) => [name, dtype as DType]))

const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const entrySchema = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) })
const metadataSchema = z.record(z.string(), z.string())

/** One tensor of the header. `dtype` is null for a type this program cannot compute with (complex, 4-bit …); `begin` is its place in the file. */
export interface SafetensorsEntry {
  name: string
  dtype: DType | null
  storedDtype: string
  shape: number[]
  begin: number
  bytes: number
}
export interface SafetensorsHeader {
  entries: SafetensorsEntry[]
  metadata: Record<string, string>
}

/** True where the first bytes can only be a safetensors header: a length that fits, then `{`. */
export function looksLikeSafetensors(start: Uint8Array, fileBytes: number): boolean {
  if (start.length < 9 || start[8] !== 0x7b) return false
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true)
  return length >= 2n && length <= BigInt(maxHeaderBytes) && length <= BigInt(fileBytes)
}

/**
 * Reads and checks the header alone.
 * @throws EnginesmithError FILE_TRUNCATED, INPUTS_INVALID
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const length = Number((await source.read(0, 8)).readBigUInt64LE(0))
  if (length > maxHeaderBytes) throw invalid(source.path, `its header claims ${length} bytes`)
  const begin = 8 + length
  let json: unknown
  const text = (await source.read(8, length)).toString('utf8')
  try {
    json = JSON.parse(text)
  } catch {
    throw invalid(source.path, 'its header is not JSON')
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid(source.path, 'its header is not a table of tensors')
  let metadata: Record<string, string> = {}
  const entries: SafetensorsEntry[] = []
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') {
      metadata = metadataSchema.safeParse(value).data ?? {}
      continue
    }
    const parsed = entrySchema.safeParse(value)
    if (!parsed.success) throw invalid(source.path, `the entry of ${JSON.stringify(name)} is malformed`)
    const { dtype: storedDtype, shape, data_offsets: offsets } = parsed.data
    const dtype = dtypeOfName.get(storedDtype) ?? null
    const bytes = offsets[1] - offsets[0]
    if (bytes < 0 || (dtype !== null && bytes !== elementCount(shape) * dtypeBytes[dtype])) {
      throw invalid(source.path, `the size of ${JSON.stringify(name)} does not match its shape`)
    }
    entries.push({ name, dtype, storedDtype, shape, begin: begin + offsets[0], bytes })
  }
  const end = entries.reduce((last, entry) => Math.max(last, entry.begin + entry.bytes), begin)
  if (end > source.size) throw truncatedError(source.path, `its header promises ${end} bytes, it has ${source.size}`, { promised: end, bytes: source.size })
  return { entries, metadata }
}

/** Every tensor of an open safetensors source, or those in `only`. */
export async function readSafetensorsFrom(source: ByteSource, only?: ReadonlySet<string>): Promise<Map<string, Tensor>> {
  const { entries } = await readSafetensorsHeader(source)
  const tensors = new Map<string, Tensor>()
  for (const entry of entries) {
    if (only !== undefined && !only.has(entry.name)) continue
    if (entry.dtype === null) throw invalid(source.path, `${JSON.stringify(entry.name)} is of type ${entry.storedDtype}, which cannot be computed with here`)
    const data = new Uint8Array(entry.bytes)
    await source.readInto(data, entry.begin)
    tensors.set(entry.name, { dtype: entry.dtype, shape: entry.shape, data })
  }
  return tensors
}

export async function readSafetensors(path: string, only?: ReadonlySet<string>): Promise<Map<string, Tensor>> {
  return withFile(path, (file) => readSafetensorsFrom(file, only))
}

/**
 * Writes named tensors, whole or not at all. Wide types come first, so that each begins at a multiple of its own size.
 * @throws EnginesmithError DISK_FULL, OUT_NOT_WRITABLE
 */
export async function writeSafetensors(path: string, tensors: ReadonlyMap<string, Tensor>, metadata?: Record<string, string>): Promise<void> {
  const order = [...tensors].sort(([nameA, a], [nameB, b]) => dtypeBytes[b.dtype] - dtypeBytes[a.dtype] || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0))
  // A null prototype, so that a tensor named __proto__ is a key like any other.
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  if (metadata !== undefined) header['__metadata__'] = metadata
  let offset = 0
  for (const [name, { dtype, shape, data }] of order) {
    if (data.byteLength !== elementCount(shape) * dtypeBytes[dtype])
      throw new Error(`tensor ${name} holds ${data.byteLength} bytes, its shape needs another count`)
    header[name] = { dtype: names[dtype], shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const text = Buffer.from(JSON.stringify(header), 'utf8')
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ')
  text.copy(padded)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  await writeAtomic(path, [length, padded, ...order.map(([, tensor]) => tensor.data)])
}

function invalid(path: string, why: string): EnginesmithError {
  return new EnginesmithError(
    'INPUTS_INVALID',
    `${path} is not a sound safetensors file: ${why}.`,
    'Save the tensors again, or get the file from its source again.',
    { path },
  )
}
