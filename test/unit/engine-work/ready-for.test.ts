import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NativeResult } from '../../../contract/native'
import { settingsSchema, type Settings } from '../../../contract/settings'
import type { Core } from '../../../electron/core/api'
import { engineSubject, readyFor } from '../../../electron/core/engine-work/open'

const engine = join(import.meta.dirname, '..', '..', 'fixtures', 'runs', 'h200-pass', 'artifacts', '39e3e976153e168c', 'model.engine')
const none = new AbortController().signal
const library = { flavour: 'tensorrt', path: '/l/libnvinfer.so.10', parserPath: '/l/p', version: '10.6.0.26', table: 'trt10' }
const devices: NativeResult<'cuda.devices'> = {
  driver: '580.159.04',
  reason: null,
  devices: ['H100', 'T4'].map((name, index) => ({ index, name, computeCapability: index === 0 ? '9.0' : '7.5', memoryBytes: 1, driver: 13000 })) as never,
}
const coreWith = (settings: Partial<Settings>): Pick<Core, 'host' | 'toolchain' | 'settings'> =>
  ({
    host: { call: (method: string) => Promise.resolve(method === 'cuda.devices' ? devices : { library, attempts: [], warnings: [] }) },
    toolchain: { libraryPlaces: () => Promise.resolve([]) },
    settings: () => settingsSchema.parse(settings),
  }) as unknown as Pick<Core, 'host' | 'toolchain' | 'settings'>
const core = coreWith({})

describe('the GPU that an engine is opened on', () => {
  it('is missing where there is no such one, and the finding lists those that there are', async () => {
    const error = await readyFor(core, await engineSubject(engine, none), 2, none).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'GPU_MISSING', evidence: { device: 2, gpus: ['0 H100 (9.0)', '1 T4 (7.5)'] } })
    expect((error as Error).message).toContain('0 H100 (9.0), 1 T4 (7.5)')
  })

  it('is the one that is asked for: the engine is held against that one alone', async () => {
    await expect(readyFor(core, await engineSubject(engine, none), 1, none)).rejects.toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      message: expect.stringContaining('sm75') as string,
    })
  })
  it('is the one that the settings choose where none is named, and a named one comes before it', async () => {
    const subject = await engineSubject(engine, none)
    expect((await readyFor(core, subject, null, none)).device).toMatchObject({ index: 0, name: 'H100' })
    await expect(readyFor(coreWith({ device: 1 }), subject, null, none)).rejects.toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      message: expect.stringContaining('sm75') as string,
    })
    expect((await readyFor(coreWith({ device: 1 }), subject, 0, none)).device).toMatchObject({ index: 0 })
    await expect(readyFor(coreWith({ device: 4 }), subject, null, none)).rejects.toMatchObject({
      code: 'GPU_MISSING',
      evidence: { device: 4, setting: true },
      actions: [{ kind: 'open-toolchain' }],
    })
  })
})
