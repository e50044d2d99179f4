import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import type { Durations } from '../pipeline/stage'

const fileSchema = z.record(z.string(), z.number().min(0))
const maxEntries = 500

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
  return {
    get: (name) => load().get(name) ?? null,
    set(name, seconds) {
      const known = load()
      known.delete(name)
      known.set(name, Math.round(seconds * 1000) / 1000)
      while (known.size > maxEntries) known.delete(known.keys().next().value ?? '')
      void writeFileAtomic(path, JSON.stringify(Object.fromEntries(known))).catch(() => undefined)
    },
  }
}
