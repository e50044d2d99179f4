import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NativeMethod } from '../../../contract/native'
import { settingsSchema } from '../../../contract/settings'
import type { Core } from '../../../electron/core/api'
import type { Tell } from '../../../electron/core/engine-work/built'
import { measureEngine } from '../../../electron/core/engine-work/measure'
import type { EngineSubject } from '../../../electron/core/engine-work/open'
import { EnginesmithError } from '../../../electron/core/errors'
import { takeGpuLane } from '../../../electron/core/store/gpu-lane'

const subject = {
  file: { path: '/e.engine', sha256: 'e', bytes: 1 },
  header: { flavour: 'tensorrt', magic: 'ptrt', version: '10.6.0.26', targets: ['sm90'], targetMask: null, planOffset: 0, metadata: null },
  flavour: 'tensorrt',
  run: null,
} as unknown as EngineSubject

const ms = [1, 1, 1, 1]
const state = { smClock: 1, memoryClock: 1, temperature: 40, power: 80 }
const use = { weightStreaming: null, runtimeCache: null }
const timed = {
  ...use,
  shapes: {},
  gpu: ms,
  host: ms,
  h2d: ms,
  d2h: ms,
  enqueue: ms,
  wallMs: 8,
  graphRefusal: null,
  before: state,
  after: state,
  layerTimes: [],
}

function coreWith(
  answers: Partial<Record<NativeMethod, unknown>>,
  device: number | null = null,
): { core: Pick<Core, 'bench' | 'toolchain' | 'settings' | 'dataFolder'>; calls: string[]; devices: unknown[] } {
  const calls: string[] = []
  const devices: unknown[] = []
  const host = {
    call: (method: NativeMethod, params: { device?: number | null }) => {
      calls.push(method)
      if (params.device !== undefined) devices.push(params.device)
      const answer = answers[method]
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
    dispose: () => Promise.resolve(),
  }
  const core = {
    bench: () => ({ host, dispose: () => Promise.resolve(void calls.push('disposed')) }),
    toolchain: { libraryPlaces: () => Promise.resolve([]) },
    settings: () => settingsSchema.parse({ device }),
    dataFolder: mkdtempSync(join(tmpdir(), 'enginesmith-measure-')),
  }
  return { core: core as unknown as Pick<Core, 'bench' | 'toolchain' | 'settings' | 'dataFolder'>, calls, devices }
}

const gpu = {
  driver: '580',
  devices: [{ index: 0, name: 'NVIDIA H100', computeCapability: '9.0', memoryBytes: 8e10 }],
  reason: null,
}
const library = { library: { flavour: 'tensorrt', path: '/l', parserPath: '/p', version: '10.6.0.26', table: 'trt10' }, attempts: [], warnings: [] }
const measure = (core: Pick<Core, 'bench' | 'toolchain' | 'settings' | 'dataFolder'>, tell: Tell = () => undefined): ReturnType<typeof measureEngine> =>
  measureEngine(core, subject, { inputs: '/in', outputs: '/out' }, { device: null, durationMs: 1 }, { signal: new AbortController().signal, tell })

const answers = {
  'cuda.devices': gpu,
  'library.find': library,
  'engine.run': { ran: true, reason: null, seconds: 0 },
  'engine.describe': { engine: { profiles: [] }, reason: null },
  'engine.time': { result: { ...timed, zeroOutputs: ['y'], outputs: 1, layers: [] }, reason: null },
}

describe('measureEngine', () => {
  it('opens code for the CPU where that was allowed, in every call, and nowhere else', async () => {
    const asked: unknown[] = []
    const { core } = coreWith(answers)
    const bench = core.bench()
    const heard = {
      call: (method: NativeMethod, params: { hostCode?: boolean }) => (asked.push([method, params.hostCode]), bench.host.call(method, params as never)),
    }
    const allowing = (yes: boolean): Parameters<typeof measure>[0] =>
      ({ ...core, bench: () => ({ ...bench, host: heard }), trust: { hostCode: () => yes } }) as unknown as Parameters<typeof measure>[0]
    for (const yes of [true, false]) {
      asked.length = 0
      await measure(allowing(yes))
      const opening = asked.filter((one) => /run|describe|time/.test(String((one as unknown[])[0])))
      expect(opening).toEqual(['engine.run', 'engine.run', 'engine.describe', 'engine.time'].map((method) => [method, yes]))
    }
  })

  it('measures nothing while another process has the GPU, and says so', async () => {
    const { core, calls } = coreWith(answers)
    const elsewhere = { host: core.bench().host, dataFolder: core.dataFolder, device: null, work: 'build' as const, signal: new AbortController().signal }
    const lane = await takeGpuLane({ ...elsewhere, onWait: () => undefined, onUnguarded: () => undefined })
    const told = await new Promise<[string, string, Promise<unknown>]>((resolve) => {
      const work: Promise<unknown> = measure(core, ({ phase, detail }) => resolve([phase, detail, work]))
    })
    expect(told.slice(0, 2)).toEqual(['wait', `PID ${process.pid}`])
    expect(calls).not.toContain('engine.run')
    await lane?.release()
    await told[2]
    expect(calls).toContain('engine.time')
  })

  it('runs twice in a process of its own, times, and ends the process', async () => {
    const { core, calls } = coreWith(answers)
    const { measured, notRun } = await measure(core)
    expect(notRun).toBeNull()
    expect(measured).toMatchObject({ device: 'NVIDIA H100', gpu: { median: 1 }, latency: { median: 3 }, throughput: 500, zeros: true })
    expect(calls.filter((name) => name === 'engine.run')).toHaveLength(2)
    // The library is open before the clock starts.
    expect(calls.indexOf('library.find')).toBeLessThan(calls.indexOf('engine.run'))
    expect(calls.at(-1)).toBe('disposed')
  })

  it('gives as a reason what the machine lacks, and throws all else', async () => {
    const none = coreWith({ 'cuda.devices': { driver: null, devices: [], reason: 'libcuda.so.1 was not found' } })
    expect((await measure(none.core)).notRun).toMatch(/no NVIDIA driver/)
    expect(none.calls.at(-1)).toBe('disposed')
    const dead = coreWith({ 'cuda.devices': gpu, 'library.find': library, 'engine.run': new EnginesmithError('HOST_CRASHED', 'It died.', 'Again.') })
    await expect(measure(dead.core)).rejects.toMatchObject({ code: 'HOST_CRASHED' })
    expect(dead.calls.at(-1)).toBe('disposed')
  })
  it('runs and times on the GPU that the settings choose, and takes its lane', async () => {
    const two = { ...gpu, devices: [0, 1].map((index) => ({ ...gpu.devices[0], index, name: `NVIDIA H100 ${index}` })) }
    const { core, devices } = coreWith({ ...answers, 'cuda.devices': two }, 1)
    const { measured } = await measure(core)
    expect(measured?.device).toBe('NVIDIA H100 1')
    expect(devices.length).toBeGreaterThan(3)
    expect(new Set(devices)).toEqual(new Set([1]))
  })
})
