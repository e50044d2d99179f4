import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Library } from '../../../contract/native'
import { weightBudgetSchema } from '../../../contract/run-options'
import { settingsSchema, type Settings } from '../../../contract/settings'
import { budgetFrom, nativeRunOptions, refuseRunOptions, runFindings, type RunAsk } from '../../../electron/core/engines/run-options'
import { EnginesmithError } from '../../../electron/core/errors'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'enginesmith-run-options-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

const nothing: RunAsk = { weightBudget: null, runtimeCache: null }

describe('a weight budget', () => {
  it.each<[string, string, number]>([
    ['auto', 'automatic', 0],
    ['0', 'bytes', 0],
    ['0%', 'share', 0],
    ['12.5%', 'share', 0.125],
    ['100%', 'share', 1],
    ['512B', 'bytes', 512],
    ['2KiB', 'bytes', 2048],
    ['1.5MiB', 'bytes', 1.5 * 1024 ** 2],
    ['8GiB', 'bytes', 8 * 1024 ** 3],
  ])('%s is %s %d', (text, kind, value) => {
    expect(weightBudgetSchema.safeParse(text).success).toBe(true)
    expect(budgetFrom(text)).toEqual({ kind, value })
  })

  it.each(['', '512', '101%', '-1', 'half', '5 MiB', '1MB', '%', 'auto '])('%j is none', (text) =>
    expect(weightBudgetSchema.safeParse(text).success).toBe(false),
  )
})

describe('what can be seen not to go', () => {
  const refusal = (...given: Parameters<typeof refuseRunOptions>): unknown => {
    try {
      refuseRunOptions(...given)
    } catch (error) {
      if (error instanceof EnginesmithError) return { code: error.code, option: error.evidence['option'] }
      throw error
    }
    return null
  }
  it('is refused before a GPU is asked', () => {
    const budget: RunAsk = { ...nothing, weightBudget: '50%' }
    const cache: RunAsk = { ...nothing, runtimeCache: '/c' }
    const no = (option: string) => ({ code: 'RUN_OPTION_UNSUPPORTED', option })
    expect(refusal('tensorrt', budget, false)).toEqual(no('weightBudget'))
    expect(refusal('onnxruntime', budget, null)).toEqual(no('weightBudget'))
    expect(refusal('torch-tensorrt', budget, true)).toEqual(no('weightBudget'))
    expect(refusal('tensorrt', cache, null)).toEqual(no('runtimeCache'))
    expect(refusal('onnxruntime', cache, null)).toEqual(no('runtimeCache'))
  })
  it('is nothing else', () => {
    expect(refusal('tensorrt', { ...nothing, weightBudget: '50%' }, true)).toBeNull()
    expect(refusal('tensorrt-rtx', { weightBudget: 'auto', runtimeCache: '/c' }, null)).toBeNull()
    for (const backend of ['tensorrt', 'tensorrt-rtx', 'torch-tensorrt', 'onnxruntime'] as const) expect(refusal(backend, nothing, false)).toBeNull()
  })
})

describe('the runtime cache of a call', () => {
  const rtx: Library = { flavour: 'tensorrt-rtx', path: '/l', parserPath: '/p', version: '1.7.1.116', table: 'rtx1_5' }
  const gpu = { name: 'NVIDIA GeForce RTX 4090', computeCapability: '8.9' }
  const services = (settings: Partial<Settings> = {}) => ({ settings: () => settingsSchema.parse(settings), dataFolder: join(folder, 'data') })

  it("is this machine's own, by version and GPU", async () => {
    expect(await nativeRunOptions({ ...nothing, weightBudget: '25%' }, rtx, gpu, services())).toEqual({
      weightBudget: { kind: 'share', value: 0.25 },
      runtimeCache: { path: join(folder, 'data/runtime-caches/1.7.1.116-NVIDIA-GeForce-RTX-4090-8.9.cache'), owned: true },
    })
    expect(await readdir(join(folder, 'data'))).toEqual(['runtime-caches'])
  })
  it('is the file that is named, also where the setting is off', async () => {
    const named = await nativeRunOptions({ ...nothing, runtimeCache: '/my.cache' }, rtx, gpu, services({ runtimeCache: false }))
    expect(named.runtimeCache).toEqual({ path: '/my.cache', owned: false })
  })
  it('is none where the setting is off, for full TensorRT, and without a GPU', async () => {
    const none = { weightBudget: null, runtimeCache: null }
    expect(await nativeRunOptions(nothing, rtx, gpu, services({ runtimeCache: false }))).toEqual(none)
    expect(await nativeRunOptions(nothing, { ...rtx, flavour: 'tensorrt' }, gpu, services())).toEqual(none)
    expect(await nativeRunOptions(nothing, rtx, undefined, services())).toEqual(none)
  })
})

describe('what differs from what was asked', () => {
  const MiB = 1024 ** 2
  const streaming = { streamable: 256 * MiB, requested: 128 * MiB, budget: 128 * MiB, scratch: MiB }
  it('is told, and nothing else', () => {
    expect(runFindings({ weightStreaming: streaming, runtimeCache: { path: '/c', state: 'reused', bytes: 5, reason: null } })).toEqual([])
    expect(runFindings({ weightStreaming: { ...streaming, requested: null }, runtimeCache: null })).toEqual([])
    const [clamped] = runFindings({ weightStreaming: { ...streaming, requested: 512 * MiB, budget: 256 * MiB }, runtimeCache: null })
    expect(clamped).toMatchObject({ code: 'WEIGHT_BUDGET_CHANGED', severity: 'info', evidence: { requestedBytes: 512 * MiB, budgetBytes: 256 * MiB } })
    expect(clamped?.message).toContain('all of it stays on the GPU')
    expect(runFindings({ weightStreaming: { ...streaming, budget: 64 * MiB }, runtimeCache: null })[0]?.message).toContain(
      '64.0 MiB is what holds: the library changed it',
    )
    const [cache] = runFindings({ weightStreaming: null, runtimeCache: { path: '/c', state: 'replaced', bytes: 5, reason: 'it is damaged' } })
    expect(cache).toMatchObject({ code: 'RUNTIME_CACHE_UNUSABLE', severity: 'warning', evidence: { path: '/c', state: 'replaced' } })
  })
})
