import type { TensorInfo } from '../../../../contract/tensor'
import { asDict, Call, calleeName, Dict, Global, List, pairsOf, Persistent, type Value } from './values'

/** Element types by torch's names: numpy's name where there is one, and bytes of an element (halves where it is smaller). */
const dtypes: Record<string, [string, number]> = {
  DoubleStorage: ['float64', 8],
  FloatStorage: ['float32', 4],
  HalfStorage: ['float16', 2],
  BFloat16Storage: ['bfloat16', 2],
  LongStorage: ['int64', 8],
  IntStorage: ['int32', 4],
  ShortStorage: ['int16', 2],
  CharStorage: ['int8', 1],
  ByteStorage: ['uint8', 1],
  BoolStorage: ['bool', 1],
  ComplexDoubleStorage: ['complex128', 16],
  ComplexFloatStorage: ['complex64', 8],
  QInt8Storage: ['qint8', 1],
  QUInt8Storage: ['quint8', 1],
  QInt32Storage: ['qint32', 4],
  float64: ['float64', 8],
  float32: ['float32', 4],
  float16: ['float16', 2],
  bfloat16: ['bfloat16', 2],
  int64: ['int64', 8],
  int32: ['int32', 4],
  int16: ['int16', 2],
  int8: ['int8', 1],
  uint64: ['uint64', 8],
  uint32: ['uint32', 4],
  uint16: ['uint16', 2],
  uint8: ['uint8', 1],
  bool: ['bool', 1],
  complex128: ['complex128', 16],
  complex64: ['complex64', 8],
  complex32: ['complex32', 4],
  float8_e4m3fn: ['float8_e4m3fn', 1],
  float8_e5m2: ['float8_e5m2', 1],
}

export interface DrawnTensor {
  dtype: string
  shape: number[]
  /** Bytes of its elements. */
  bytes: number
}

/** The storage that a tensor looks into: several may share one. Null where the tensor has none in the file. */
function storageOf(value: Value | undefined, depth = 0): { key: string; bytes: number } | null {
  if (!(value instanceof Call) || depth > 4) return null
  const [first] = value.args
  if (!(first instanceof Persistent)) return storageOf(first, depth + 1)
  const [kind, type, key, , count] = first.id instanceof List ? first.id.items : []
  const width = type instanceof Global ? (dtypes[type.name]?.[1] ?? 1) : 1
  return kind === 'storage' && typeof count === 'number' ? { key: String(key), bytes: count * width } : null
}

function shapeOf(value: Value | undefined): number[] | null {
  const list = value instanceof List ? value : value instanceof Call && value.args[0] instanceof List ? value.args[0] : null
  const sizes = list?.items ?? null
  return sizes !== null && sizes.every((size): size is number => typeof size === 'number' && size >= 0) ? [...sizes] : null
}

function drawn(type: Value | undefined, shape: number[] | null): DrawnTensor | null {
  if (shape === null) return null
  const word = type instanceof Global ? type.name : ''
  const [dtype, width] = dtypes[word] ?? [word.replace(/Storage$/, '').toLowerCase() || 'unknown', 1]
  return { dtype, shape, bytes: shape.reduce((product, size) => product * size, 1) * width }
}

/** The storage's type of `('storage', torch.FloatStorage, key, location, count)`. */
function storageType(value: Value | undefined): Value | undefined {
  return value instanceof Persistent && value.id instanceof List && value.id.items[0] === 'storage' ? value.id.items[1] : undefined
}

/** The tensor that a call would rebuild, without its values; null where the value is no tensor. */
export function tensorOf(value: Value | undefined, depth = 0): DrawnTensor | null {
  if (!(value instanceof Call) || depth > 4) return null
  const { args } = value
  switch (calleeName(value)) {
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
    case 'torch._utils._rebuild_qtensor':
      return drawn(storageType(args[0]), shapeOf(args[2]))
    case 'torch._utils._rebuild_tensor_v3':
      return drawn(args[6], shapeOf(args[2]))
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
    case 'torch.nn.parameter.Parameter':
    case 'torch.nn.parameter.Buffer':
      return tensorOf(args[0], depth + 1)
    case 'torch._utils._rebuild_meta_tensor_no_storage':
      return drawn(args[0], shapeOf(args[1]))
    case 'torch._utils._rebuild_device_tensor_from_numpy':
      return drawn(args[1], shapeOf(args[0] instanceof Call && args[0].state instanceof List ? args[0].state.items[1] : undefined))
    case 'torch._utils._rebuild_wrapper_subclass':
      return drawn(args[1], shapeOf(args[2]))
    case 'torch._tensor._rebuild_from_type_v2':
      return args[0] === undefined ? null : tensorOf(new Call(args[0], args[2] instanceof List ? args[2].items : [], false), depth + 1)
    case 'torch._utils._rebuild_sparse_tensor': {
      const parts = args[1] instanceof List ? args[1].items : []
      const inner = tensorOf(parts[1], depth + 1)
      const shape = shapeOf(parts[2])
      return inner === null || shape === null ? null : { ...inner, shape }
    }
    default:
      return null
  }
}

/** What an object of a module's kind was BUILT with: `_parameters` and `_modules`; null for anything else. */
export function moduleState(value: Value | undefined): Dict | null {
  if (!(value instanceof Call)) return null
  const states = value.state instanceof List ? value.state.items : [value.state]
  const dict = states.map((state) => (state === undefined ? null : asDict(state))).find((state) => state?.get('_modules') !== undefined)
  return dict?.get('_parameters') === undefined ? null : dict
}

/** The class of an object, where it is named: made by its class, by copyreg's helper, or stored as a container with its source. */
export function classOf(value: Call): string | null {
  const [first] = value.args
  const name = calleeName(value)
  if (name !== null && /^(copyreg|copy_reg)\._reconstructor$/.test(name) && first instanceof Global) return first.full
  if (value.callee instanceof Persistent && value.callee.id instanceof List) {
    const [kind, type] = value.callee.id.items
    return kind === 'module' && type instanceof Global ? type.full : null
  }
  return name
}

export interface Survey {
  tensors: TensorInfo[]
  /** Bytes of each storage that the tensors look into. */
  storages: Map<string, number>
  /** Classes of the modules, outermost first. */
  modules: string[]
  /** True where a dictionary below the root holds tensors by name. */
  nested: boolean
  /** True where the root itself holds tensors by name. */
  flat: boolean
}

const maxTensors = 200_000
const maxVisited = 4_000_000
/** A name of more parts than this is no model's; what lies deeper is not looked for. */
const maxDepth = 500

/** A name as its last part and what comes before: millions of names share their beginnings. */
interface Path {
  part: string
  before: Path | null
  depth: number
}
interface Place {
  value: Value
  path: Path | null
}

const below = (path: Path | null, part: string): Path => ({ part, before: path, depth: (path?.depth ?? 0) + 1 })
function textOf(path: Path | null): string {
  const parts: string[] = []
  for (let at = path; at !== null; at = at.before) parts.push(at.part)
  return parts.reverse().join('.')
}

/** Goes through everything that is reachable from `root`, each thing once; loops and shared parts are no trouble. */
export function survey(root: Value): Survey {
  const found: Survey = { tensors: [], storages: new Map(), modules: [], nested: false, flat: false }
  const seen = new Set<Value>()
  const queue: Place[] = [{ value: root, path: null }]
  for (let next = queue.pop(); next !== undefined && seen.size < maxVisited; next = queue.pop()) {
    const { value, path } = next
    if (value === null || typeof value !== 'object' || (path?.depth ?? 0) > maxDepth) continue
    const tensor = tensorOf(value)
    // One tensor under two names is listed under both, as loading would give it to both.
    if (tensor !== null) {
      const storage = storageOf(value)
      if (storage !== null) found.storages.set(storage.key, storage.bytes)
      if (path !== null && found.tensors.length < maxTensors) found.tensors.push({ name: textOf(path), ...tensor })
      continue
    }
    if (seen.has(value)) continue
    seen.add(value)
    const children = childrenOf(value, path, found)
    if (asDict(value) !== null && children.some((child) => tensorOf(child.value) !== null)) {
      if (value === root) found.flat = true
      else found.nested = true
    }
    for (const child of children.reverse()) queue.push(child)
  }
  return found
}

const ownParts = new Set(['_parameters', '_buffers', '_modules'])

function childrenOf(value: Exclude<Value, null | string | number | bigint | boolean>, path: Path | null, found: Survey): Place[] {
  const state = moduleState(value)
  if (state !== null && value instanceof Call) {
    found.modules.push(classOf(value) ?? 'unknown')
    const held = [...ownParts].flatMap((part) => entries(asDict(state.get(part) ?? null), path))
    // Whatever else the module keeps may hold modules too, under names that the model itself would not give.
    return [...held, ...entries(state, path).filter((child) => !ownParts.has(child.path?.part ?? ''))]
  }
  if (value instanceof Dict) return entries(value, path)
  if (value instanceof List) return itemsOf(value.items, path)
  if (!(value instanceof Call)) return []
  const pairs = pairsOf(value)
  if (pairs !== null) return entries(pairs, path)
  const inner = [...value.args, ...(value.state === undefined ? [] : [value.state])].map((item) => ({ value: item, path }))
  return [...entries(value.dict, path), ...itemsOf(value.items, path), ...inner]
}

function itemsOf(items: readonly Value[], path: Path | null): Place[] {
  return items.map((value, index) => ({ value, path: below(path, String(index)) }))
}

function entries(dict: Dict | null, path: Path | null): Place[] {
  return (dict?.keys ?? []).map((key, index) => ({ value: dict?.values[index] ?? null, path: below(path, typeof key === 'object' ? '?' : String(key)) }))
}
