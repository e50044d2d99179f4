import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTensors, tensorsDigest, toNumbers } from '../../../electron/core/tensors'

let folder = ''
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-pb-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

const varint = (value: bigint): number[] => {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, value)
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128)
  return [...bytes, Number(left)]
}
const bytesField = (number: number, bytes: number[] | Buffer): number[] => [...varint(BigInt(number * 8 + 2)), ...varint(BigInt(bytes.length)), ...bytes]
const tensor = (type: number, dims: number[], ...rest: number[][]): Buffer =>
  Buffer.from([...dims.flatMap((dim) => [8, ...varint(BigInt(dim))]), 16, ...varint(BigInt(type)), ...rest.flat()])
const write = (name: string, bytes: Buffer): void => fs.writeFileSync(path.join(folder, name), bytes)

describe('ONNX test data', () => {
  it('is read by role, with the names of the files inside, from raw bytes and from fields', async () => {
    const floats = Buffer.alloc(8)
    floats.writeFloatLE(1.5, 0)
    floats.writeFloatLE(-2, 4)
    write('input_0.pb', tensor(1, [2], bytesField(8, Buffer.from('x')), bytesField(9, floats)))
    write('input_1.pb', tensor(7, [3], bytesField(7, [-1n, 2n, -(2n ** 62n)].flatMap(varint))))
    write('input_2.pb', tensor(6, [2], bytesField(5, [-7n, 7n].flatMap(varint))))
    write('output_0.pb', tensor(9, [], bytesField(5, [1])))
    const inputs = await readTensors(folder)
    expect([...inputs.keys()]).toEqual(['x', 'input_1', 'input_2'])
    expect([...toNumbers(inputs.get('x')!)]).toEqual([1.5, -2])
    expect([...toNumbers(inputs.get('input_1')!)].map(Number)).toEqual([-1, 2, -(2 ** 62)])
    expect([...toNumbers(inputs.get('input_2')!)].map(Number)).toEqual([-7, 7])
    expect((await readTensors(folder, 'output')).get('output_0')).toMatchObject({ dtype: 'bool', shape: [] })
    expect(await tensorsDigest(folder)).not.toBe(await tensorsDigest(folder, 'output'))
  })

  it.each([
    ['a string tensor', tensor(8, [1], bytesField(6, Buffer.from('no')))],
    ['too few values', tensor(1, [4], bytesField(9, Buffer.alloc(8)))],
    ['a sequence', Buffer.from(bytesField(1, Buffer.from('seq')))],
    ['noise', Buffer.from([0xff, 0xff, 0xff])],
  ])('refuses %s', async (_what, bytes) => {
    write('input_0.pb', bytes)
    await expect(readTensors(folder)).rejects.toMatchObject({ code: 'INPUTS_INVALID' })
  })

  it('refuses a folder without it', async () => {
    await expect(readTensors(folder, 'output')).rejects.toMatchObject({ code: 'FILE_IS_DIRECTORY' })
  })
})
