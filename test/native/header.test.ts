import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addon, buildRequest, failureOf, realLibrary, scratch } from './support'

const work = scratch()
afterAll(work.remove)

let engine: Buffer
beforeAll(async () => {
  const path = join(work.path, 'real.engine')
  await addon().build(buildRequest(await realLibrary(), path))
  engine = readFileSync(path)
})

let count = 0
function written(bytes: Uint8Array): string {
  const path = join(work.path, `${count++}.bin`)
  writeFileSync(path, bytes)
  return path
}
const read = (bytes: Uint8Array): ReturnType<ReturnType<typeof addon>['readHeader']> => addon().readHeader({ path: written(bytes) })

describe('an engine header, read without deserialising', () => {
  it('needs the first 64 bytes alone', async () => {
    const whole = await read(engine)
    expect(whole.header).toMatchObject({ flavour: 'tensorrt-rtx', version: '1.7.1.116', targets: ['sm86'], targetMask: 4 })
    expect(await read(engine.subarray(0, 64))).toEqual(whole)
  })

  it('finds the plan behind an Ultralytics prefix', async () => {
    const json = Buffer.from(JSON.stringify({ description: 'YOLOv8n 模型', stride: 32, names: { 0: 'person' } }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(json.length)
    const { header } = await read(Buffer.concat([length, json, engine]))
    expect(header).toMatchObject({ flavour: 'tensorrt-rtx', targets: ['sm86'], planOffset: 4 + json.length })
    expect(header?.metadata).toEqual({ description: 'YOLOv8n 模型', stride: 32, names: { 0: 'person' } })
  })

  it.each(['ptrt', 'ftrt'])('knows full TensorRT by %s and says no more than was seen', async (magic) => {
    const { header } = await read(Buffer.concat([Buffer.from(magic), Buffer.alloc(128, 7)]))
    expect(header).toEqual({ flavour: 'tensorrt', magic, version: null, targets: [], targetMask: null, planOffset: 0, metadata: null })
  })

  it.each([
    ['empty', () => Buffer.alloc(0), 'the file is empty'],
    ['one byte', () => Buffer.from('v'), 'does not begin like an engine'],
    ['zeros', () => Buffer.alloc(4096), 'does not begin like an engine'],
    ['a header cut short', () => engine.subarray(0, 40), 'truncated'],
    ['metadata cut short', () => Buffer.from([200, 0, 0, 0, ...Buffer.from('{"a": 1')]), 'truncated within its metadata'],
    ['an absurd metadata length', () => Buffer.from([255, 255, 255, 255, ...Buffer.from('{"a": 1}')]), 'does not begin like an engine'],
    ['metadata before something else', () => Buffer.from([8, 0, 0, 0, ...Buffer.from('{"a": 1}PK..')]), 'does not begin like an engine'],
  ])('%s is none, with the reason', async (_what, bytes, reason) => {
    const reading = await read(bytes())
    expect(reading.header).toBeNull()
    expect(reading.reason).toContain(reason)
  })

  it('a folder and a missing file are errors', async () => {
    expect((await failureOf(addon().readHeader({ path: work.path }))).code).toBe('FILE_IS_DIRECTORY')
    expect((await failureOf(addon().readHeader({ path: join(work.path, 'nowhere') }))).code).toBe('FILE_NOT_FOUND')
  })
})
