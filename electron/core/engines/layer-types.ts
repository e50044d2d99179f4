import type { Layer, Precision, ReadBack } from '../../../contract/engine'

/** Element types that a layer can compute in, by the names that users know. */
const typeNames = ['FP32', 'TF32', 'FP16', 'BF16', 'INT8', 'FP8'] as const
export type LayerType = (typeof typeNames)[number]

export interface LayerCount {
  type: string
  layers: number
}

/**
 * What a layer computes in. The name of its kernel tells first, since it alone knows TF32 and accumulators; else the
 * format of its output. Null where neither tells, as of a layer that only moves or shapes data in integers.
 */
export function layerType(layer: Layer): LayerType | null {
  return ofTactic(layer.tactic) ?? ofFormat(layer.precision)
}

/** `sm80_xmma_fprop_implicit_gemm_f32f32_tf32f32_f32_...`, `ampere_h16816gemm_...`, `volta_sgemm_...`. */
function ofTactic(tactic: string | null): LayerType | null {
  if (tactic === null || tactic.startsWith('0x')) return null
  const name = tactic.toLowerCase()
  if (/tf32/.test(name)) return 'TF32'
  // The operands are named first, the accumulator after them.
  const operand = /(?:^|_)(bf16|f16|fp16|f32|i8|u8|int8|e4m3|e5m2)[a-z0-9]*(?=_|$)/.exec(name)?.[1]
  if (operand !== undefined) return operandTypes[operand] ?? null
  if (/(?:^|_)[hs](?:884|1688|16816)/.test(name)) return 'FP16'
  if (/(?:^|_)i(?:8816|16832)/.test(name) || name.includes('imma')) return 'INT8'
  return /(?:^|_)(?:sgemm|scudnn)/.test(name) ? 'FP32' : null
}

const operandTypes: Readonly<Record<string, LayerType>> = {
  bf16: 'BF16',
  f16: 'FP16',
  fp16: 'FP16',
  f32: 'FP32',
  i8: 'INT8',
  u8: 'INT8',
  int8: 'INT8',
  e4m3: 'FP8',
  e5m2: 'FP8',
}

/** `Row major linear FP32`, `Channel major FP16 format where channel % 8 == 0`, `Half`, `BFloat16`. */
function ofFormat(format: string | null): LayerType | null {
  if (format === null) return null
  if (/bf16|bfloat16/i.test(format)) return 'BF16'
  if (/fp16|half|float16/i.test(format)) return 'FP16'
  if (/fp8|float8|e4m3|e5m2/i.test(format)) return 'FP8'
  if (/int8/i.test(format)) return 'INT8'
  return /fp32|float32|\bfloat\b/i.test(format) ? 'FP32' : null
}

/** How many layers compute in each type, the commonest first. */
export function countTypes(layers: readonly Layer[] | null): LayerCount[] {
  const counts = new Map<LayerType, number>()
  for (const layer of layers ?? []) {
    const type = layerType(layer)
    if (type !== null) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return [...counts].map(([type, count]) => ({ type, layers: count })).sort((a, b) => b.layers - a.layers)
}

const wanted: Partial<Record<Precision, LayerType>> = { tf32: 'TF32', fp16: 'FP16', bf16: 'BF16', int8: 'INT8', fp8: 'FP8' }

/**
 * The row of the precision, from the layers in the place of the builder's flag: a flag allows a type, the layers show
 * whether one kernel took it. Where nothing can be told the builder's row stays.
 */
export function precisionRows(requested: Precision | null, layers: readonly Layer[] | null, builder: ReadBack | undefined): ReadBack[] {
  const counts = countTypes(layers)
  if (counts.length === 0) return builder === undefined ? [] : [builder]
  const told: ReadBack = {
    option: 'layerPrecision',
    requested: null,
    achieved: counts.map(({ type, layers: count }) => `${type} ${count}`).join(', '),
    same: null,
    readFrom: 'engine inspector',
  }
  const row = judged(requested, counts, layers ?? [])
  return row === null ? [...(builder === undefined ? [] : [builder]), told] : [{ option: 'precision', ...row, readFrom: 'engine inspector' }, told]
}

function judged(
  requested: Precision | null,
  counts: readonly LayerCount[],
  layers: readonly Layer[],
): Pick<ReadBack, 'requested' | 'achieved' | 'same'> | null {
  if (requested === null || requested === 'strongly-typed') return null
  const has = (type: LayerType): boolean => counts.some((entry) => entry.type === type)
  const narrower = typeNames.filter((type) => type !== 'FP32' && has(type))
  if (requested === 'fp32') {
    const achieved = narrower[0]?.toLowerCase() ?? 'fp32'
    return { requested, achieved, same: achieved === 'fp32' }
  }
  const type = wanted[requested]
  if (type !== undefined && has(type)) return { requested, achieved: requested, same: true }
  // Only a kernel's name can tell TF32: where a layer of the compiler hides its own, nothing is said.
  if (requested === 'tf32' && !layers.every((layer) => ofTactic(layer.tactic) !== null || !multiplies.test(layer.type))) return null
  return { requested, achieved: has('TF32') ? 'tf32' : (counts[0]?.type.toLowerCase() ?? 'fp32'), same: false }
}

/** Layers that multiply matrices, or may hold one that does. */
const multiplies = /conv|gemm|matmul|matrixmultiply|fullyconnected|myelin|foreign|kgen|fusion|mha|attention/i
