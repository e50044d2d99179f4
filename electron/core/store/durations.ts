import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import type { Durations } from '../pipeline/stage'

const fileSchema = z.record(z.string(), z.number().min(0))
/** Four stages of a thousand models. */
const maxEntries = 4000

/** How long work took before, in durations.json: only an estimate's memory, so that losing it costs nothing. */
export function openDurations(dataFolder: string): Durations {
  const path = join(dataFolder, 'durations.json')
  let entries: Map<string, number> | null = null
  const load = (): Map<string, number> => {
    if (entries !== null) return entries
    try {
      entries = new Map(Object.entries(fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))))
    } catch {
      entries = new Map()
    }
    return entries
  }
  let writing = false
  let again = false
  /** One write at a time: a batch finishes stages faster than a disk takes whole files. */
  const save = async (): Promise<void> => {
    if (writing) {
      again = true
      return
    }
    writing = true
    do {
      again = false
      await writeFileAtomic(path, JSON.stringify(Object.fromEntries(load()))).catch(() => undefined)
    } while (again)
    writing = false
  }
  return {
    get: (name) => load().get(name) ?? null,
    set(name, seconds) {
      const known = load()
      known.delete(name)
      known.set(name, Math.round(seconds * 1000) / 1000)
      while (known.size > maxEntries) known.delete(known.keys().next().value ?? '')
      void save()
    },
  }
}
