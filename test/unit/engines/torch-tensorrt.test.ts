import { describe, expect, it } from 'vitest'
import { buildOptionsSchema, type BuildOptions } from '../../../contract/recipe'
import type { ModelFormat } from '../../../contract/run'
import { tensorrtBuild } from '../../../electron/core/engines/tensorrt/build'
import { blocksFinding } from '../../../electron/core/engines/torch-tensorrt/blocks'
import { torchTensorrtBuild } from '../../../electron/core/engines/torch-tensorrt/build'
import { torchTensorrtExecute } from '../../../electron/core/engines/torch-tensorrt/execute'
import { readBacks } from '../../../electron/core/engines/torch-tensorrt/read-backs'
import type { StageContext, StageInputs, StageServices } from '../../../electron/core/pipeline/stage'

const attempts = [{ path: '/usr/bin/python3', reason: 'torch-tensorrt is not installed there' }]

/** A machine of which only the toolchain's answers matter here. */
function services(packages: Record<string, string>): StageServices {
  return {
    settings: () => ({ project: null, plugins: [] }),
    toolchain: {
      environment: () => Promise.resolve({ packages, torch: '2.11.0', driver: '580', gpus: [] }),
      doctor: () => Promise.resolve({ engines: { 'torch-tensorrt': { available: false, version: null, path: null, attempts } } }),
      libraryPlaces: () => Promise.resolve([]),
    },
    host: { call: () => Promise.resolve({ library: { flavour: 'tensorrt', version: '10.6.0', path: '/lib' }, attempts: [] }) },
  } as unknown as StageServices
}

const stage = (format: ModelFormat): StageInputs =>
  ({ file: { format, sha256: 'a', path: '/m' }, recipe: { load: { model: null, modelArgs: null } } }) as unknown as StageInputs
const options = (given: Partial<BuildOptions>): BuildOptions => buildOptionsSchema.parse({ backend: 'torch-tensorrt', ...given })
const here = services({ 'torch-tensorrt': '2.11.0', tensorrt: '10.6.0' })

describe('what Torch-TensorRT takes', () => {
  it('names every place that was tried where it is not installed', async () => {
    await expect(torchTensorrtBuild.plan(options({}), services({}), stage('exported-program'))).rejects.toMatchObject({
      code: 'BACKEND_MISSING',
      evidence: { attempts },
    })
  })

  it('takes no ONNX file and no script', async () => {
    for (const format of ['onnx', 'torchscript'] as const)
      await expect(torchTensorrtBuild.plan(options({}), here, stage(format))).rejects.toMatchObject({ code: 'BACKEND_NEEDS_MODULE' })
  })

  it('refuses what its compiler lacks, and TensorRT what it has', async () => {
    const asked = options({ failOnCacheMiss: true, precision: 'int8', hardwareCompat: 'same-cc' })
    await expect(torchTensorrtBuild.plan(asked, here, stage('exported-program'))).rejects.toMatchObject({
      code: 'BUILD_OPTION_UNSUPPORTED',
      evidence: { options: ['failOnCacheMiss', 'precision int8', 'hardwareCompat same-cc'] },
    })
    await expect(tensorrtBuild.plan(options({ backend: 'tensorrt', minBlockSize: 3 }), here, stage('onnx'))).rejects.toMatchObject({
      code: 'BUILD_OPTION_UNSUPPORTED',
      evidence: { options: ['minBlockSize'] },
    })
  })

  it('counts the model, its class and both versions into the identity', async () => {
    const plan = await torchTensorrtBuild.plan(options({ precision: 'fp16', minBlockSize: 2 }), here, stage('exported-program'))
    expect(plan.environment).toMatchObject({ torch: '2.11.0', 'torch-tensorrt': '2.11.0', tensorrt: '10.6.0' })
    expect(plan.inputs).toEqual(['model a', 'loaded as [null,null,null]'])
  })
})

describe('what is told', () => {
  it('says what stays in PyTorch and why', () => {
    const kind = (operator: string, count: number, reason: 'no-converter' | 'kept' | 'block-too-small' | null) => ({ operator, count, reason })
    const finding = blocksFinding({
      operators: 12,
      blocks: [
        { name: '_run_on_acc_0', runsIn: 'tensorrt', operators: 9, kinds: [kind('torch.ops.aten.relu.default', 9, null)] },
        { name: '_run_on_gpu_1', runsIn: 'pytorch', operators: 1, kinds: [kind('torch.ops.aten.fft_fft.default', 1, 'no-converter')] },
        { name: '_run_on_gpu_2', runsIn: 'pytorch', operators: 2, kinds: [kind('torch.ops.aten.add.Tensor', 2, 'block-too-small')] },
      ],
    })
    expect(finding.severity).toBe('warning')
    expect(finding.message).toContain('9 of 12 operators go into 1 TensorRT engine(s)')
    expect(finding.message).toContain('torch.ops.aten.fft_fft.default (1: Torch-TensorRT has no converter for it')
    expect(finding.message).toContain('torch.ops.aten.add.Tensor (2: its block is smaller')
  })

  it('reads back what the compiled module says, in the words that were asked in', () => {
    const settings = { explicitTyping: true, disableTf32: false, refittable: false, strip: false, minBlockSize: 5, optLevel: null, precisions: ['f32'] }
    const made = { settings, saved: 'retraced' as const, engines: ['_run_on_acc_0'] }
    const row = (given: Partial<BuildOptions>, name: string) => readBacks(options(given), made).find((entry) => entry.option === name)
    expect(row({ precision: 'fp32' }, 'precision')).toMatchObject({ requested: 'fp32', achieved: 'tf32', same: false })
    expect(row({ precision: 'tf32' }, 'tf32')).toMatchObject({ achieved: 'on', same: true })
    expect(row({ strip: true }, 'refit')).toMatchObject({ requested: 'on', achieved: 'off', same: false })
    expect(row({}, 'precision')).toMatchObject({ requested: null, achieved: 'strongly-typed', same: null })
  })

  it('does not judge a saved program where Torch-TensorRT is not installed', async () => {
    const work = {
      onnx: '/m.onnx',
      engine: '/m.pt2',
      device: null,
      hostCode: false,
      ask: { weightBudget: null, runtimeCache: null },
      inputs: [],
      outputs: [],
      signature: { inputs: [], outputs: [] },
    }
    expect(await torchTensorrtExecute.execute(work, services({}) as unknown as StageContext)).toMatchObject({
      ran: false,
      reason: expect.stringContaining('not installed') as string,
    })
  })
})
