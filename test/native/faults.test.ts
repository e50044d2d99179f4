import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Library } from '../../contract/native'
import { addon, failureOf, fakeFolder, fixture, runProgram } from './support'

function fake(name: string): Library {
  const folder = fakeFolder(name)
  return {
    flavour: 'tensorrt-rtx',
    path: join(folder, 'libtensorrt_rtx.so.1'),
    parserPath: join(folder, 'libtensorrt_onnxparser_rtx.so.1'),
    version: '1.7.1',
    table: 'rtx1_5',
  }
}

const parse = (library: Library): Promise<unknown> => addon().parseNetwork({ library, onnx: fixture('cnn.onnx') })

describe('a library that gives no usable builder', () => {
  it.each(['null_builder', 'garbage', 'hollow'])('%s: BUILD_FAILED, and the process lives', async (name) => {
    const failure = await failureOf(parse(fake(name)))
    expect(failure.code).toBe('BUILD_FAILED')
    expect(failure.message).toContain('could not make a builder')
    expect(failure.remedy).not.toBe('')
  })

  it('liar: the canaries find that its table is another', async () => {
    const failure = await failureOf(parse(fake('liar')))
    expect(failure.code).toBe('BACKEND_UNSUPPORTED_VERSION')
  })

  it('is gone since it was found: BACKEND_MISSING', async () => {
    const failure = await failureOf(parse({ ...fake('hollow'), path: '/no/such/libtensorrt_rtx.so.1' }))
    expect(failure.code).toBe('BACKEND_MISSING')
  })
})

describe('a library that takes the process with it', () => {
  it.each([
    ['aborts', 'SIGABRT'],
    ['crashes', 'SIGSEGV'],
  ])('%s: the signal reaches the parent', async (name, signal) => {
    const library = fake(name)
    const ended = await runProgram('parse.mjs', [library.path, library.parserPath, fixture('cnn.onnx')])
    expect(ended.output).toContain('before')
    expect(ended.output).not.toContain('after')
    expect(ended.signal).toBe(signal)
  })
})

describe('a driver that does not start', () => {
  it.each([
    ['driver_too_old', 'DRIVER_TOO_OLD', 'too old'],
    ['driver_mismatch', 'DRIVER_TOO_OLD', 'restart the machine'],
    ['driver_no_gpu', 'GPU_MISSING', 'sees no GPU'],
  ])('%s: %s', async (driver, code, words) => {
    const library = join(fakeFolder('trt_newer_10'), 'libnvinfer.so.10')
    const parser = join(fakeFolder('trt_newer_10'), 'libnvonnxparser.so.10')
    const ended = await runProgram('parse.mjs', [library, parser, fixture('cnn.onnx')], { LD_LIBRARY_PATH: fakeFolder(driver) })
    expect(ended.output).toContain(`code: '${code}'`)
    expect(ended.output).toContain(words)
    expect(ended.signal).toBeNull()
  })
})

describe('full TensorRT without a GPU', () => {
  it('is asked for nothing: 10.6 would abort, others give garbage', async () => {
    const folder = fakeFolder('trt_newer_10')
    const found = await addon().findLibrary({ flavour: 'tensorrt', places: [{ path: folder, source: 'setting' }], system: false })
    const devices = await addon().devices()
    if (devices.devices.length > 0 || !found.library) throw new Error('this test is for a machine without a GPU')
    const failure = await failureOf(parse(found.library))
    expect(['DRIVER_MISSING', 'GPU_MISSING']).toContain(failure.code)
  })
})
