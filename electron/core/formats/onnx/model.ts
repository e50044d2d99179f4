import type { Dim, DType, Signature, TensorInfo, TensorSpec } from '../../../../contract/tensor'
import type { Cursor } from '../cursor'
import { FormatError } from '../cursor'
import { symbolName } from '../symbol-name'
import { eachField, fieldsOf, packed, type Field } from './wire'

/** Types of onnx.proto's TensorProto.DataType by number: this program's name, and bits of an element. */
const types: ReadonlyMap<number, readonly [string, number]> = new Map([
  [1, ['float32', 32]],
  [2, ['uint8', 8]],
  [3, ['int8', 8]],
  [4, ['uint16', 16]],
  [5, ['int16', 16]],
  [6, ['int32', 32]],
  [7, ['int64', 64]],
  [8, ['string', 0]],
  [9, ['bool', 8]],
  [10, ['float16', 16]],
  [11, ['float64', 64]],
  [12, ['uint32', 32]],
  [13, ['uint64', 64]],
  [14, ['complex64', 64]],
  [15, ['complex128', 128]],
  [16, ['bfloat16', 16]],
  [17, ['float8_e4m3fn', 8]],
  [18, ['float8_e4m3fnuz', 8]],
  [19, ['float8_e5m2', 8]],
  [20, ['float8_e5m2fnuz', 8]],
  [21, ['uint4', 4]],
  [22, ['int4', 4]],
  [23, ['float4_e2m1', 4]],
])
const computable = new Set<string>([
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'float8_e4m3fn',
  'float8_e5m2',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
])
function isComputable(name: string): name is DType {
  return computable.has(name)
}

/** Name of a TensorProto.DataType; null for one that is not known here. */
export function onnxTypeName(number: number): string | null {
  return types.get(number)?.[0] ?? null
}

/** A message above this is walked in the file; below it is taken into memory. */
const smallBytes = 1 << 20
const maxTensors = 500_000

/** Where an initializer's values lie outside of the file. */
export interface ExternalData {
  location: string
  offset: number
  /** Bytes; null for "to the end". */
  length: number | null
}

export interface OnnxModel {
  irVersion: number | null
  producer: string
  opsets: Record<string, number>
  graphName: string
  nodes: number
  operators: Record<string, number>
  /** Null where an input or output is no tensor, or has no shape. */
  signature: Signature | null
  /** Why `signature` is null. */
  unreadable: string | null
  initializers: TensorInfo[]
  external: ExternalData[]
  functions: number
}

interface ValueInfo {
  name: string
  spec: TensorSpec | null
}

/**
 * Reads what an ONNX file says of itself, passing over the weights without reading them.
 * @throws FormatError where the bytes are no whole ONNX model
 */
export async function readOnnx(cursor: Cursor): Promise<OnnxModel> {
  const reader = new Reader(cursor)
  await eachField(cursor, cursor.left, (field) => reader.modelField(field))
  return reader.finish()
}

class Reader {
  private readonly model: Omit<OnnxModel, 'signature' | 'unreadable'> = {
    irVersion: null,
    producer: '',
    opsets: {},
    graphName: '',
    nodes: 0,
    operators: Object.create(null) as Record<string, number>,
    initializers: [],
    external: [],
    functions: 0,
  }
  private readonly inputs: ValueInfo[] = []
  private readonly outputs: ValueInfo[] = []
  private graphs = 0

  constructor(private readonly cursor: Cursor) {}

  private async bytes(field: Field, limit = smallBytes): Promise<Buffer> {
    return this.cursor.takeLong(Math.min(field.length, limit))
  }

  async modelField(field: Field): Promise<void> {
    if (field.number > 25 && field.number !== 26) throw new FormatError('it has a field that no ONNX model has')
    if (field.number === 1 && field.wire === 0) this.model.irVersion = field.value
    else if (field.number === 2 && field.wire === 2) this.model.producer = `${(await this.bytes(field, 200)).toString('utf8')} ${this.model.producer}`.trim()
    else if (field.number === 3 && field.wire === 2) this.model.producer = `${this.model.producer} ${(await this.bytes(field, 200)).toString('utf8')}`.trim()
    else if (field.number === 8 && field.wire === 2) this.opset(await this.bytes(field))
    else if (field.number === 25) this.model.functions++
    else if (field.number === 7 && field.wire === 2) {
      this.graphs++
      await eachField(this.cursor, field.length, (part) => this.graphField(part))
    }
  }

  private opset(bytes: Buffer): void {
    let domain = ''
    let version = 0
    for (const field of fieldsOf(bytes)) {
      if (field.number === 1) domain = field.bytes.toString('utf8')
      if (field.number === 2) version = field.value
    }
    this.model.opsets[domain === '' ? 'ai.onnx' : domain] = version
  }

  private async graphField(field: Field): Promise<void> {
    if (field.wire !== 2) return
    if (field.number === 1) await this.node(field)
    else if (field.number === 2) this.model.graphName = (await this.bytes(field, 1000)).toString('utf8')
    else if (field.number === 5) await this.initializer(field)
    else if (field.number === 11) this.inputs.push(valueInfo(await this.bytes(field)))
    else if (field.number === 12) this.outputs.push(valueInfo(await this.bytes(field)))
  }

  /** Counts the operator; a node that holds a big constant or a body is walked, for weights that lie outside. */
  private async node(field: Field): Promise<void> {
    let operator = ''
    let domain = ''
    await eachField(this.cursor, field.length, async (part) => {
      if (part.number === 4) operator = (await this.bytes(part, 200)).toString('utf8')
      else if (part.number === 7) domain = (await this.bytes(part, 200)).toString('utf8')
      else if (part.number === 5) await this.attribute(part)
    })
    if (operator === '') throw new FormatError('it has a node without an operator')
    const name = domain === '' || domain === 'ai.onnx' ? operator : `${domain}::${operator}`
    this.model.nodes++
    this.model.operators[name] = (this.model.operators[name] ?? 0) + 1
  }

  /** A body's nodes are not this graph's, but weights of theirs outside of the file are missed all the same. */
  private async attribute(field: Field): Promise<void> {
    await eachField(this.cursor, field.length, async (part) => {
      if (part.wire !== 2) return
      if (part.number === 5 || part.number === 10) this.noteExternal(await this.tensor(part))
      else if (part.number === 6 || part.number === 11) {
        await eachField(this.cursor, part.length, async (inner) => {
          if (inner.number === 5 && inner.wire === 2) this.noteExternal(await this.tensor(inner))
          else if (inner.number === 1 && inner.wire === 2) {
            await eachField(this.cursor, inner.length, async (deep) => {
              if (deep.number === 5 && deep.wire === 2) await this.attribute(deep)
            })
          }
        })
      }
    })
  }

  private async initializer(field: Field): Promise<void> {
    const tensor = await this.tensor(field)
    this.noteExternal(tensor)
    if (this.model.initializers.length >= maxTensors) return
    const [dtype, bits] = types.get(tensor.type) ?? [`type ${tensor.type}`, 0]
    const count = tensor.shape.reduce((product, size) => product * size, 1)
    this.model.initializers.push({ name: tensor.name, dtype, shape: tensor.shape, bytes: Math.ceil((count * bits) / 8) })
  }

  private noteExternal(tensor: RawTensor): void {
    if (tensor.external !== null) this.model.external.push(tensor.external)
  }

  private async tensor(field: Field): Promise<RawTensor> {
    const tensor: RawTensor = { name: '', type: 0, shape: [], external: null }
    const entries = new Map<string, string>()
    let outside = false
    await eachField(this.cursor, field.length, async (part) => {
      if (part.number === 1) tensor.shape.push(...(part.wire === 0 ? [part.value] : packed(await this.bytes(part))))
      else if (part.number === 2) tensor.type = part.value
      else if (part.number === 8) tensor.name = (await this.bytes(part, 4000)).toString('utf8')
      else if (part.number === 14) outside = part.value === 1
      else if (part.number === 13) {
        const pair = fieldsOf(await this.bytes(part))
        const text = (number: number): string => pair.find((each) => each.number === number)?.bytes.toString('utf8') ?? ''
        entries.set(text(1), text(2))
      }
    })
    const location = entries.get('location')
    if (outside || location !== undefined) {
      const length = entries.get('length')
      tensor.external = { location: location ?? '', offset: Number(entries.get('offset') ?? 0), length: length === undefined ? null : Number(length) }
    }
    return tensor
  }

  finish(): OnnxModel {
    if (this.graphs === 0) throw new FormatError('it has no graph')
    // Old files list their weights among the inputs; those are not to be given.
    const weights = new Set(this.model.initializers.map((tensor) => tensor.name))
    const inputs = this.inputs.filter((input) => !weights.has(input.name))
    const odd = [...inputs, ...this.outputs].find((value) => value.spec === null)
    const oddInput = inputs.find((value) => value.spec === null)
    const specs = (values: readonly ValueInfo[]): TensorSpec[] => values.flatMap((value) => (value.spec === null ? [] : [value.spec]))
    return {
      ...this.model,
      // An output whose shape is unknown until it runs is left out; an input cannot be.
      signature: oddInput === undefined ? { inputs: specs(inputs), outputs: odd === undefined ? specs(this.outputs) : [] } : null,
      unreadable: oddInput === undefined ? null : `the input ${oddInput.name} has no fixed type or no number of sizes`,
    }
  }
}

interface RawTensor {
  name: string
  type: number
  shape: number[]
  external: ExternalData | null
}

/** ValueInfoProto: name, and type and shape where it is a tensor of a type that can be computed with. */
function valueInfo(bytes: Buffer): ValueInfo {
  const part = (message: Buffer, number: number): Buffer | undefined => fieldsOf(message).find((field) => field.number === number && field.wire === 2)?.bytes
  const name = part(bytes, 1)?.toString('utf8') ?? ''
  const type = part(bytes, 2)
  const tensor = type === undefined ? undefined : part(type, 1)
  if (tensor === undefined) return { name, spec: null }
  const element = fieldsOf(tensor).find((field) => field.number === 1)?.value ?? 0
  const [dtype] = types.get(element) ?? ['']
  const shape = part(tensor, 2)
  if (shape === undefined || !isComputable(dtype)) return { name, spec: null }
  const dims = fieldsOf(shape).flatMap((field) => (field.number === 1 ? [field.bytes] : []))
  return { name, spec: { name, dtype, shape: dims.map((dim, axis) => dimOf(dim, name, axis)) } }
}

function dimOf(bytes: Buffer, input: string, axis: number): Dim {
  let dim: Dim | undefined
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.value >= 0) dim = field.value
    // A name of marks alone ("?") names nothing: two of them are not one size.
    if (field.number === 2 && field.length > 0 && /[A-Za-z0-9]/.test(field.bytes.toString('utf8'))) dim = symbolName(field.bytes.toString('utf8'))
  }
  // A size that is neither given nor named varies on its own.
  return dim ?? `${symbolName(input)}_dim${axis}`
}
