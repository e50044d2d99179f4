import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writer } from 'protobufjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NativeResult } from '../../../contract/native'
import type { EngineHost } from '../../../electron/core/api'
import { describeFile, engineHeaderOf, runsHere } from '../../../electron/core/formats'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'es-onnx-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
let count = 0
const file = async (content: Uint8Array): Promise<string> => {
  const path = join(folder, `f${count++}`)
  await writeFile(path, content)
  return path
}

/** A message of onnx.proto by field number: text, number, or messages inside. */
type Message = Array<[number, string | number | Uint8Array | Message]>
function encode(message: Message): Uint8Array {
  const writer = Writer.create()
  for (const [field, value] of message) {
    if (typeof value === 'number') writer.uint32(field * 8).int64(value)
    else writer.uint32(field * 8 + 2).bytes(typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? value : encode(value))
  }
  return writer.finish()
}
const value = (name: string, element: number, dims: Message[] | null): Message => [
  [1, name],
  [
    2,
    [
      [
        1,
        dims === null
          ? [[1, element]]
          : [
              [1, element],
              [2, dims.map((dim): [number, Message] => [1, dim])],
            ],
      ],
    ],
  ],
]
const node = (operator: string, more: Message = []): [number, Message] => [1, [[1, 'a'], [2, 'b'], [4, operator], ...more]]
const model = (graph: Message, more: Message = []): Uint8Array =>
  encode([
    [1, 10],
    [
      8,
      [
        [1, ''],
        [2, 20],
      ],
    ],
    ...more,
    [7, graph],
  ])

describe('ONNX', () => {
  it('names what has no name, and writes symbols so that --input can take them', async () => {
    const { signature } = await describeFile(
      await file(model([node('Relu'), [11, value('in.put', 1, [[], [[2, 'max_len + 1']], [[1, 0]], [[1, 7]]])], [12, value('y', 16, [])]])),
    )
    expect(signature).toEqual({
      inputs: [{ name: 'in.put', dtype: 'float32', shape: ['in_put_dim0', 'maX_len_1', 0, 7] }],
      outputs: [{ name: 'y', dtype: 'bfloat16', shape: [] }],
    })
  })

  it('leaves weights out of the inputs, and counts operators by domain', async () => {
    const weight: Message = [
      [1, 2],
      [1, 3],
      [2, 10],
      [8, 'w'],
      [9, new Uint8Array(12)],
    ]
    const content = model(
      [
        node('Relu'),
        node('Relu'),
        node('Gelu', [[7, 'com.microsoft']]),
        [5, weight],
        [11, value('x', 7, [[[1, 1]]])],
        [11, value('w', 10, [[[1, 2]], [[1, 3]]])],
      ],
      [
        [
          8,
          [
            [1, 'com.microsoft'],
            [2, 1],
          ],
        ],
        [2, 'maker'],
        [3, '1.2'],
      ],
    )
    const described = await describeFile(await file(content))
    expect(described.signature?.inputs).toEqual([{ name: 'x', dtype: 'int64', shape: [1] }])
    expect(described.tensors).toEqual([{ name: 'w', dtype: 'float16', shape: [2, 3], bytes: 12 }])
    expect(described.facts).toMatchObject({
      nodes: '3',
      operators: 'Relu 2, com.microsoft::Gelu 1',
      opset: '20',
      domains: 'com.microsoft 1',
      producer: 'maker 1.2',
    })
  })

  it('has no signature where an input has no shape or is no tensor, and says why', async () => {
    for (const input of [
      value('x', 1, null),
      value('x', 8, []),
      [
        [1, 'x'],
        [2, [[4, []]]],
      ] as Message,
    ]) {
      const described = await describeFile(await file(model([node('Relu'), [11, input]])))
      expect(described).toMatchObject({ format: 'onnx', signature: null, findings: [{ code: 'INPUTS_UNKNOWN', severity: 'info' }] })
    }
  })

  it('finds weights outside of the file in constants and in the bodies of loops, and never follows them out of the folder', async () => {
    const outside = (location: string): Message => [
      [1, 1],
      [2, 1],
      [8, 'w'],
      [14, 1],
      [
        13,
        [
          [1, 'location'],
          [2, location],
        ],
      ],
    ]
    const constant = node('Constant', [
      [
        5,
        [
          [1, 'value'],
          [5, outside('c.bin')],
        ],
      ],
    ])
    const loop = node('Loop', [
      [
        5,
        [
          [1, 'body'],
          [6, [node('Constant', [[5, [[5, outside('../../etc/passwd')]]]]), [5, outside('b.bin')]]],
        ],
      ],
    ])
    const described = await describeFile(await file(model([constant, loop])))
    expect(described.findings[0]).toMatchObject({ code: 'ONNX_EXTERNAL_DATA_MISSING', evidence: { missing: ['c.bin', '../../etc/passwd', 'b.bin'] } })
  })

  it('is not taken for ONNX without a graph, with a field of no model, or with a part longer than the whole', async () => {
    for (const bytes of [
      encode([
        [1, 10],
        [2, 'maker'],
      ]),
      encode([
        [1, 10],
        [40, 'x'],
        [7, []],
      ]),
      Buffer.concat([encode([[1, 10]]), Buffer.from([0x3a, 0xff, 0x7f])]),
    ]) {
      expect((await describeFile(await file(bytes))).format).toBe('unknown')
    }
  })

  it('passes over 1.9 GB of weights in the file itself', async () => {
    const bytes = 1_900_000_000
    const head = Writer.create()
      .uint32(8)
      .int64(1)
      .uint32(16)
      .int64(1)
      .uint32(66)
      .string('w')
      .uint32(9 * 8 + 2)
      .uint32(bytes)
      .finish()
    const graphHead = Writer.create()
      .uint32(5 * 8 + 2)
      .uint32(head.length + bytes)
      .finish()
    const before = encode([
      [1, 10],
      [8, [[2, 20]]],
    ])
    const tail = encode([node('Relu'), [11, value('x', 1, [[[1, 1]]])]])
    const modelHead = Writer.create()
      .uint32(7 * 8 + 2)
      .uint32(graphHead.length + head.length + bytes + tail.length)
      .finish()
    const start = Buffer.concat([before, modelHead, graphHead, head])
    const path = await file(start)
    const handle = await open(path, 'r+')
    await handle.write(tail, 0, tail.length, start.length + bytes)
    await handle.close()
    const began = performance.now()
    const memory = process.memoryUsage().rss
    const stop = new AbortController()
    const described = await describeFile(path, { hash: 'later', signal: stop.signal })
    stop.abort()
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(process.memoryUsage().rss - memory).toBeLessThan(100 * 1024 * 1024)
    expect(described).toMatchObject({ format: 'onnx', facts: { nodes: '1' }, tensors: [{ name: 'w' }], signature: { inputs: [{ name: 'x' }] } })
    await rm(path)
  })
})

/** A TensorRT-RTX header as builds have shown it: magic, version, mask of targets. */
function rtx(mask: number): Buffer {
  const bytes = Buffer.alloc(0x80)
  bytes.write('vtrt')
  Buffer.from([1, 7, 1, 116]).copy(bytes, 0x18)
  bytes.writeUInt32LE(mask, 0x20)
  bytes.write('ptrt', 0x70)
  return bytes
}
const devices = (...capabilities: string[]): NativeResult<'cuda.devices'> => ({
  driver: '580',
  reason: null,
  devices: capabilities.map((computeCapability, index) => ({ index, name: 'GPU', computeCapability, memoryBytes: 1 })),
})
const host = (answer: NativeResult<'cuda.devices'>): EngineHost => ({ call: async () => answer as never, dispose: async () => undefined })

describe('engines', () => {
  it('TensorRT-RTX: version, targets, and whether it runs here', async () => {
    const path = await file(rtx(0x14))
    expect(await engineHeaderOf(path)).toEqual({
      flavour: 'tensorrt-rtx',
      magic: 'vtrt',
      version: '1.7.1.116',
      targets: ['sm86', 'sm120'],
      targetMask: 0x14,
      planOffset: 0,
      metadata: null,
    })
    expect((await describeFile(path, { host: host(devices('8.6')) })).engine).toMatchObject({ builtFor: ['sm86', 'sm120'], runsHere: 'yes' })
    expect((await describeFile(path, { host: host(devices('9.0')) })).engine).toMatchObject({
      runsHere: 'no',
      reason: expect.stringContaining('sm90') as string,
    })
    expect((await describeFile(path, { host: host(devices()) })).engine).toMatchObject({ runsHere: 'no' })
    expect((await describeFile(path)).engine).toMatchObject({ runsHere: 'unknown' })
  })

  it('full TensorRT: no version, no targets, no guess', async () => {
    for (const magic of ['ptrt', 'ftrt']) {
      const described = await describeFile(await file(Buffer.concat([Buffer.from(magic), Buffer.alloc(100)])), { host: host(devices('8.6')) })
      expect(described).toMatchObject({ format: 'engine', engine: { flavour: 'tensorrt', version: null, builtFor: [], runsHere: 'unknown' } })
    }
  })

  it('Ultralytics’ prefix is read and told', async () => {
    const json = Buffer.from(JSON.stringify({ task: 'detect', names: { 0: 'person' }, imgsz: [640, 640] }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(json.length)
    const path = await file(Buffer.concat([length, json, rtx(0x04)]))
    expect(await engineHeaderOf(path)).toMatchObject({ planOffset: 4 + json.length, targets: ['sm86'], metadata: { task: 'detect', imgsz: [640, 640] } })
    expect(await describeFile(path)).toMatchObject({ format: 'engine', facts: { 'metadata.task': 'detect' }, findings: [{ severity: 'info' }] })
  })

  it('cut within the header: truncated', async () => {
    expect(await describeFile(await file(rtx(4).subarray(0, 40)))).toMatchObject({ format: 'unknown', findings: [{ code: 'FILE_TRUNCATED' }] })
  })

  it('a bit that nobody has named yet is no plain no', () => {
    const header = {
      flavour: 'tensorrt-rtx' as const,
      magic: 'vtrt',
      version: '1.8.0.0',
      targets: ['sm86'],
      targetMask: 0x04 | 0x8000,
      planOffset: 0,
      metadata: null,
    }
    expect(runsHere(header, devices('13.0')).runsHere).toBe('unknown')
    expect(runsHere(header, devices('8.9')).runsHere).toBe('no')
  })
})
