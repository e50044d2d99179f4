import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tellPhase } from '../../../contract/words'
import type { EngineHost } from '../../../electron/core/api'
import { isGpuWait, takeGpuLane, withGpuLane, type GpuLaneRequest } from '../../../electron/core/store/gpu-lane'

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'enginesmith-lane-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

/** A host that sees these GPUs, by their UUIDs. */
const seeing = (...uuids: Array<string | null>): EngineHost =>
  ({
    call: () =>
      Promise.resolve({
        driver: null,
        reason: null,
        devices: uuids.map((uuid, index) => ({ index, name: 'GPU', computeCapability: '9.0', memoryBytes: 1, uuid })),
      }),
  }) as unknown as EngineHost

const ask = (more: Partial<GpuLaneRequest> = {}): GpuLaneRequest => ({
  host: seeing('GPU-a', 'GPU-b'),
  dataFolder,
  device: null,
  work: 'build',
  signal: new AbortController().signal,
  onWait: () => undefined,
  onUnguarded: () => undefined,
  ...more,
})

describe('the lane of a GPU', () => {
  it('says who has it while it waits, in both languages, and stops waiting when it is told to', async () => {
    const lane = await takeGpuLane(ask({ work: 'time' }))
    const stop = new AbortController()
    const phases: string[] = []
    const waiting = takeGpuLane(ask({ signal: stop.signal, onWait: ({ phase }) => phases.push(phase) && stop.abort() }))
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(phases).toEqual([`Waiting for the GPU (process ${process.pid} is timing an engine)`])
    expect(isGpuWait(phases[0])).toBe(true)
    expect(tellPhase(phases[0] ?? '', 'zh-CN')).toBe(`正在等待 GPU（进程 ${process.pid} 正在为引擎计时）`)
    await lane?.release()
    await (await takeGpuLane(ask()))?.release()
  })

  it('is that of the GPU, however a process counts it, and there is none without one', async () => {
    const lane = await takeGpuLane(ask({ device: 1 }))
    await (await takeGpuLane(ask({ device: 0 })))?.release()
    const stop = new AbortController()
    const renumbered = takeGpuLane(ask({ host: seeing('GPU-b'), device: null, signal: stop.signal, onWait: () => stop.abort() }))
    await expect(renumbered).rejects.toMatchObject({ code: 'CANCELLED' })
    await lane?.release()
    expect(await takeGpuLane(ask({ host: seeing() }))).toBeNull()
    const nameless = await takeGpuLane(ask({ host: seeing(null) }))
    expect(nameless).not.toBeNull()
    await nameless?.release()
  })

  it('does the work unguarded, and says so, where its folder cannot be', async () => {
    await writeFile(join(dataFolder, 'gpu-lanes'), '')
    const said: string[] = []
    expect(await withGpuLane(ask({ onUnguarded: (reason) => said.push(reason) }), () => Promise.resolve(7))).toBe(7)
    expect(said).toHaveLength(1)
  })

  it('is left when the work fails', async () => {
    await expect(withGpuLane(ask(), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await (await takeGpuLane(ask()))?.release()
  })
})
