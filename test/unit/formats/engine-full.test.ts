import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EngineHeader } from '../../../contract/engine'
import type { Library } from '../../../contract/native'
import { engineObjection } from '../../../electron/core/engine-host/engine-gate'
import { describeFile, engineHeaderOf, runsHere } from '../../../electron/core/formats'

const runs = join(import.meta.dirname, '..', '..', 'fixtures', 'runs')
/** Built by TensorRT 10.6.0.26 on an H200. */
const engines = [
  join(runs, 'h200-pass', 'artifacts', '39e3e976153e168c', 'model.engine'),
  join(runs, 'h200-stripped', 'artifacts', '4e674de973ad64bf', 'model.engine'),
]
const folder = mkdtempSync(join(tmpdir(), 'enginesmith-header-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const written = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const gpus = (...capabilities: string[]): Parameters<typeof runsHere>[1] => ({
  driver: '580.1',
  reason: null,
  devices: capabilities.map((computeCapability, index) => ({ index, name: `GPU ${index}`, computeCapability, memoryBytes: 1 })),
})
const library = (version: string): Library => ({ flavour: 'tensorrt', path: '/lib/libnvinfer.so', parserPath: '/lib/p.so', version, table: 'trt10' })

describe('the header of a full TensorRT engine', () => {
  it.each(engines)('says version and GPU of %s', async (engine) => {
    expect(await engineHeaderOf(engine)).toMatchObject({ flavour: 'tensorrt', magic: 'ftrt', version: '10.6.0.26', targets: ['sm90'] })
  })

  it('is read behind an Ultralytics prefix, too', async () => {
    const json = Buffer.from(JSON.stringify({ task: 'detect', imgsz: [640, 640] }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(json.length)
    const path = written('prefixed.engine', Buffer.concat([length, json, readFileSync(engines[0]!)]))
    const described = await describeFile(path)
    expect(described.engine).toMatchObject({ flavour: 'tensorrt', version: '10.6.0.26', builtFor: ['sm90'] })
    expect(described.facts['metadata.task']).toBe('detect')
  })

  it('says no more than it knows where a byte is another', async () => {
    const bytes = Buffer.from(readFileSync(engines[0]!))
    bytes[0x50 + 0x3c] = 0xff
    expect(await engineHeaderOf(written('tag.engine', bytes))).toMatchObject({ version: '10.6.0.26', targets: [] })
    expect(await engineHeaderOf(written('other.engine', Buffer.concat([Buffer.from('ftrt'), Buffer.alloc(256, 7)])))).toMatchObject({
      version: null,
      targets: [],
    })
  })

  it('tells a truncated plan by the size that the header states', async () => {
    const path = written('cut.engine', readFileSync(engines[0]!).subarray(0, 100_000))
    await expect(engineHeaderOf(path)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' })
  })
})

describe('whether it runs here', () => {
  const header: EngineHeader = { flavour: 'tensorrt', magic: 'ftrt', version: '10.6.0.26', targets: ['sm90'], targetMask: null, planOffset: 0, metadata: null }
  const versions = (tensorrt: string | null): Parameters<typeof runsHere>[2] => ({ tensorrt, 'tensorrt-rtx': null })
  it.each([
    ['the same GPU and version', gpus('9.0'), '10.6.0', 'yes'],
    ['another GPU that hardware compatibility could reach', gpus('8.6'), '10.6.0', 'unknown'],
    ['a GPU before Ampere', gpus('7.5'), '10.6.0', 'no'],
    ['an older library', gpus('9.0'), '10.3.0.26', 'no'],
    ['a newer library', gpus('9.0'), '11.2.1', 'unknown'],
    ['no library', gpus('9.0'), null, 'no'],
    ['no GPU', gpus(), '10.6.0', 'no'],
  ])('%s', (_what, devices, version, answer) => {
    expect(runsHere(header, devices, versions(version)).runsHere).toBe(answer)
  })

  it('is asked by the gate before the library sees a byte, for the chosen GPU alone', async () => {
    const [engine = ''] = engines
    expect(await engineObjection(engine, library('10.6.0.26'), null, gpus('9.0', '7.5'))).toBeNull()
    expect(await engineObjection(engine, library('10.6.0.26'), 1, gpus('9.0', '7.5'))).toContain('sm75')
    expect(await engineObjection(engine, library('10.3.0.26'), null, gpus('9.0'))).toContain('is older')
    expect(await engineObjection(written('noise.engine', Buffer.alloc(64, 3)), library('10.6.0.26'), null, gpus('9.0'))).toBeNull()
  })
})
