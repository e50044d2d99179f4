import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EngineHeader } from '../../../contract/engine'
import type { Library } from '../../../contract/native'
import { engineObjection } from '../../../electron/core/engine-host/engine-gate'
import { describeFile, engineHeaderOf, runsHere } from '../../../electron/core/formats'
import { isHostCodeReason } from '../../../electron/core/trust/host-code'

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

/** The same engine as a version-compatible build writes it: `length` bytes of code before it, and an entry for them. */
function carrying(engine: Buffer, length: number): Buffer {
  const [entries, rest] = [engine.subarray(0x20, 0x50), engine.subarray(0x50)]
  const header = Buffer.alloc(0x68)
  engine.copy(header, 0, 0, 0x20)
  header.writeBigUInt64LE(3n, 8)
  header.writeBigUInt64LE(BigInt(engine.length + 24 + length), 0x10)
  header.write('NAEL', 0x20, 'latin1')
  header.writeBigUInt64LE(0x68n, 0x28)
  header.writeBigUInt64LE(BigInt(length), 0x30)
  entries.copy(header, 0x38)
  for (const at of [0x40, 0x58]) header.writeBigUInt64LE(header.readBigUInt64LE(at) + 24n + BigInt(length), at)
  return Buffer.concat([header, Buffer.alloc(length, 0x7f), rest])
}

describe('an engine that carries code for the CPU', () => {
  const path = written('lean.engine', carrying(readFileSync(engines[0]!), 10_000))

  it('says so in its header, and what the engine behind it is', async () => {
    expect(await engineHeaderOf(path)).toMatchObject({ version: '10.6.0.26', targets: ['sm90'], hostCode: true })
    expect(await engineHeaderOf(engines[0]!)).toMatchObject({ hostCode: false })
    const described = await describeFile(path)
    expect(described.findings).toMatchObject([{ code: 'ENGINE_HOST_CODE', severity: 'info' }])
    await expect(engineHeaderOf(written('lean-cut.engine', readFileSync(path).subarray(0, -1)))).rejects.toMatchObject({ code: 'FILE_TRUNCATED' })
  })

  it('is told so by the first bytes of one that TensorRT 10.6.0.26 built on an H100', async () => {
    const head = [
      '66747274000000000300000000000000d497a206000000000a06001a727472744e41454c000000006800000000000000',
      'c0a7a006000000004e474e450000000028a8a00600000000a8bf0100000000005448475700000000d067a20600000000',
      '0030000000000000',
    ].join('')
    const real = written('real.engine', Buffer.from(head, 'hex'))
    truncateSync(real, 111_318_996)
    expect(await engineHeaderOf(real)).toMatchObject({ magic: 'ftrt', version: '10.6.0.26', hostCode: true })
    truncateSync(real, 111_318_995)
    await expect(engineHeaderOf(real)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' })
  })

  it('is given to no library without a yes', async () => {
    const opening = { engine: path, library: library('10.6.0.26'), device: null }
    const reason = await engineObjection(opening, gpus('9.0'))
    expect(isHostCodeReason(reason ?? '')).toBe(true)
    expect(await engineObjection({ ...opening, hostCode: true }, gpus('9.0'))).toBeNull()
    expect(await engineObjection({ ...opening, hostCode: true }, gpus('7.5'))).toContain('sm75')
  })

  it('says no more than it knows where the table of parts is another', async () => {
    const bytes = readFileSync(path)
    bytes.writeBigUInt64LE(99n, 8)
    const header = await engineHeaderOf(written('lean-parts.engine', bytes))
    expect(header).toMatchObject({ version: null, targets: [] })
    expect(header?.hostCode).toBeUndefined()
    const far = readFileSync(path)
    far.writeBigUInt64LE(1n << 40n, 0x40)
    expect(await engineHeaderOf(written('lean-far.engine', far))).toMatchObject({ version: '10.6.0.26', targets: [], hostCode: true })
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
    expect(await engineObjection({ engine: engine, library: library('10.6.0.26'), device: null }, gpus('9.0', '7.5'))).toBeNull()
    expect(await engineObjection({ engine: engine, library: library('10.6.0.26'), device: 1 }, gpus('9.0', '7.5'))).toContain('sm75')
    expect(await engineObjection({ engine: engine, library: library('10.3.0.26'), device: null }, gpus('9.0'))).toContain('is older')
    expect(await engineObjection({ engine: written('noise.engine', Buffer.alloc(64, 3)), library: library('10.6.0.26'), device: null }, gpus('9.0'))).toBeNull()
  })
})
