import { mkdir, readFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { settingsSchema, type Settings } from '../../../contract/settings'
import { writing } from '../disk'

/** settings.json in the data folder, with the overrides of this process laid over it. */
export interface SettingsStore {
  /** The file's values with the overrides on top. */
  current(): Settings
  override(settings: Partial<Settings>): void
  save(settings: Partial<Settings>): Promise<Settings>
}

/** Keeps every valid field of a damaged or newer file; a bad field falls back to its default. */
function readSettings(text: string): Settings {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return settingsSchema.parse({})
  }
  const whole = settingsSchema.safeParse(raw)
  if (whole.success) return whole.data
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return settingsSchema.parse({})
  const bad = new Set(whole.error.issues.map((issue) => issue.path[0]))
  return settingsSchema.parse(Object.fromEntries(Object.entries(raw).filter(([name]) => !bad.has(name))))
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '{}'
  }
}

export function createSettingsStore(dataFolder: string): SettingsStore {
  const path = join(dataFolder, 'settings.json')
  let stored = readSettings(readOrEmpty(path))
  let overrides: Partial<Settings> = {}
  return {
    current: () => ({ ...stored, ...overrides }),
    override(settings) {
      overrides = { ...overrides, ...settings }
    },
    async save(settings) {
      const next = settingsSchema.parse({ ...readSettings(await readFile(path, 'utf8').catch(() => '{}')), ...settings })
      await writing(path, async () => {
        await mkdir(dataFolder, { recursive: true })
        await writeFileAtomic(path, `${JSON.stringify(next, null, 2)}\n`)
      })
      stored = next
      return { ...stored, ...overrides }
    },
  }
}
