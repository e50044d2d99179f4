import { join } from 'node:path'
import type { ModelSource } from '../../../contract/worker'
import type { PythonWorker } from '../api'
import { EnginesmithError, isAbort, makeFinding } from '../errors'
import { makeSamples, rangeOf, type InputPlan } from '../inputs'
import { writeSafetensors } from '../tensors'
import type { StageContext, StageInputs } from './stage'

/** Another input than the sample, and PyTorch's answer to it: what was frozen to the sample shows here. */
export interface SecondInput {
  input: string
  reference: string
  /** `N=5`, or empty where every size is fixed and only the values are others. */
  sizes: string
}

/** How the sizes of the sample become others: a larger one and a smaller one, each the odd way first and then by what a stride divides. */
const others: ReadonlyArray<ReadonlyArray<(size: number) => number>> = [
  [(size) => size + 1, (size) => size * 2],
  [(size) => Math.max(1, Math.floor(size / 2)), (size) => Math.max(1, size - 1)],
]
const same: typeof others = [[(size) => size]]
const maxElements = 1 << 26

/**
 * Makes inputs with other values and, where sizes may vary, a larger and a smaller size, and runs PyTorch on them. None,
 * with a finding, where the model takes none of those that were tried.
 */
export async function secondInputs(inputs: StageInputs, worker: PythonWorker, source: ModelSource, context: StageContext): Promise<SecondInput[]> {
  const card = inputs.cards.load
  if (card === null || card.signature === null) return []
  const { signature } = card
  const fixed = signature.inputs.every(({ shape }) => shape.every((dim) => typeof dim === 'number'))
  context.progress({ phase: 'Running PyTorch on a second input', fraction: null })
  let refused = ''
  const taken: SecondInput[] = []
  const inputNames = signature.inputs.map(({ name }) => name)
  const outputNames = signature.outputs.length === 0 ? null : signature.outputs.map((output) => output.name)
  for (const [index, ways] of (fixed ? same : others).entries()) {
    for (const way of ways) {
      const plan = planOf(inputs, way)
      if (plan === null) continue
      const input = join(context.scratch, `second-${index}.safetensors`)
      const reference = join(context.scratch, `second-reference-${index}.safetensors`)
      try {
        const [sample] = makeSamples(plan, { seed: (inputs.recipe.load.seed + 1 + index) % Number.MAX_SAFE_INTEGER, sets: 1 })
        await writeSafetensors(input, sample ?? new Map())
        await worker.call('run', { source, inputNames, inputs: [input], outputs: [reference], outputNames }, context.call)
        taken.push({ input, reference, sizes: sizesOf(plan, signature.inputs) })
        break
      } catch (error) {
        if (isAbort(error) || !(error instanceof EnginesmithError) || !notTaken.has(error.code)) throw error
        refused = error.message
      }
    }
  }
  if (taken.length > 0) return taken
  context.report(
    makeFinding(
      'CONVERT_SECOND_UNCHECKED',
      'info',
      `The result was checked at the sample alone: the model took no other input that was tried${refused === '' ? '' : ` (${refused})`}.`,
      'Give several input sets (--sets, or a file of inputs) where the way through the model depends on its inputs.',
      { reason: refused },
    ),
  )
  return []
}

const notTaken: ReadonlySet<EnginesmithError['code']> = new Set(['LOAD_FAILED', 'INPUTS_INVALID', 'SHAPE_CONTRADICTS_MODEL'])

/** The sample's plan at other sizes; null where the file's own bounds leave no other, or it would be too large. */
function planOf(inputs: StageInputs, other: (size: number) => number): InputPlan | null {
  const signature = inputs.cards.load?.signature ?? null
  const sample = new Map(inputs.cards.load?.sample.map(({ name, shape }) => [name, shape]))
  if (signature === null) return null
  const symbols = new Map<string, number>()
  let changed = false
  for (const { name, shape } of signature.inputs) {
    for (const [axis, dim] of shape.entries()) {
      if (typeof dim === 'number' || symbols.has(dim)) continue
      const size = Number(sample.get(name)?.[axis] ?? 1)
      const { min, max } = signature.symbols?.[dim] ?? { min: null, max: null }
      const wanted = Math.min(Math.max(other(size), min ?? 1), max ?? Number.MAX_SAFE_INTEGER)
      symbols.set(dim, wanted)
      changed ||= wanted !== size
    }
  }
  if (symbols.size > 0 && !changed) return null
  const shapes = signature.inputs.map(({ shape }) => shape.map((dim) => (typeof dim === 'number' ? dim : (symbols.get(dim) ?? 1))))
  if (shapes.some((shape) => shape.reduce((product, size) => product * size, 1) > maxElements)) return null
  return {
    specs: signature.inputs.map((spec) => {
      const range = rangeOf(inputs.recipe.load, spec.name, null)
      return { ...spec, parameter: null, ...(range === undefined ? {} : { range }) }
    }),
    sample: signature.inputs.map(({ name, dtype }, index) => ({ name, dtype, shape: shapes[index] ?? [] })),
    profiles: [],
    values: new Map(),
    arrays: null,
    findings: [],
  }
}

function sizesOf(plan: InputPlan, specs: ReadonlyArray<{ shape: ReadonlyArray<number | string> }>): string {
  const sizes = new Map<string, number>()
  specs.forEach(({ shape }, index) =>
    shape.forEach((dim, axis) => {
      if (typeof dim === 'string') sizes.set(dim, plan.sample[index]?.shape[axis] ?? 0)
    }),
  )
  return [...sizes].map(([symbol, size]) => `${symbol}=${size}`).join(', ')
}
