import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuildRequest, Library } from '../../contract/native'
import { addon, buildRequest, failureOf, fakeFolder, python, realLibrary, scratch } from './support'

const work = scratch()
afterAll(work.remove)
let rtx: Library
beforeAll(async () => {
  rtx = await realLibrary()
})

async function fake(name: string): Promise<Library> {
  const found = await addon().findLibrary({ flavour: 'tensorrt', places: [{ path: fakeFolder(name), source: 'test' }], system: false })
  if (!found.library) throw new Error(JSON.stringify(found.attempts))
  return found.library
}

const out = (): string => join(work.path, 'x.engine')

type Change = Partial<BuildRequest>
/** One value of every option that can be asked for beside no other. */
const each: Record<string, Change> = {
  precision: { precision: 'fp16' },
  optLevel: { optLevel: 4 },
  tiling: { tiling: 'fast' },
  avgTiming: { avgTiming: 4 },
  maxTactics: { maxTactics: 8 },
  workspace: { workspace: 64 },
  tacticDram: { tacticDram: 512 },
  tacticSharedMemory: { tacticSharedMemory: 64 },
  maxAuxStreams: { maxAuxStreams: 2 },
  timingCache: { timingCache: join(work.path, 't.cache') },
  failOnCacheMiss: { failOnCacheMiss: true },
  sparsity: { sparsity: true },
  refit: { refit: true },
  refitIdentical: { refitIdentical: true },
  strip: { strip: true },
  weightStreaming: { weightStreaming: true, precision: 'strongly-typed' },
  versionCompatible: { versionCompatible: true },
  excludeLeanRuntime: { versionCompatible: true, excludeLeanRuntime: true },
  hardwareCompat: { hardwareCompat: 'ampere-plus' },
  runtimePlatform: { runtimePlatform: 'windows-amd64' },
  profilingVerbosity: { profilingVerbosity: 'layer-names' },
  engineName: { engineName: 'net' },
}

/** With no driver a request that nothing speaks against ends at the driver; one that the version lacks ends before it. */
const refusedBy = async (library: Library): Promise<string[]> => {
  const refused: string[] = []
  for (const [name, change] of Object.entries(each)) {
    const { code, evidence } = await failureOf(addon().build(buildRequest(library, out(), { targets: [], ...change })))
    expect(['BUILD_OPTION_UNSUPPORTED', 'DRIVER_MISSING'], name).toContain(code)
    if (code === 'BUILD_OPTION_UNSUPPORTED') {
      expect(evidence['library']).toMatch(/^\d/)
      refused.push(name)
    }
  }
  return refused
}

describe('every option is looked up in the table of flavour and version', () => {
  it.each<[string, string[], string[]]>([
    ['trt_10_0', ['tiling', 'maxTactics', 'runtimePlatform'], []],
    ['trt_10_6', ['tiling'], []],
    ['trt_10_9', [], []],
    ['trt_11_1', ['precision'], ['fp32', 'tf32', 'strongly-typed']],
  ])('%s lacks %j', async (name, missing, precisions) => {
    const library = await fake(name)
    const { options } = await addon().libraryOptions({ library })
    const off = options.filter((option) => !option.available)
    const narrow = options.filter((option) => option.values !== null).map((option) => option.name)
    expect(await refusedBy(library)).toEqual(missing)
    expect(off.map((option) => option.name).filter((option) => option !== 'targets')).toEqual(missing.filter((option) => option !== 'precision'))
    expect(off.every((option) => option.reason !== null && option.reason !== '')).toBe(true)
    expect(options.find((option) => option.name === 'precision')?.values ?? []).toEqual(precisions)
    expect(narrow.includes('hardwareCompat')).toBe(name === 'trt_10_0' || name === 'trt_10_6')
  })

  it('a level of hardware compatibility that came later is refused by name', async () => {
    const failure = await failureOf(addon().build(buildRequest(await fake('trt_10_6'), out(), { targets: [], hardwareCompat: 'same-cc' })))
    expect(failure).toMatchObject({ code: 'BUILD_OPTION_UNSUPPORTED', evidence: { option: 'hardwareCompat', value: 'same-cc' } })
    expect(failure.remedy).toContain('ampere-plus')
    expect((await failureOf(addon().build(buildRequest(await fake('trt_10_9'), out(), { targets: [], hardwareCompat: 'same-cc' })))).code).toBe(
      'DRIVER_MISSING',
    )
  })

  it('options that need another beside them say which', async () => {
    const library = await fake('trt_10_6')
    const lean = await failureOf(addon().build(buildRequest(library, out(), { targets: [], excludeLeanRuntime: true })))
    expect(lean).toMatchObject({ code: 'BUILD_OPTION_UNSUPPORTED', evidence: { option: 'excludeLeanRuntime' } })
    const streaming = await failureOf(addon().build(buildRequest(library, out(), { targets: [], weightStreaming: true, precision: 'fp16' })))
    expect(streaming).toMatchObject({ code: 'BUILD_OPTION_UNSUPPORTED', evidence: { option: 'weightStreaming' } })
    expect(streaming.remedy).toContain('strongly-typed')
  })
})

describe('TensorRT-RTX takes what it has, and each is read back', () => {
  it.each<[string, Change, string]>([
    ['sparsity', { sparsity: true }, 'on'],
    ['weightStreaming', { weightStreaming: true }, 'on'],
    ['tiling', { tiling: 'full' }, 'full'],
    ['optLevel', { optLevel: 5 }, '5'],
    ['maxAuxStreams', { maxAuxStreams: 2 }, '2'],
    ['workspace', { workspace: 64 }, '67108864 bytes'],
    ['tacticDram', { tacticDram: 512 }, '536870912 bytes'],
    ['tacticSharedMemory', { tacticSharedMemory: 64 }, '65536 bytes'],
    ['profilingVerbosity', { profilingVerbosity: 'none' }, 'none'],
    ['engineName', { engineName: '模型 one' }, '模型 one'],
    ['precision', { precision: 'fp32' }, 'fp32'],
    ['precision', { precision: 'strongly-typed' }, 'strongly-typed'],
  ])('%s', async (option, change, achieved) => {
    const reply = await addon().build(buildRequest(rtx, out(), change))
    expect(reply.readBacks.filter((row) => row.option === option)).toMatchObject([{ requested: achieved, achieved, same: true }])
    // Without a GPU the engine does not open: its rows are the builder's word, and that is said.
    expect(reply.notReadBack).toContain('no NVIDIA driver')
    expect(reply.layers).toBeNull()
  })

  it('and refuses what it has the call for but not the effect', async () => {
    for (const name of ['avgTiming', 'maxTactics', 'timingCache', 'failOnCacheMiss', 'versionCompatible', 'hardwareCompat', 'runtimePlatform', 'precision']) {
      const failure = await failureOf(addon().build(buildRequest(rtx, out(), each[name])))
      expect(failure, name).toMatchObject({ code: 'BUILD_OPTION_UNSUPPORTED', evidence: { option: name } })
    }
  })

  it('builds several profiles and reads each back', async () => {
    const profile = (batch: number) => [{ name: 'image', min: [batch, 3, 16, 16], opt: [batch, 3, 16, 16], max: [batch, 3, 16, 16] }]
    const reply = await addon().build(buildRequest(rtx, out(), { profiles: [profile(1), profile(4), profile(8)] }))
    const rows = reply.readBacks.filter((row) => row.option.startsWith('profile '))
    expect(rows.map((row) => row.option)).toEqual(['profile 0 image', 'profile 1 image', 'profile 2 image'])
    expect(rows.every((row) => row.same)).toBe(true)
  })
})

describe('an input whose values are a shape', () => {
  const onnx = join(work.path, 'shape.onnx')
  const script = [
    'import onnx, sys',
    'from onnx import TensorProto as T, helper as h',
    "nodes = [h.make_node('Expand', ['x', 'target'], ['r']), h.make_node('Relu', ['r'], ['y'])]",
    "inputs = [h.make_tensor_value_info('x', T.FLOAT, [1, 12]), h.make_tensor_value_info('target', T.INT64, [2])]",
    "graph = h.make_graph(nodes, 'g', inputs, [h.make_tensor_value_info('y', T.FLOAT, ['a', 'b'])])",
    "model = h.make_model(graph, opset_imports=[h.make_opsetid('', 17)]); model.ir_version = 9",
    'onnx.save(model, sys.argv[1])',
  ].join('\n')
  beforeAll(() => void execFileSync(python, ['-c', script, onnx]))
  const profiles = (min: number[], opt: number[], max: number[]) => [[{ name: 'target', min, opt, max }]]

  it('takes them from the profile, and they are read back', async () => {
    const reply = await addon().build(buildRequest(rtx, out(), { onnx, profiles: profiles([1, 12], [4, 12], [16, 12]) }))
    expect(reply.readBacks.find((row) => row.option === 'profile 0 target')).toMatchObject({ achieved: '1x12/4x12/16x12', same: true })
  })
  it.each([[[]], [[[]]]])('without them the input is named', async (none) => {
    const failure = await failureOf(addon().build(buildRequest(rtx, out(), { onnx, profiles: none })))
    expect(failure).toMatchObject({ code: 'PROFILE_INVALID', evidence: { input: 'target' } })
    expect(failure.remedy).toContain('--shapes target:')
  })
})

describe('plugin libraries', () => {
  it('opens one, once, and builds', async () => {
    const source = join(work.path, 'plugin.c')
    const library = join(work.path, 'libplugin.so')
    const seen = join(work.path, 'seen')
    writeFileSync(
      source,
      `#include <stdio.h>\nint initLibNvInferPlugins(void* l, const char* n) { FILE* f = fopen("${seen}", "a"); fputs(l ? "x" : "-", f); fclose(f); return 1; }\n`,
    )
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, source])
    await addon().build(buildRequest(rtx, out(), { plugins: [library] }))
    await addon().build(buildRequest(rtx, out(), { plugins: [library] }))
    expect(existsSync(seen)).toBe(true)
  })

  it('one that is no library is refused, before anything is opened', async () => {
    const path = join(work.path, 'not-a-library.so')
    writeFileSync(path, 'text')
    const failure = await failureOf(addon().build(buildRequest(rtx, out(), { plugins: [path] })))
    expect(failure).toMatchObject({ code: 'PLUGIN_NOT_LOADED', evidence: { path } })
  })
})
