import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, temporary, told } from './harness'

let folder = ''
beforeAll(() => void (folder = temporary()))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const model = at('test', 'fixtures', 'native', 'cnn.onnx')
const engine = (): string => path.join(folder, 'x.engine')
const build = (flags: string[], env: Record<string, string> = {}) => told(['build', model, '-o', engine(), '--force', ...flags], { env })
const rtx = ['--backend', 'tensorrt-rtx', '--target', 'sm86']
/** Full TensorRT of a version, as far as its entry points: what it lacks is refused before a driver is asked for. */
const full = (version: string) => ({ TENSORRT_ROOT: at('native', 'build', 'test', version) })

describe('build options from the command line', () => {
  it('are taken by the real TensorRT-RTX, and each is read back', async () => {
    const flags = [
      ...['--opt-level', '4', '--tiling', 'fast', '--workspace', '64', '--tactic-dram', '512', '--tactic-shared-memory', '64', '--max-aux-streams', '1'],
      ...['--sparsity', '--weight-streaming', '--profiling-verbosity', 'layer-names', '--engine-name', 'my net', '--precision', 'fp32'],
      ...['--shapes', 'image:1x3x16x16/1x3x16x16/1x3x16x16', '--shapes', 'image:2x3x16x16/4x3x16x16/8x3x16x16'],
    ]
    const { code, document } = await build([...rtx, ...flags])
    expect(document.findings.filter((finding) => finding.severity !== 'info')).toEqual([])
    expect(code).toBe(0)
    const rows = document.achieved?.rows ?? []
    const asked = rows.filter((row) => row.requested !== null)
    expect(asked.filter((row) => row.same !== true)).toEqual([])
    expect(Object.fromEntries(asked.map((row) => [row.option, row.achieved]))).toMatchObject({
      targets: 'sm86',
      precision: 'fp32',
      optLevel: '4',
      tiling: 'fast',
      workspace: '67108864 bytes',
      tacticDram: '536870912 bytes',
      tacticSharedMemory: '65536 bytes',
      maxAuxStreams: '1',
      sparsity: 'on',
      weightStreaming: 'on',
      profilingVerbosity: 'layer-names',
      engineName: 'my net',
      'profile 1 image': '2x3x16x16/4x3x16x16/8x3x16x16',
    })
    // Without a GPU the engine stays closed, and nobody says otherwise.
    if (document.achieved?.notReadBack !== null) expect(rows.some((row) => row.readFrom === 'engine' || row.readFrom === 'engine inspector')).toBe(false)
  })

  it.each<[string, string[], string, Record<string, string>]>([
    ['RTX has no timings', [...rtx, '--avg-timing', '4'], 'avgTiming', {}],
    ['RTX has no timing cache', [...rtx, '--timing-cache', 'x.cache'], 'timingCache', {}],
    ['RTX takes types from the ONNX', [...rtx, '--precision', 'int8'], 'precision', {}],
    ['tiling came with 10.8', ['--backend', 'tensorrt', '--tiling', 'fast'], 'tiling', full('trt_10_6')],
    ['same-cc came with 10.9', ['--backend', 'tensorrt', '--hardware-compat', 'same-cc'], 'hardwareCompat', full('trt_10_6')],
    ['11 has no precision flags', ['--backend', 'tensorrt', '--precision', 'fp16'], 'precision', full('trt_11_1')],
  ])('%s: exit 2, with the option named', async (_what, flags, option, env) => {
    const { code, document } = await build(flags, env)
    expect(code).toBe(2)
    const finding = document.findings.find((one) => one.code === 'BUILD_OPTION_UNSUPPORTED')
    expect(finding?.evidence).toMatchObject({ option })
    expect(finding?.remedy).not.toBe('')
  })

  it.each<[string, string[], string, string, string]>([
    ['a workspace that is too small', [...rtx, '--workspace', '0.001'], 'workspace', '0.001 MiB', 'workspace'],
    ['shared memory that is too small', [...rtx, '--tactic-shared-memory', '0.5'], 'tacticSharedMemory', '0.5 KiB', 'tactic-shared-memory'],
    ['a type that Turing has not', ['--backend', 'tensorrt-rtx', '--target', 'sm75,sm86'], 'targets', 'leave sm75 out', 'graph-precision fp16'],
  ])('%s is blamed for the build that it ended, not the sizes', async (_what, flags, option, ...words) => {
    const { code, document } = await build(flags)
    expect(code).toBe(2)
    const finding = document.findings.find((one) => one.code === 'BUILD_FAILED')
    expect(finding?.evidence).toMatchObject({ option })
    for (const word of words) expect(finding?.remedy).toContain(word)
    expect(finding?.actions).toMatchObject([{ kind: 'set-option', path: `build.${option}` }])
  })

  it('what the version has goes on to the driver', async () => {
    const { code, codes } = await build(['--backend', 'tensorrt', '--precision', 'fp16', '--avg-timing', '4'], full('trt_10_6'))
    expect([code, codes.includes('DRIVER_MISSING') || codes.includes('GPU_MISSING')]).toEqual([expect.any(Number), true])
  })

  it('INT8 is refused where nothing in the file is quantized', async () => {
    const { code, codes } = await build(['--backend', 'tensorrt', '--precision', 'int8'], full('trt_10_6'))
    expect([code, codes.includes('BUILD_NOT_QUANTIZED')]).toEqual([2, true])
  })

  it('a plugin library that is none is refused', async () => {
    const file = path.join(folder, 'plugin.so')
    fs.writeFileSync(file, 'no library')
    const { code, codes, document } = await build([...rtx, '--plugin', file])
    expect([code, codes.includes('PLUGIN_NOT_LOADED')]).toEqual([2, true])
    expect(JSON.stringify(document.requested)).not.toContain('plugin.so')
  })
})
