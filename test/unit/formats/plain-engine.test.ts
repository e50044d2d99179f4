import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writePlainEngine } from '../../../electron/core/formats/plain-engine'

const engine = join(import.meta.dirname, '..', '..', 'fixtures', 'runs', 'h200-pass', 'artifacts', '39e3e976153e168c', 'model.engine')
const folder = mkdtempSync(join(tmpdir(), 'enginesmith-plain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the plain copy of an engine', () => {
  it('is the engine behind the metadata, byte for byte', async () => {
    const json = Buffer.from(JSON.stringify({ task: 'detect', imgsz: [640, 640] }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(json.length)
    const prefixed = join(folder, 'yolo.engine')
    writeFileSync(prefixed, Buffer.concat([length, json, readFileSync(engine)]))
    expect(await writePlainEngine(prefixed, join(folder, 'plain.engine'))).toBe(json.length + 4)
    expect(readFileSync(join(folder, 'plain.engine')).equals(readFileSync(engine))).toBe(true)
  })

  it('is refused of an engine without metadata, and of what is no engine', async () => {
    const out = join(folder, 'never')
    await expect(writePlainEngine(engine, out)).rejects.toMatchObject({ code: 'ENGINE_HEADER_INVALID' })
    writeFileSync(join(folder, 'text'), 'not an engine')
    await expect(writePlainEngine(join(folder, 'text'), out)).rejects.toMatchObject({ code: 'ENGINE_HEADER_INVALID' })
    expect(readdirSync(folder)).not.toContain('never')
  })
})
