import { z } from 'zod'
import { dtypeSchema, type Dim, type Signature, type SymbolRange, type TensorInfo, type TensorSpec } from '../../../contract/tensor'
import type { Zip, ZipMember } from '../files/zip'
import type { Format } from './format'
import { PickleScan } from './pickle-scan'
import { symbolName } from './symbol-name'

/** Types of torch's export schema by number: name and bytes of an element. */
const types: Record<number, readonly [string, number]> = {
  1: ['uint8', 1],
  2: ['int8', 1],
  3: ['int16', 2],
  4: ['int32', 4],
  5: ['int64', 8],
  6: ['float16', 2],
  7: ['float32', 4],
  8: ['float64', 8],
  9: ['complex32', 4],
  10: ['complex64', 8],
  11: ['complex128', 16],
  12: ['bool', 1],
  13: ['bfloat16', 2],
  28: ['uint16', 2],
  29: ['float8_e4m3fn', 1],
  30: ['float8_e5m2', 1],
}

const sizeSchema = z.union([z.object({ as_int: z.number() }), z.object({ as_expr: z.object({ expr_str: z.string() }) })])
const valueSchema = z.object({ dtype: z.number(), sizes: z.array(sizeSchema) })
const argumentSchema = z.object({ as_tensor: z.object({ name: z.string() }).optional() })
const inputSchema = z.object({
  user_input: z.object({ arg: argumentSchema }).optional(),
  parameter: z.object({ arg: z.object({ name: z.string() }), parameter_name: z.string() }).optional(),
  buffer: z.object({ arg: z.object({ name: z.string() }), buffer_name: z.string() }).optional(),
})
const outputSchema = z.object({ user_output: z.object({ arg: argumentSchema }).optional() })
const boundSchema = z.number().nullable().optional().catch(null)
const programSchema = z.object({
  graph_module: z.object({
    graph: z.object({ nodes: z.array(z.object({ target: z.string() })), tensor_values: z.record(z.string(), valueSchema) }),
    signature: z.object({ input_specs: z.array(inputSchema), output_specs: z.array(outputSchema) }),
  }),
  range_constraints: z.record(z.string(), z.object({ min_val: boundSchema, max_val: boundSchema })).optional(),
  torch_version: z.string().optional(),
  opset_version: z.record(z.string(), z.number()).optional(),
})
type Program = z.infer<typeof programSchema>

const maxProgram = 256 * 1024 * 1024

/** The program's own JSON: `models/*.json` of torch 2.8 and newer, `serialized_exported_program.json` before. */
function programMember(zip: Zip): ZipMember | null {
  for (const member of zip.members.values()) {
    if (/^(?:[^/]+\/)?models\/[^/]+\.json$/.test(member.name) || /^(?:[^/]+\/)?serialized_exported_program\.json$/.test(member.name)) return member
  }
  return null
}

/** torch.export's archives in both layouts; the graph is JSON, so the signature is read without running anything. */
export const exportedProgram: Format = {
  match: ({ zip }) => zip !== null && programMember(zip) !== null,

  async describe({ file, zip, signal }) {
    const member = zip === null ? null : programMember(zip)
    if (zip === null || member === null) return { format: 'unknown' }
    const scan = new PickleScan(signal)
    const raw = await rawPayloads(zip)
    // Weights that are no plain numbers are zips of torch's, under names without an ending.
    await scan.zip(zip, file, (name) => /(^|\/)data\/(weights|constants)\/[^/.]+$/.test(name) && !raw.has(name))
    const { pickle, findings } = scan.report(file.path)
    const program = programSchema.safeParse(parse(await zip.read(member, maxProgram)))
    if (!program.success) return { format: 'exported-program', pickle, findings, facts: { layout: member.name } }
    return {
      format: 'exported-program',
      signature: signatureOf(program.data),
      tensors: tensorsOf(program.data),
      pickle,
      findings,
      facts: factsOf(program.data, member.name),
    }
  },
}

const payloadsSchema = z.object({ config: z.record(z.string(), z.object({ path_name: z.string(), use_pickle: z.boolean() })) })

/**
 * Members that torch reads as plain numbers, by the lists beside them: `use_pickle: false`. Their first bytes may look
 * like a pickle's by chance. A member that any list calls a pickle is none of them.
 */
async function rawPayloads(zip: Zip): Promise<Set<string>> {
  const raw = new Set<string>()
  const pickled = new Set<string>()
  for (const member of zip.members.values()) {
    const folder = /^(?:[^/]+\/)?data\/(?:weights|constants)\/(?=[^/]+_config\.json$)/.exec(member.name)?.[0]
    if (folder === undefined) continue
    const list = payloadsSchema.safeParse(parse(await zip.read(member, maxProgram)))
    if (!list.success) continue
    for (const { path_name: name, use_pickle: isPickle } of Object.values(list.data.config)) (isPickle ? pickled : raw).add(folder + name)
  }
  for (const name of pickled) raw.delete(name)
  return raw
}

function parse(bytes: Buffer): unknown {
  try {
    // Infinity stands bare in the ranges that older torch wrote.
    return JSON.parse(bytes.toString('utf8').replace(/:\s*-?Infinity\b/g, ': null'))
  } catch {
    return null
  }
}

function dimOf(size: z.infer<typeof sizeSchema>): Dim {
  return 'as_int' in size ? size.as_int : symbolName(symbolIn(size.as_expr.expr_str))
}

/** The symbol of `Symbol('s17', positive=True, integer=True)`; a formula keeps its text. */
function symbolIn(expression: string): string {
  return expression.replace(/Symbol\('(\w+)'[^)]*\)/g, '$1')
}

function specOf(name: string, program: Program): TensorSpec | null {
  const value = program.graph_module.graph.tensor_values[name]
  const dtype = dtypeSchema.safeParse(types[value?.dtype ?? 0]?.[0])
  return value === undefined || !dtype.success ? null : { name, dtype: dtype.data, shape: value.sizes.map(dimOf) }
}

/** Null where an input is no tensor: a number or a list has no place in a signature. */
function signatureOf(program: Program): Signature | null {
  const { input_specs: given, output_specs: returned } = program.graph_module.signature
  const specs = (args: Array<z.infer<typeof argumentSchema>>): Array<TensorSpec | null> =>
    args.map((arg) => (arg.as_tensor === undefined ? null : specOf(arg.as_tensor.name, program)))
  const inputs = specs(given.flatMap((spec) => (spec.user_input === undefined ? [] : [spec.user_input.arg])))
  const outputs = specs(returned.flatMap((spec) => (spec.user_output === undefined ? [] : [spec.user_output.arg])))
  const whole = (list: Array<TensorSpec | null>): TensorSpec[] | null => (list.every((spec): spec is TensorSpec => spec !== null) ? list : null)
  const known = whole(inputs)
  return known === null ? null : { inputs: known, outputs: whole(outputs) ?? [], symbols: symbolsOf(program, known) }
}

function symbolsOf(program: Program, inputs: TensorSpec[]): Record<string, SymbolRange> {
  const used = new Set(inputs.flatMap((input) => input.shape.filter((dim) => typeof dim === 'string')))
  const bound = (value: number | null | undefined): number | null =>
    typeof value === 'number' && Number.isSafeInteger(value) && value < 2 ** 48 ? value : null
  return Object.fromEntries(
    Object.entries(program.range_constraints ?? {}).flatMap(([name, range]) => {
      const symbol = symbolName(name)
      return used.has(symbol) ? [[symbol, { min: bound(range.min_val), max: bound(range.max_val) }]] : []
    }),
  )
}

function tensorsOf(program: Program): TensorInfo[] {
  return program.graph_module.signature.input_specs.flatMap((spec) => {
    const held = spec.parameter ?? spec.buffer
    const value = program.graph_module.graph.tensor_values[held?.arg.name ?? '']
    if (held === undefined || value === undefined) return []
    const shape = value.sizes.map((size) => ('as_int' in size ? size.as_int : 0))
    const [dtype, width] = types[value.dtype] ?? [`type ${value.dtype}`, 0]
    return [
      { name: 'parameter_name' in held ? held.parameter_name : held.buffer_name, dtype, shape, bytes: shape.reduce((product, size) => product * size, width) },
    ]
  })
}

function factsOf(program: Program, layout: string): Record<string, string> {
  const { nodes } = program.graph_module.graph
  const facts: Record<string, string> = { nodes: String(nodes.length), layout }
  if (program.torch_version !== undefined) facts['torch'] = program.torch_version
  const libraries = [...new Set(nodes.map((node) => /^torch\.ops\.(\w+)\./.exec(node.target)?.[1]).filter((name) => name !== undefined && name !== 'aten'))]
  if (libraries.length > 0) facts['customOperators'] = libraries.join(', ')
  return facts
}
