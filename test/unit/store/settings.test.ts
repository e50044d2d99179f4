import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSettingsStore } from '../../../electron/core/store/settings'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enginesmith-settings-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the settings store', () => {
  it('begins with defaults, keeps what is saved, and lays overrides over it in memory alone', async () => {
    const store = createSettingsStore(join(folder, 'deep', 'data'))
    expect(store.current()).toMatchObject({ language: 'system', engineHost: 'child' })
    await store.save({ language: 'zh-CN' })
    store.override({ python: '/x/python' })
    await store.save({ theme: 'dark' })
    expect(store.current()).toMatchObject({ language: 'zh-CN', theme: 'dark', python: '/x/python' })
    const written = JSON.parse(await readFile(join(folder, 'deep', 'data', 'settings.json'), 'utf8')) as Record<string, unknown>
    expect(written).toMatchObject({ language: 'zh-CN', theme: 'dark', python: null })
    expect(createSettingsStore(join(folder, 'deep', 'data')).current()).toMatchObject({ language: 'zh-CN', python: null })
  })

  it('keeps the good fields of a file with a bad one, and survives no JSON at all', async () => {
    await writeFile(join(folder, 'settings.json'), JSON.stringify({ language: 'zh-CN', theme: 'pink', stageTimeoutMinutes: -1 }))
    expect(createSettingsStore(folder).current()).toMatchObject({ language: 'zh-CN', theme: 'system', stageTimeoutMinutes: 240 })
    await writeFile(join(folder, 'settings.json'), '{')
    expect(createSettingsStore(folder).current()).toMatchObject({ language: 'system' })
  })
})
