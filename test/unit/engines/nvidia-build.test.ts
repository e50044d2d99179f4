import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../../contract/finding'
import type { BuildReply, BuildRequest, Library } from '../../../contract/native'
import { buildOptionsSchema, type BuildOptions } from '../../../contract/recipe'
import { settingsSchema, type Settings } from '../../../contract/settings'
import { tensorrtBuild } from '../../../electron/core/engines/tensorrt/build'
import type { StageContext, StageInputs } from '../../../electron/core/pipeline/stage'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'enginesmith-build-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

const library: Library = { flavour: 'tensorrt', path: '/lib/libnvinfer.so.10', parserPath: '/lib/libnvonnxparser.so.10', version: '10.6.0.26', table: 'trt10' }
const reply: BuildReply = {
  bytes: 4,
  seconds: 1,
  header: { flavour: 'tensorrt', magic: 'ptrt', version: null, targets: [], targetMask: null, planOffset: 0, metadata: null },
  readBacks: [{ option: 'precision', requested: 'bf16', achieved: 'bf16', same: true, readFrom: 'builder config' }],
  layers: [{ name: 'conv', type: 'CaskConvolution', precision: null, tactic: 'sm80_xmma_fprop_implicit_gemm_f32f32_tf32f32_f32_nhwckrsc_nhwc', onnxNodes: [] }],
  notReadBack: null,
  timingCache: null,
  inputs: [],
  outputs: [],
  networkLayers: 1,
  warnings: [],
  phases: [],
}

/** A GPU and its library as they answer; only what this machine has not is made up. */
const h100 = { name: 'NVIDIA H100 80GB HBM3', computeCapability: '9.0', memoryBytes: 1 }
const l4 = { name: 'NVIDIA L4', computeCapability: '8.9', memoryBytes: 1 }
function machine(answer: Partial<BuildReply>, settings: Partial<Settings> = {}, gpus = [h100]) {
  const asked: BuildRequest[] = []
  const findings: Finding[] = []
  const call = async (method: string, params: unknown): Promise<unknown> => {
    if (method === 'library.find') return { library, attempts: [], warnings: [] }
    if (method === 'library.plugins') return { opened: 1 }
    if (method === 'library.options') return { options: [{ name: 'precision', available: true, reason: null, values: null }] }
    if (method !== 'engine.build') throw new Error(method)
    const request = params as BuildRequest
    asked.push(request)
    await writeFile(request.out, 'plan')
    if (request.timingCache != null) await writeFile(request.timingCache, 'cache')
    return { ...reply, ...answer }
  }
  const context = {
    signal: new AbortController().signal,
    scratch: folder,
    dataFolder: join(folder, 'data'),
    settings: () => settingsSchema.parse(settings),
    host: { call },
    native: call,
    toolchain: {
      libraryPlaces: () => Promise.resolve([]),
      environment: () => Promise.resolve({ gpus, driver: '580' }),
    },
    report: (finding: Finding) => void findings.push(finding),
    progress: () => undefined,
  } as unknown as StageContext
  // Only a backend that compiles PyTorch looks at it.
  const stage = {} as StageInputs
  const build = async (options: Partial<BuildOptions>, operators: Record<string, number> = { Conv: 1 }) => {
    const whole = buildOptionsSchema.parse({ backend: 'tensorrt', ...options })
    const plan = await tensorrtBuild.plan(whole, context, stage)
    return { plan, built: await tensorrtBuild.build(plan, { options: whole, onnx: '/m.onnx', onnxBytes: 1, profiles: [], operators, stage }, context) }
  }
  return { asked, findings, build }
}

describe('a build of full TensorRT', () => {
  it('says in red that BF16 became TF32, by the layers', async () => {
    const { build, findings } = machine({})
    const { built } = await build({ precision: 'bf16' })
    expect(built.card.precisions).toEqual([{ type: 'TF32', layers: 1 }])
    expect(built.card.readBacks[0]).toMatchObject({ option: 'precision', requested: 'bf16', achieved: 'tf32', same: false })
    expect(findings.map((finding) => finding.code)).toEqual(['BUILD_NOT_AS_REQUESTED'])
  })

  it('folds what did not fit into one finding', async () => {
    const line = 'UNSUPPORTED_STATE: Skipping tactic 9 due to insufficient memory on requested size of 1048576000 detected for tactic 0x8a196054417f1c8a.'
    const { build, findings } = machine({ warnings: [line, line] })
    await build({})
    expect(findings).toMatchObject([{ code: 'TACTICS_SKIPPED', evidence: { skipped: 2, largestGB: '1.0' } }])
  })

  it('keeps a timing cache of its own for this GPU and version, no part of the result', async () => {
    const { build, asked } = machine({ timingCache: { path: '', state: 'new', bytes: 5 } })
    const { built } = await build({})
    expect(asked[0]).toMatchObject({ timingCache: join(folder, 'data/timing-caches/10.6.0.26-NVIDIA-H100-80GB-HBM3-9.0.cache'), timingCacheOwned: true })
    expect(await readdir(join(folder, 'data/timing-caches'))).toHaveLength(1)
    expect(built.produced.flat().map((file) => file.kind)).toEqual(['engine'])
  })

  it('is for the GPU that the settings choose, whose kind is in the key, and for the one that the recipe names before it', async () => {
    const gpuOf = async (settings: Partial<Settings>, options: Partial<BuildOptions>) => {
      const { plan } = await machine({}, settings, [h100, l4, h100]).build(options)
      return { device: plan.device, gpu: plan.environment['gpu'], onGpu: plan.onGpu }
    }
    const [first, second] = [`${h100.name} 9.0`, `${l4.name} 8.9`]
    expect(await gpuOf({}, {})).toEqual({ device: null, gpu: first, onGpu: true })
    expect(await gpuOf({ device: 1 }, {})).toEqual({ device: 1, gpu: second, onGpu: true })
    // Of one kind: what was built on the one serves on the other.
    expect(await gpuOf({ device: 2 }, {})).toEqual({ device: 2, gpu: first, onGpu: true })
    expect(await gpuOf({ device: 1 }, { device: 0 })).toEqual({ device: 0, gpu: first, onGpu: true })
    await expect(gpuOf({ device: 5 }, {})).rejects.toMatchObject({ code: 'GPU_MISSING', evidence: { device: 5, setting: true } })
    await expect(gpuOf({}, { device: 7 })).rejects.toMatchObject({ code: 'GPU_MISSING', actions: [{ path: 'build.device' }] })
  })

  it('takes the one that is named, or none', async () => {
    const named = machine({ timingCache: { path: '', state: 'reused', bytes: 5 } })
    const { built } = await named.build({ timingCache: join(folder, 'my.cache') })
    expect(named.asked[0]).toMatchObject({ timingCache: join(folder, 'my.cache'), timingCacheOwned: false })
    expect(built.produced.flat().map((file) => file.kind)).toEqual(['engine', 'timing-cache'])
    const none = machine({}, { timingCache: false })
    await none.build({})
    expect(none.asked[0]).toMatchObject({ timingCache: null })
  })

  it('says that a cache was of no use', async () => {
    const { build, findings } = machine({ timingCache: { path: '/my.cache', state: 'refused', bytes: 0 } })
    await build({ timingCache: join(folder, 'other.cache') })
    expect(findings).toMatchObject([{ code: 'TIMING_CACHE_UNUSABLE', severity: 'warning', evidence: { path: '/my.cache', replaced: false } }])
  })

  it('refuses INT8 and FP8 where nothing is quantized, and takes them where something is', async () => {
    for (const precision of ['int8', 'fp8'] as const) {
      await expect(machine({}).build({ precision })).rejects.toMatchObject({ code: 'BUILD_NOT_QUANTIZED' })
      await expect(machine({}).build({ precision }, { QuantizeLinear: 2, DequantizeLinear: 2, MatMul: 1 })).resolves.toBeDefined()
    }
  })

  it('counts the content of a plugin into what the engine is', async () => {
    const path = join(folder, 'plugin.so')
    await writeFile(path, 'one')
    const { build, asked } = machine({}, { plugins: [path] })
    const one = (await build({})).plan.environment
    await writeFile(path, 'two')
    expect((await build({})).plan.environment).not.toEqual(one)
    expect(asked[0]).toMatchObject({ plugins: [path] })
  })
})
