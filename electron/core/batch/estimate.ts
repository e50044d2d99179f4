import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import type { Estimate } from '../../../contract/batch'
import { modelFormatSchema, type ModelFormat } from '../../../contract/run'

const entrySchema = z.object({ format: modelFormatSchema, backend: z.string(), bytes: z.number(), seconds: z.number(), peakMiB: z.number().nullable() })
type Entry = z.infer<typeof entrySchema>
const fileSchema = z.record(z.string(), entrySchema)
const maxEntries = 5000
/** So many files of the same kind, the nearest in size, stand for one that was never run. */
const neighbours = 5
const mebibyte = 1024 * 1024

/** What is to be estimated. */
export interface Work {
  sha256: string | null
  format: ModelFormat
  bytes: number
  backend: string
}

/** What rows took on this machine, for what others will take. */
export interface Estimates {
  of(work: Work): Estimate
  /** Remembers how long a row took that was not reused, and the most memory its processes had. */
  note(work: Work, took: { seconds: number; peakMiB: number | null }): void
  save(): Promise<void>
}

/** Where nothing was run before: seconds and MiB to begin with, and for each MiB of the file. */
function bySize({ format, bytes, backend }: Work): Estimate {
  const size = bytes / mebibyte
  const python = format !== 'onnx'
  const engine = backend.startsWith('tensorrt') || backend === 'torch-tensorrt'
  const seconds = (python ? 6 + size * 0.06 : 0.3 + size * 0.01) + (engine ? (backend === 'tensorrt-rtx' ? 2 : 8) + size * 0.4 : 0.1 + size * 0.01)
  const memoryMiB = (python ? 600 + size * 4 : 150 + size * 3) + (engine ? 800 + size * 3 : 0)
  return { seconds, memoryMiB: Math.round(memoryMiB), source: 'size' }
}

/** estimates.json in the data folder: losing it costs nothing but the guess. */
export function openEstimates(dataFolder: string): Estimates {
  const path = join(dataFolder, 'estimates.json')
  let entries: Map<string, Entry> | null = null
  let dirty = false
  const load = (): Map<string, Entry> => {
    if (entries !== null) return entries
    try {
      entries = new Map(Object.entries(fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))))
    } catch {
      entries = new Map()
    }
    return entries
  }
  return {
    of(work) {
      const guess = bySize(work)
      const known = work.sha256 === null ? undefined : load().get(`${work.sha256} ${work.backend}`)
      if (known !== undefined) return { seconds: known.seconds, memoryMiB: Math.round(known.peakMiB ?? guess.memoryMiB), source: 'history' }
      const near = nearest(
        [...load().values()].filter((entry) => entry.backend === work.backend && entry.format === work.format),
        work.bytes,
      )
      if (near.length === 0) return guess
      // Scaled by how the reckoning grows with size, so that a neighbour of another size is not taken at its word.
      const scale = middle(near.map((entry) => entry.seconds / bySize({ ...work, bytes: entry.bytes }).seconds))
      const memory = middle(near.map((entry) => (entry.peakMiB ?? 0) / bySize({ ...work, bytes: entry.bytes }).memoryMiB))
      return { seconds: guess.seconds * scale, memoryMiB: Math.round(memory > 0 ? guess.memoryMiB * memory : guess.memoryMiB), source: 'similar' }
    },
    note({ sha256, format, bytes, backend }, { seconds, peakMiB }) {
      if (sha256 === null) return
      const known = load()
      const key = `${sha256} ${backend}`
      known.delete(key)
      known.set(key, { format, backend, bytes, seconds: Math.round(seconds * 1000) / 1000, peakMiB })
      while (known.size > maxEntries) known.delete(known.keys().next().value ?? '')
      dirty = true
    },
    async save() {
      if (!dirty) return
      dirty = false
      await writeFileAtomic(path, JSON.stringify(Object.fromEntries(load()))).catch(() => undefined)
    },
  }
}

function nearest(entries: Entry[], bytes: number): Entry[] {
  const distance = (entry: Entry): number => Math.abs(Math.log((entry.bytes + 1) / (bytes + 1)))
  return entries.sort((a, b) => distance(a) - distance(b)).slice(0, neighbours)
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1
}
