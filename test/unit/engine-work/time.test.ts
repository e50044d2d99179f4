import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NativeMethod, NativeParams } from '../../../contract/native'
import { settingsSchema } from '../../../contract/settings'
import type { Core } from '../../../electron/core/api'
import { emptyTime } from '../../../electron/core/engine-work/empty'
import type { EngineSubject } from '../../../electron/core/engine-work/open'
import { timeDefaults, timeEngine, type TimeOptions } from '../../../electron/core/engine-work/time'

const ms = [1, 1, 1, 1]
const state = { smClock: 1, memoryClock: 1, temperature: 40, power: 80 }
const MiB = 1024 ** 2

/** A GPU that TensorRT-RTX runs on: this machine has none. */
async function timed(options: Partial<TimeOptions>, flavour: 'tensorrt' | 'tensorrt-rtx' = 'tensorrt-rtx') {
  const asked: Array<NativeParams<'engine.time'>> = []
  const version = '1.7.1.116'
  const call = (method: NativeMethod, params: unknown): Promise<unknown> => {
    if (method === 'cuda.devices')
      return Promise.resolve({ driver: '580', reason: null, devices: [{ index: 0, name: 'NVIDIA RTX', computeCapability: '8.6', memoryBytes: 8e9 }] })
    if (method === 'library.find')
      return Promise.resolve({ library: { flavour, path: '/l', parserPath: '/p', version, table: 'rtx1_5' }, attempts: [], warnings: [] })
    if (method === 'engine.describe') return Promise.resolve({ engine: { profiles: [[]] }, reason: null })
    asked.push(params as NativeParams<'engine.time'>)
    const use = {
      weightStreaming: { streamable: 256 * MiB, requested: 1024 * MiB, budget: 256 * MiB, scratch: 0 },
      runtimeCache: { path: '/c', state: asked.length === 1 ? 'replaced' : 'reused', bytes: 1, reason: asked.length === 1 ? 'it is damaged' : null },
    }
    const times = { gpu: ms, host: ms, h2d: ms, d2h: ms, enqueue: ms, wallMs: 8 }
    const rest = { shapes: {}, graphRefusal: null, plainReason: null, zeroOutputs: [], outputs: 1, before: state, after: state, layerTimes: [], layers: null }
    return Promise.resolve({ result: { ...times, ...rest, ...use }, reason: null })
  }
  const core = {
    host: { call },
    toolchain: { libraryPlaces: () => Promise.resolve([]) },
    settings: () => settingsSchema.parse({}),
    dataFolder: mkdtempSync(join(tmpdir(), 'enginesmith-time-')),
    trust: { hostCode: () => true },
  } as unknown as Core
  const header = { flavour, magic: 'vtrt', version, targets: ['sm86'], targetMask: 4, planOffset: 0, metadata: null }
  const subject = { file: { path: '/e.engine', sha256: 'e', bytes: 1 }, header, flavour, run: null } as unknown as EngineSubject
  const document = emptyTime()
  const context = { signal: new AbortController().signal, tell: () => undefined, alone: true }
  await timeEngine(core, subject, { ...timeDefaults, ...options }, document, context)
  return { asked, document, dataFolder: core.dataFolder }
}

describe('timing an engine', () => {
  it('hands on what was allowed and asked, and says once how the engine was run', async () => {
    const { asked, document, dataFolder } = await timed({ weightBudget: '1GiB' })
    const runtimeCache = { path: join(dataFolder, 'runtime-caches', '1.7.1.116-NVIDIA-RTX-8.6.cache'), owned: true }
    const each = { hostCode: true, weightBudget: { kind: 'bytes', value: 1024 * MiB }, runtimeCache }
    expect(asked).toMatchObject([
      { ...each, cudaGraph: false },
      { ...each, cudaGraph: true },
    ])
    expect(document.engineUse).toMatchObject({ weightStreaming: { budget: 256 * MiB }, runtimeCache: { state: 'replaced' } })
    expect(document.findings.map(({ code }) => code)).toEqual(['WEIGHT_BUDGET_CHANGED', 'RUNTIME_CACHE_UNUSABLE'])
  })

  it('asks for nothing where nothing was asked, and refuses what full TensorRT has not', async () => {
    expect((await timed({}, 'tensorrt')).asked[0]).toMatchObject({ weightBudget: null, runtimeCache: null })
    await expect(timed({ runtimeCache: '/c' }, 'tensorrt')).rejects.toMatchObject({ code: 'RUN_OPTION_UNSUPPORTED', evidence: { option: 'runtimeCache' } })
  })
})
