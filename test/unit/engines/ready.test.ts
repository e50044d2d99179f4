import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ParserError } from '../../../contract/native'
import { tell, tellReason } from '../../../contract/words'
import { readyForTensorrt } from '../../../electron/core/engines/ready'
import { constantAction, nextAction, refusalOf } from '../../../electron/core/engines/refusal'
import { EnginesmithError } from '../../../electron/core/errors'

const folder = mkdtempSync(join(tmpdir(), 'ready-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const library = { flavour: 'tensorrt-rtx', path: '/lib', parserPath: '/parser', version: '1.7', table: 't' }
const error = (change: Partial<ParserError>): ParserError => ({
  node: 'n',
  operator: 'Det',
  code: 'kUNSUPPORTED_NODE',
  message: 'false',
  index: 0,
  localFunctions: [],
  ...change,
})

type Services = Parameters<typeof readyForTensorrt>[1]
/** A machine whose parser answers so; null: there is no library. */
function machine(answer: ParserError[] | EnginesmithError | null): Services {
  const call = (method: string): unknown => {
    if (method === 'library.find') return { library: answer === null ? null : library, attempts: [], warnings: [] }
    if (answer instanceof EnginesmithError) throw answer
    return { ok: answer?.length === 0, layers: 3, inputs: [], outputs: [], errors: answer }
  }
  const none = { available: false, version: null, path: null, attempts: [] }
  const services = {
    host: { call: (method: string) => Promise.resolve().then(() => call(method)) },
    toolchain: {
      libraryPlaces: () => Promise.resolve([]),
      doctor: () => Promise.resolve({ engines: { tensorrt: none, 'tensorrt-rtx': { ...none, available: answer !== null } }, gpus: [] }),
    },
    settings: () => ({ plugins: [] }),
  }
  return services as unknown as Services
}
/** An ONNX file with one node per name: op_type Det, the stack of the dynamo exporter, the input `k`. */
function onnx(names: string[]): { path: string; format: 'onnx' } {
  const field = (number: number, body: Buffer | string): Buffer => Buffer.concat([Buffer.from([number * 8 + 2, Buffer.byteLength(body)]), Buffer.from(body)])
  const nodes = names.map((name, index) => {
    const stack = Buffer.concat([field(1, 'pkg.torch.onnx.stack_trace'), field(2, `File "n.py", line ${index + 1}, in f`)])
    return field(1, Buffer.concat([field(1, 'k'), ...(name === '' ? [] : [field(3, name)]), field(4, 'Det'), field(9, stack)]))
  })
  const graph = Buffer.concat(nodes)
  const length = graph.length < 128 ? [graph.length] : [(graph.length & 127) | 128, graph.length >> 7]
  const path = join(folder, `${names.join('-')}.onnx`)
  writeFileSync(path, Buffer.concat([Buffer.from([8, 8, 7 * 8 + 2, ...length]), graph]))
  return { path, format: 'onnx' }
}

describe('readyForTensorrt', () => {
  it('has one row a node, with its Python line, and one finding that counts them', async () => {
    const errors = [error({ node: 'a' }), error({ node: 'a', message: 'again' }), error({ node: 'b', index: 1, code: 'kUNSUPPORTED_NODE_DATATYPE' })]
    const ready = await readyForTensorrt({ file: onnx(['a', 'b']), backend: null }, machine(errors))
    expect(ready).toMatchObject({ judged: true, library: 'tensorrt-rtx', version: '1.7' })
    expect(ready.refused).toMatchObject([
      { node: 'a', operator: 'Det', source: { file: 'n.py', line: 1, function: 'f' }, reason: 'The parser does not import Det.' },
      { node: 'b', source: { line: 2 } },
    ])
    expect(ready.findings).toMatchObject([{ code: 'BUILD_UNSUPPORTED_OPERATOR', severity: 'error' }])
    expect(tell(ready.findings[0]!, 'zh-CN').message).toBe('库无法接受模型的 2 个节点：Det。')
  })
  it('finds a node without a name by its place', async () => {
    const ready = await readyForTensorrt({ file: onnx(['', '']), backend: null }, machine([error({ node: '', index: 1 })]))
    expect(ready.refused).toMatchObject([{ node: '', source: { line: 2 } }])
  })
  it('names the nodes that take a constant at which the parser stopped', async () => {
    const stopped = error({ node: '', operator: '', index: -1, message: 'Failed to import initializer: In node -1: Failed to import initializer: k' })
    const ready = await readyForTensorrt({ file: onnx(['a', 'b']), backend: null }, machine([stopped]))
    expect(ready.refused.map(({ node, action }) => [node, action])).toEqual([
      ['a', constantAction],
      ['b', constantAction],
    ])
    expect(ready.findings.map(({ code }) => code)).toEqual(['BUILD_UNSUPPORTED_OPERATOR', 'READY_NOT_JUDGED'])
  })
  it('is ready where nothing is refused', async () => {
    expect(await readyForTensorrt({ file: onnx(['a']), backend: null }, machine([]))).toMatchObject({ judged: true, refused: [], findings: [] })
  })
  it('is not judged, with the reason, where no parser can be asked', async () => {
    const file = onnx(['a'])
    const none = { judged: false, refused: [] }
    expect(await readyForTensorrt({ file: { path: 'x.pt', format: 'state-dict' }, backend: null }, machine([]))).toMatchObject(none)
    const missing = await readyForTensorrt({ file, backend: null }, machine(null))
    expect(missing).toMatchObject({ ...none, library: null, findings: [{ code: 'READY_NOT_JUDGED', severity: 'warning' }] })
    expect(tell(missing.findings[0]!, 'zh-CN').message).toContain('本机既没有')
    // A named one that is not here is what was asked for and is lacking.
    expect(await readyForTensorrt({ file, backend: 'tensorrt' }, machine(null))).toMatchObject({
      ...none,
      findings: [{ code: 'BACKEND_MISSING', severity: 'error' }],
    })
    const noGpu = new EnginesmithError('GPU_MISSING', 'A builder needs a GPU.', 'Use another machine.')
    expect(await readyForTensorrt({ file, backend: null }, machine(noGpu))).toMatchObject({ ...none, version: '1.7', findings: [{ code: 'READY_NOT_JUDGED' }] })
    const crash = new EnginesmithError('HOST_CRASHED', 'It died.', 'Again.')
    await expect(readyForTensorrt({ file, backend: null }, machine(crash))).rejects.toBe(crash)
  })
})

describe('why a node is refused, and what to do', () => {
  it('is said without the C++ of the parser', () => {
    const said = (message: string): string => refusalOf({ operator: 'Op', message })
    expect(said('(mode == "a" || mode == "b") && "TensorRT only supports a " "and b modes!"')).toBe('TensorRT only supports a and b modes!')
    expect(said('Assertion failed: (t == DataType::kINT32): The fmod attribute is set to 0.')).toBe('The fmod attribute is set to 0.')
    expect(said('creator && "Plugin not found, are the plugin name, version, and namespace correct?"')).toContain('no plugin of this name')
    expect(said('Assertion failed: creator: NonZero plugin creator version 1 was not found in plugin registry.')).toContain('does not come with')
    expect(said('something else')).toBe('something else')
  })
  it('has Chinese for every sentence of its own', () => {
    const kinds = ['DATATYPE', 'DYNAMIC', 'SHAPE', 'ATTR', 'INPUT'].map((kind) => nextAction({ code: `kUNSUPPORTED_NODE_${kind}`, message: '' }))
    const actions = [...kinds, nextAction({ code: 'kOTHER', message: '' }), nextAction({ code: '', message: 'Plugin not found' }), constantAction]
    const reasons = ['false', 'Plugin not found', 'X plugin creator version 1 was not found'].map((message) => refusalOf({ operator: 'Op', message }))
    expect(new Set(actions).size).toBe(8)
    for (const text of [...actions, ...reasons]) expect(tellReason(text, 'zh-CN'), text).not.toBe(text)
  })
})
