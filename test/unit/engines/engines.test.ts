import { describe, expect, it } from 'vitest'
import { buildOptionsSchema } from '../../../contract/recipe'
import { chooseBackend, engineBackend } from '../../../electron/core/engines'
import { trtexecLine } from '../../../electron/core/engines/trtexec'

const gpu = { name: 'RTX 3060', computeCapability: '8.6', memoryBytes: 1 }
const engines = (tensorrt: boolean, rtx: boolean) => {
  const one = (available: boolean) => ({ available, version: available ? '1.0' : null, path: null, attempts: available ? [] : [{ path: 'x', reason: 'y' }] })
  return { tensorrt: one(tensorrt), 'tensorrt-rtx': one(rtx), 'torch-tensorrt': one(true), onnxruntime: one(true) }
}

describe('chooseBackend', () => {
  it('takes TensorRT where a GPU runs it, else TensorRT-RTX, else ONNX Runtime, and says so', () => {
    expect(chooseBackend({ engines: engines(true, true), gpus: [gpu] }).backend).toBe('tensorrt')
    expect(chooseBackend({ engines: engines(true, true), gpus: [] }).backend).toBe('tensorrt-rtx')
    expect(chooseBackend({ engines: engines(true, false), gpus: [] }).backend).toBe('onnxruntime')
    expect(chooseBackend({ engines: engines(false, true), gpus: [gpu] }).backend).toBe('tensorrt-rtx')
    const { finding } = chooseBackend({ engines: engines(false, false), gpus: [gpu] })
    expect(finding).toMatchObject({ code: 'BACKEND_CHOSEN', severity: 'info', evidence: { backend: 'onnxruntime' } })
    expect(finding.message).toContain('not TensorRT')
  })
})

describe('engineBackend', () => {
  it('says which of them write a file, and of which kind', () => {
    expect(engineBackend('torch-tensorrt')).toMatchObject({ hasEngine: true, engineKind: 'exported-program' })
    expect(engineBackend('onnxruntime').hasEngine).toBe(false)
    expect(engineBackend('tensorrt-rtx').hasEngine).toBe(true)
  })
})

describe('trtexecLine', () => {
  const profile = [{ name: 'image', min: [1, 3, 32, 32], opt: [4, 3, 32, 32], max: [8, 3, 32, 32] }]
  it('says the same as the options, quoted for a shell', () => {
    const options = buildOptionsSchema.parse({
      precision: 'fp16',
      optLevel: 4,
      workspace: 512,
      refit: true,
      hardwareCompat: 'ampere-plus',
      device: 1,
      timingCache: '/my cache',
    })
    expect(trtexecLine('tensorrt', options, [profile], 'model.onnx')).toBe(
      "trtexec --onnx=model.onnx --saveEngine=model.engine --minShapes=image:1x3x32x32 --optShapes=image:4x3x32x32 --maxShapes=image:8x3x32x32 --fp16 --builderOptimizationLevel=4 --memPoolSize=workspace:512M --timingCacheFile='/my cache' --refit --hardwareCompatibilityLevel=ampere+ --device=1",
    )
  })
  it('says nothing where the tool cannot', () => {
    expect(trtexecLine('tensorrt', buildOptionsSchema.parse({}), [profile, profile], 'm.onnx')).toBeNull()
    expect(trtexecLine('tensorrt-rtx', buildOptionsSchema.parse({ targets: ['sm86'] }), [], 'm.onnx')).toBeNull()
    expect(trtexecLine('tensorrt-rtx', buildOptionsSchema.parse({}), [], 'm.onnx')).toBe('tensorrt_rtx --onnx=m.onnx --saveEngine=model.engine')
  })
})
