import { dirname, join } from 'node:path'
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { makeFinding } from '../errors'
import { withFile } from '../files/random-file'
import { readSafetensorsHeader, type SafetensorsHeader } from '../tensors'
import { looksLikeSafetensors } from '../tensors/safetensors'
import type { TensorInfo } from '../../../contract/tensor'
import type { Description, Format, Subject } from './format'

const maxIndexBytes = 64 * 1024 * 1024
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()), metadata: z.record(z.string(), z.json()).optional() })

/** safetensors: the header alone is read. Also the JSON index of weights that lie in several such files. */
export const safetensors: Format = {
  async match(subject) {
    if (looksLikeSafetensors(subject.start, subject.file.size)) return true
    return (await readIndex(subject)) !== null
  },

  async describe(subject) {
    const { file } = subject
    const index = await readIndex(subject)
    if (index !== null) return describeShards(file.path, index)
    const header = await readSafetensorsHeader(file)
    return { format: 'safetensors', tensors: tensorsOf(header), facts: factsOf(header) }
  },
}

/** The files beside an index that hold its tensors; empty for a single file. What of them is not there is left out. */
export async function shardFiles(path: string): Promise<string[]> {
  const index = await withFile(path, async (file) => readIndex({ file, start: await file.read(0, Math.min(4096, file.size)) }))
  const inside = [...new Set(Object.values(index?.weight_map ?? {}))].filter((shard) => shard === shard.replace(/[/\\]/g, '') && shard !== '..').sort()
  return inside.map((shard) => join(dirname(path), shard))
}

async function readIndex({ file, start }: Pick<Subject, 'file' | 'start'>): Promise<z.infer<typeof indexSchema> | null> {
  if (!/^\s*\{/.test(start.toString('latin1', 0, 64)) || file.size > maxIndexBytes) return null
  try {
    const text = (await file.read(0, file.size)).toString('utf8')
    return text.includes('"weight_map"') ? (indexSchema.safeParse(JSON.parse(text)).data ?? null) : null
  } catch {
    return null
  }
}

const names: Record<string, string> = { F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16', BOOL: 'bool' }
function tensorsOf(header: SafetensorsHeader): TensorInfo[] {
  return header.entries.map((entry) => ({
    name: entry.name,
    dtype: entry.dtype ?? names[entry.storedDtype] ?? entry.storedDtype.toLowerCase(),
    shape: entry.shape,
    bytes: entry.bytes,
  }))
}

function factsOf(header: SafetensorsHeader): Record<string, string> {
  const elements = header.entries.reduce((sum, entry) => sum + entry.shape.reduce((product, size) => product * size, 1), 0)
  const facts: Record<string, string> = { tensors: String(header.entries.length), elements: String(elements) }
  const metadata = Object.entries(header.metadata)
    .slice(0, 20)
    .map(([key, value]) => `${key}: ${value.slice(0, 100)}`)
  if (metadata.length > 0) facts['metadata'] = metadata.join(', ')
  return facts
}

/** Only files beside the index count: a name that leads elsewhere is not followed. */
async function describeShards(path: string, index: z.infer<typeof indexSchema>): Promise<Description> {
  const shards = [...new Set(Object.values(index.weight_map))].sort()
  const tensors: TensorInfo[] = []
  const missing: string[] = []
  for (const shard of shards.slice(0, 1000)) {
    const at = join(dirname(path), shard)
    const inside = shard === shard.replace(/[/\\]/g, '') && shard !== '..'
    if (
      !inside ||
      !(await stat(at).then(
        (info) => info.isFile(),
        () => false,
      ))
    )
      missing.push(shard)
    else tensors.push(...tensorsOf(await withFile(at, readSafetensorsHeader)).filter((tensor) => index.weight_map[tensor.name] === shard))
  }
  const findings = missing.length === 0 ? [] : [missingShards(path, missing)]
  return { format: 'safetensors', tensors, facts: { files: String(shards.length), tensors: String(tensors.length) }, findings }
}

function missingShards(path: string, missing: string[]): ReturnType<typeof makeFinding> {
  return makeFinding(
    'FILE_NOT_FOUND',
    'error',
    `${path} spreads its weights over files of which ${missing.length} are not beside it: ${missing.slice(0, 5).join(', ')}.`,
    'Put these files into the same folder under exactly these names.',
    {
      path,
      missing: missing.slice(0, 100),
    },
  )
}
