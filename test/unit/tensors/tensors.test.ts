import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DType } from '../../../contract/tensor'
import { castTensor, fromNumbers, readSafetensors, readTensors, toNumbers, writeNpz, writeSafetensors, type Tensor } from '../../../electron/core/tensors'
import { encodeSmallFloat } from '../../../electron/core/tensors/small-floats'

const files = join(import.meta.dirname, '../../fixtures/files')
const base = Array.from({ length: 24 }, (_, i) => i)
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'es-tensors-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const need = (tensors: Map<string, Tensor>, name: string): Tensor => {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new Error(`no tensor ${name}`)
  return tensor
}

describe.each(['arrays.npz', 'arrays-packed.npz'])('readTensors of numpy’s %s', (file) => {
  it.each(['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint64', 'uint32', 'uint16', 'uint8'])(
    'reads %s',
    async (dtype) => {
      const tensor = need(await readTensors(join(files, file)), dtype)
      expect(tensor.dtype).toBe(dtype)
      expect(tensor.shape).toEqual([2, 3, 4])
      expect([...toNumbers(tensor)]).toEqual(base)
    },
  )

  it('brings column-major and big-endian arrays to one order, and keeps scalars, bools and empties', async () => {
    const tensors = await readTensors(join(files, file))
    expect([...toNumbers(need(tensors, 'fortran'))]).toEqual(base)
    expect([...toNumbers(need(tensors, 'big_endian'))]).toEqual(base)
    expect(need(tensors, 'scalar').shape).toEqual([])
    expect([...toNumbers(need(tensors, 'scalar'))]).toEqual([7])
    expect([...toNumbers(need(tensors, 'bool'))]).toEqual(base.map((i) => (i % 2 === 0 ? 1 : 0)))
    expect(need(tensors, 'empty')).toMatchObject({ shape: [0, 3], dtype: 'float32' })
  })
})

describe('readTensors', () => {
  it('reads a lone .npy under the name that numpy.savez would give', async () => {
    expect([...(await readTensors(join(files, 'one.npy'))).keys()]).toEqual(['arr_0'])
  })

  it('refuses Python objects, which only running code could read', async () => {
    await expect(readTensors(join(files, 'objects.npz'))).rejects.toMatchObject({
      code: 'INPUTS_INVALID',
      message: expect.stringContaining('Python objects') as string,
    })
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'FILE_EMPTY'],
    ['words', Buffer.from('these are no arrays'), 'INPUTS_INVALID'],
    ['zeros', Buffer.alloc(4096), 'INPUTS_INVALID'],
  ])('says what is wrong with %s', async (name, bytes, code) => {
    const path = join(folder, `${name}.npz`)
    await writeFile(path, bytes)
    await expect(readTensors(path)).rejects.toMatchObject({ code })
  })

  it('notices every cut of an .npz and a .safetensors', async () => {
    for (const name of ['arrays-packed.npz', 'small-floats.safetensors']) {
      const whole = await readFile(join(files, name))
      for (const keep of [0.2, 0.5, 0.9, 0.999]) {
        const path = join(folder, 'cut')
        await writeFile(path, whole.subarray(0, Math.floor(whole.length * keep)))
        await expect(readTensors(path), `${name} ${keep}`).rejects.toMatchObject({ code: expect.stringMatching(/FILE_TRUNCATED|INPUTS_INVALID/) as string })
      }
    }
  })

  it('says where there is no file, or a folder', async () => {
    await expect(readTensors(join(folder, 'gone.npz'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(readTensors(folder)).rejects.toMatchObject({ code: 'FILE_IS_DIRECTORY' })
  })
})

describe('small floats', () => {
  it.each(['float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2'] as const)('%s: decodes and encodes as torch does', async (dtype) => {
    const answers = JSON.parse(await readFile(join(files, 'small-floats.json'), 'utf8')) as Record<string, Array<number | string>>
    const tensor = need(await readSafetensors(join(files, 'small-floats.safetensors')), dtype)
    const expected = (answers[dtype] ?? []).map(wordToNumber)
    expect([...toNumbers(tensor)]).toEqual(expected)
    const encoded = fromNumbers(dtype, tensor.shape, (answers['input'] ?? []).map(wordToNumber))
    expect([...toNumbers(encoded)]).toEqual(expected)
  })

  it('every code survives a round trip', () => {
    for (const dtype of ['float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2'] as const) {
      const count = dtype.startsWith('float8') ? 256 : 65_536
      const all: Tensor = {
        dtype,
        shape: [count],
        data: new Uint8Array(codes(count).buffer),
      }
      const wrong = [...toNumbers(all)].flatMap((value, code) => (Number.isNaN(value) || encodeSmallFloat(dtype, value) === code ? [] : [code]))
      expect(wrong, dtype).toEqual([])
    }
  })
})

function codes(count: number): Uint8Array | Uint16Array {
  return count === 256 ? Uint8Array.from({ length: count }, (_, i) => i) : Uint16Array.from({ length: count }, (_, i) => i)
}

function wordToNumber(value: number | string): number {
  return value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value)
}

describe('writing', () => {
  const dtypes: DType[] = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int8', 'uint64', 'uint16', 'bool']
  const tensors = new Map(dtypes.map((dtype) => [`t ${dtype}`, fromNumbers(dtype, [2, 2], dtype === 'bool' ? [0, 1, 1, 0] : [0, 1, 2, 100])]))

  it('safetensors come back equal, odd names and all', async () => {
    const path = join(folder, '模型 😀 "q".safetensors')
    const all = new Map([...tensors, ['__proto__', fromNumbers('float8_e5m2', [], [2])], ['', fromNumbers('int32', [0], [])]])
    await writeSafetensors(path, all)
    const back = await readTensors(path)
    expect(new Set(back.keys())).toEqual(new Set(all.keys()))
    for (const [name, tensor] of all) expect(back.get(name), name).toEqual(tensor)
  })

  it('npz come back equal, and the same tensors give the same bytes', async () => {
    await writeNpz(join(folder, 'a.npz'), tensors)
    await writeNpz(join(folder, 'b.npz'), tensors)
    expect(await readTensors(join(folder, 'a.npz'))).toEqual(tensors)
    expect((await readFile(join(folder, 'a.npz'))).equals(await readFile(join(folder, 'b.npz')))).toBe(true)
  })

  it('fits a name of 250 bytes and leaves nothing behind where the folder is missing', async () => {
    const inside = await mkdtemp(join(folder, 'w-'))
    const path = join(inside, 'n'.repeat(250))
    await writeSafetensors(path, tensors)
    expect(await readdir(inside)).toEqual(['n'.repeat(250)])
    await expect(writeSafetensors(join(inside, 'none', 'x'), tensors)).rejects.toMatchObject({ code: 'OUT_NOT_WRITABLE' })
  })

  it('casts through numbers', () => {
    expect([...toNumbers(castTensor(fromNumbers('float32', [2], [1.00048828125, 3]), 'float16'))]).toEqual([1, 3])
  })
})
