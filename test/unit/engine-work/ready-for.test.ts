import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NativeResult } from '../../../contract/native'
import type { Core } from '../../../electron/core/api'
import { engineSubject, readyFor } from '../../../electron/core/engine-work/open'

const engine = join(import.meta.dirname, '..', '..', 'fixtures', 'runs', 'h200-pass', 'artifacts', '39e3e976153e168c', 'model.engine')
const none = new AbortController().signal
const devices: NativeResult<'cuda.devices'> = {
  driver: '580.159.04',
  reason: null,
  devices: ['H100', 'T4'].map((name, index) => ({ index, name, computeCapability: index === 0 ? '9.0' : '7.5', memoryBytes: 1, driver: 13000 })) as never,
}
const core = { host: { call: () => Promise.resolve(devices) } } as unknown as Pick<Core, 'host' | 'toolchain' | 'settings'>

describe('the GPU that an engine is opened on', () => {
  it('is bad usage where there is no such one, and the finding lists those that there are', async () => {
    const error = await readyFor(core, await engineSubject(engine, none), 2, none).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DEVICE_UNKNOWN', evidence: { asked: 2, gpus: ['0 H100 (9.0)', '1 T4 (7.5)'] } })
    expect((error as Error).message).toContain('0 H100 (9.0), 1 T4 (7.5)')
  })

  it('is the one that is asked for: the engine is held against that one alone', async () => {
    await expect(readyFor(core, await engineSubject(engine, none), 1, none)).rejects.toMatchObject({
      code: 'ENGINE_INCOMPATIBLE',
      message: expect.stringContaining('sm75') as string,
    })
  })
})
