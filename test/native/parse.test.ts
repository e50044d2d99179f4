import { mkdirSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Library, NativeResult } from '../../contract/native'
import { addon, failureOf, fixture, makeModels, realLibrary, scratch } from './support'

const work = scratch()
afterAll(work.remove)

let library: Library
beforeAll(async () => {
  library = await realLibrary()
  makeModels(work.path, 1)
})

const parse = (onnx: string): Promise<NativeResult<'network.parse'>> => addon().parseNetwork({ library, onnx })

function written(name: string, bytes: Uint8Array): string {
  const path = join(work.path, name)
  writeFileSync(path, bytes)
  return path
}

describe('parsing with the real library', () => {
  it('tells inputs and outputs with their symbols', async () => {
    const parsed = await parse(fixture('cnn.onnx'))
    expect(parsed).toMatchObject({ ok: true, errors: [] })
    expect(parsed.layers).toBeGreaterThan(7)
    expect(parsed.inputs).toEqual([{ name: 'image', dtype: 'float32', shape: ['N', 3, 16, 16] }])
    expect(parsed.outputs).toMatchObject([{ name: 'probabilities', dtype: 'float32' }])
    expect(parsed.outputs[0]?.shape[1]).toBe(10)
  })

  it('tells every element type', async () => {
    const { inputs } = await parse(fixture('types.onnx'))
    expect(Object.fromEntries(inputs.map((input) => [input.name, input.dtype]))).toEqual({
      f32_in: 'float32',
      f16_in: 'float16',
      bf16_in: 'bfloat16',
      i32_in: 'int32',
      i64_in: 'int64',
      bool_in: 'bool',
    })
  })

  it('names all unknown operators at once, each with node, code and message', async () => {
    const parsed = await parse(fixture('unknown_operators.onnx'))
    expect(parsed.ok).toBe(false)
    expect(parsed.errors.map(({ node, operator, index }) => ({ node, operator, index }))).toEqual([
      { node: 'first_stranger', operator: 'Frobnicate', index: 0 },
      { node: 'second_stranger', operator: 'Twiddle', index: 2 },
    ])
    for (const error of parsed.errors) {
      expect(error.code).toMatch(/^k[A-Z_]+$/)
      expect(error.message).toContain('Plugin not found')
    }
  })

  it('finds weights in the file beside the model', async () => {
    expect(await parse(join(work.path, 'external.onnx'))).toMatchObject({ ok: true })
  })

  it('names the data file that is missing', async () => {
    mkdirSync(join(work.path, 'alone'))
    const alone = join(work.path, 'alone/external.onnx')
    copyFileSync(join(work.path, 'external.onnx'), alone)
    const parsed = await parse(alone)
    expect(parsed.ok).toBe(false)
    expect(parsed.errors[0]?.message).toContain('external.onnx.data')
  })

  it('a truncated model is an error, noise is a network without layers', async () => {
    const whole = readFileSync(fixture('cnn.onnx'))
    expect(await parse(written('truncated.onnx', whole.subarray(0, 3000)))).toMatchObject({ ok: false, errors: [{ code: 'kMODEL_DESERIALIZE_FAILED' }] })
    expect(await parse(written('zeros.onnx', Buffer.alloc(4096)))).toMatchObject({ ok: true, layers: 0, outputs: [] })
  })

  it.each([
    ['missing', () => join(work.path, 'nowhere.onnx'), 'FILE_NOT_FOUND'],
    ['a folder', () => work.path, 'FILE_IS_DIRECTORY'],
    ['empty', () => written('empty.onnx', Buffer.alloc(0)), 'FILE_EMPTY'],
  ])('%s', async (_what, path, code) => {
    expect((await failureOf(parse(path()))).code).toBe(code)
  })

  it('takes paths with spaces, quotes, emoji and Chinese characters', async () => {
    const path = join(work.path, `a 'b" 🔧 ${'模型'.repeat(20)}.onnx`)
    copyFileSync(fixture('cnn.onnx'), path)
    expect(await parse(path)).toMatchObject({ ok: true })
  })
})
