import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Comparison, ComparisonDetail, ConvertCard } from '../../../../contract/run'
import type { Signature } from '../../../../contract/tensor'
import { EnginesmithError, isAbort, makeFinding } from '../../errors'
import type { SecondInput } from '../second-input'
import type { StageContext, StageInputs } from '../stage'
import { outputFiles, tensorSets } from '../tensor-sets'
import { compareHop } from './compare-hop'

/** What became of the graph that an exporter wrote: the file that goes on, and how it differs from the graph in FP32. */
export interface Refined {
  files: string[]
  facts: Pick<ConvertCard, 'simplify' | 'precision' | 'keptFp32'>
  comparisons: Comparison[]
  details: ComparisonDetail[]
  /** False where ONNX Runtime does not take the graph any more: another engine may. */
  runs: boolean
}

interface Request {
  inputs: StageInputs
  /** The ONNX file, then its data. */
  files: string[]
  /** As ONNX Runtime sees it; null where it does not take it: then nothing can be held against anything. */
  signature: Signature | null
  second: readonly SecondInput[]
}

/** Simplifies the graph and writes a precision into it, as the recipe says; each is held against the graph before it. */
export async function refineGraph(request: Request, context: StageContext): Promise<Refined> {
  const { simplify, graphPrecision } = request.inputs.recipe.convert
  let refined: Refined = { files: request.files, facts: {}, comparisons: [], details: [], runs: true }
  if (!simplify && graphPrecision === null) return refined
  for (const folder of ['simple', 'precise']) await mkdir(join(context.scratch, folder), { recursive: true })
  const raw = request.signature === null ? null : await answersOf(request, context)
  if (simplify) refined = await simplified(request, raw, context)
  return graphPrecision === null ? refined : withPrecision(request, refined, raw, context)
}

/** What the graph in FP32 answers to the run's own inputs and to the second ones. */
async function answersOf({ inputs, files, second }: Request, context: StageContext): Promise<string[]> {
  context.progress({ phase: 'Running the FP32 graph', fraction: null })
  const given = [...tensorSets(inputs.folder, inputs.artifacts.load, 'inputs'), ...second.map(({ input }) => input)]
  const outputs = outputFiles(context.scratch, 'fp32', given.length)
  for (const [index, input] of given.entries()) await context.native('ort.run', { onnx: files[0] ?? '', inputs: [input], outputs: [outputs[index] ?? ''] })
  return outputs
}

/** Never fatal: whatever goes wrong, the graph as it was exported is kept. */
async function simplified(request: Request, raw: string[] | null, context: StageContext): Promise<Refined> {
  const kept: Refined = { files: request.files, facts: {}, comparisons: [], details: [], runs: true }
  context.progress({ phase: 'Simplifying the graph', fraction: null })
  let counted: Pick<Simplified, 'before' | 'after'> = { before: null, after: null }
  let measured: Pick<Simplified, 'compared' | 'maxAbs'> = { compared: 0, maxAbs: null }
  try {
    const path = request.files[0] ?? ''
    const made = await (await context.pythons.managed()).call('simplify_onnx', { path, out: join(context.scratch, 'simple', 'model.onnx') }, context.call)
    counted = { before: made.before, after: made.after }
    const { comparisons } = await hop({ ...request, files: made.files }, raw, null, context)
    measured = measure(comparisons)
    const bad = comparisons.filter(({ verdict }) => verdict === 'fail')
    if (bad.length === 0) return { ...kept, files: made.files, facts: { simplify: { ...counted, ...measured, taken: true, reason: null } } }
    throw new EnginesmithError(
      'CONVERT_SIMPLIFY_FAILED',
      `The simplified graph does not give the same results (${bad.map(({ output }) => output).join(', ')}), so it was not taken.`,
      'The graph as the exporter wrote it is used; nothing has to be done.',
      { outputs: bad.map((row) => ({ ...row })) },
      [{ kind: 'set-option', label: 'Do not simplify', path: 'convert.simplify', value: false }],
    )
  } catch (error) {
    if (isAbort(error) || !(error instanceof EnginesmithError)) throw error
    context.report(
      error.code === 'CONVERT_SIMPLIFY_FAILED'
        ? error.toFinding('warning')
        : makeFinding('CONVERT_SIMPLIFY_FAILED', 'warning', `The graph was not simplified: ${error.message}`, error.remedy, error.evidence),
    )
    return { ...kept, facts: { simplify: { ...counted, ...measured, taken: false, reason: error.message } } }
  }
}

type Simplified = NonNullable<ConvertCard['simplify']>

/** How much was compared, and the largest difference. */
function measure(rows: readonly Comparison[]): Pick<Simplified, 'compared' | 'maxAbs'> {
  const largest = rows.flatMap(({ maxAbs }) => (maxAbs === null ? [] : [maxAbs]))
  return { compared: rows.reduce((sum, { compared }) => sum + compared, 0), maxAbs: largest.length === 0 ? null : Math.max(...largest) }
}

async function withPrecision(request: Request, refined: Refined, raw: string[] | null, context: StageContext): Promise<Refined> {
  const { inputs } = request
  const { graphPrecision: precision, keepFp32 } = inputs.recipe.convert
  if (precision === null) return refined
  context.progress({ phase: `Writing ${precision.toUpperCase()} into the graph`, fraction: null })
  const calibration = tensorSets(inputs.folder, inputs.artifacts.load, 'inputs')
  if (precision === 'int8' && inputs.recipe.load.inputsFile === null) {
    context.report(
      makeFinding(
        'CONVERT_CALIBRATION_RANDOM',
        'warning',
        `The ranges of INT8 were measured on ${calibration.length} ${calibration.length === 1 ? 'set' : 'sets'} of random values, which say nothing of real data.`,
        'Give real samples with --inputs, or choose a file of inputs in the Load step.',
        { sets: calibration.length },
        [{ kind: 'set-option', label: 'Set the inputs', path: 'load.inputs' }],
      ),
    )
  }
  const worker = await context.pythons.managed()
  const asked = { path: refined.files[0] ?? '', out: join(context.scratch, 'precise', 'model.onnx'), precision, keepFp32, calibration }
  const made = await worker.call('graph_precision', asked, context.call)
  const facts = { ...refined.facts, precision, keptFp32: made.kept }
  try {
    const { comparisons, details } = await hop({ ...request, files: made.files }, raw, precision, context)
    return { files: made.files, facts, comparisons, details, runs: true }
  } catch (error) {
    // ONNX Runtime has no BF16 kernels for most operators on a CPU; an engine does.
    if (isAbort(error) || !(error instanceof EnginesmithError) || !unfit.has(error.code)) throw error
    const rounded = precision === 'bf16' ? await roundedHop(request, made.files[0] ?? '', raw, context) : null
    if (rounded !== null) return { files: made.files, facts, comparisons: rounded.comparisons, details: rounded.details, runs: false }
    context.report(
      makeFinding(
        'HOP_NOT_JUDGED',
        'warning',
        `ONNX Runtime cannot run the ${precision.toUpperCase()} graph on this processor, so it is not held against FP32 here: ${error.message}`,
        'Build the engine and validate it on a GPU.',
        { precision },
      ),
    )
    return { files: made.files, facts, comparisons: [], details: [], runs: false }
  }
}

/** A BF16 graph computed in FP32, every value rounded as the graph keeps it; null where that graph cannot be made or run. */
async function roundedHop(
  request: Request,
  path: string,
  raw: string[] | null,
  context: StageContext,
): Promise<Pick<Refined, 'comparisons' | 'details'> | null> {
  const out = join(context.scratch, 'rounded', 'model.onnx')
  try {
    await (await context.pythons.managed()).call('bf16_rounded', { path, out }, context.call)
    const judged = await hop({ ...request, files: [out] }, raw, 'bf16', context)
    context.report(
      makeFinding(
        'CONVERT_BF16_ROUNDED',
        'info',
        'The BF16 graph was held against FP32 with every value rounded to BF16 and computed in FP32: ONNX Runtime has no BF16 kernels on this processor.',
        'Validate the engine on a GPU for its own numbers.',
      ),
    )
    return judged
  } catch (error) {
    if (isAbort(error) || !(error instanceof EnginesmithError)) throw error
    context.log('warning', 'convert', error.message)
    return null
  }
}

const unfit: ReadonlySet<EnginesmithError['code']> = new Set(['ONNX_INVALID', 'HOP_NOT_JUDGED'])

/** A graph against the one in FP32; nothing where that could not be run. */
async function hop(
  { inputs, files, signature, second }: Request,
  raw: string[] | null,
  precision: ConvertCard['precision'],
  context: StageContext,
): Promise<Pick<Refined, 'comparisons' | 'details'>> {
  if (raw === null || signature === null) return { comparisons: [], details: [] }
  const run = (given: string[], outputs: string[]): Promise<unknown> => context.native('ort.run', { onnx: files[0] ?? '', inputs: given, outputs })
  return compareHop({ inputs, signature, hop: 'fp32-onnx', run, second, precision: precision ?? null, reference: raw }, context)
}
