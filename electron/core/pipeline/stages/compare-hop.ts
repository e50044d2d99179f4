import { join } from 'node:path'
import type { Comparison, ComparisonDetail, Hop } from '../../../../contract/run'
import type { GraphPrecision } from '../../../../contract/recipe'
import type { Signature } from '../../../../contract/tensor'
import { EnginesmithError, isAbort } from '../../errors'
import { judgedAs, rowFindings, toComparison, toDetails, toleranceTable, type CompareRow } from '../../verdict'
import type { SecondInput } from '../second-input'
import type { StageContext, StageInputs } from '../stage'
import { outputFiles, tensorSets } from '../tensor-sets'

export interface HopRequest {
  inputs: StageInputs
  signature: Signature
  hop: Hop
  /** Runs the candidate: one output file for each input file. */
  run: (inputs: string[], outputs: string[]) => Promise<unknown>
  second: readonly SecondInput[]
  /** Precision that the tolerances are of; null for the outputs' own. */
  precision?: GraphPrecision | null
  /** Answers to hold it against; PyTorch's own where absent. */
  reference?: string[]
}

export interface HopResult {
  comparisons: Comparison[]
  details: ComparisonDetail[]
  /** The files that the candidate wrote, those of the second inputs last. */
  files: string[]
  /** True where it is right at the sample and wrong at the second input: something was frozen. */
  frozen: boolean
}

/**
 * Runs a candidate on the run's own inputs and on a second one, and compares with PyTorch's answers. One row an output,
 * over all inputs.
 */
export async function compareHop(request: HopRequest, context: StageContext): Promise<HopResult> {
  const { inputs, second, hop } = request
  const { folder, artifacts } = inputs
  const sets = tensorSets(folder, artifacts.load, 'inputs')
  const reference = request.reference?.slice(0, sets.length) ?? tensorSets(folder, artifacts.load, 'reference')
  const files = outputFiles(context.scratch, hop, sets.length)
  await request.run(sets, files)
  const atSample = await compare(request, reference, files, context)
  const failed = new Set(atSample.comparisons.filter(({ verdict }) => verdict === 'fail').map(({ output }) => output))
  let { comparisons, details, outputs } = atSample
  for (const [index, one] of second.entries()) {
    const own = join(context.scratch, `${hop}-second-${index}.safetensors`)
    const rows = await atSecond(request, one, own, [...reference, ...answers(request, second.slice(0, index + 1), sets.length)], files, context)
    files.push(own)
    if (typeof rows === 'string') {
      comparisons = comparisons.map((row) => (row.verdict === 'fail' ? row : { ...row, verdict: 'fail', reason: rows }))
      break
    }
    // What failed once stays failed: the later rows are over all inputs so far.
    const before = new Map(comparisons.map((row) => [row.output, row]))
    details = rows.details
    outputs = rows.outputs
    comparisons = rows.comparisons.map((row) => {
      const earlier = before.get(row.output)
      if (row.verdict !== 'fail' || failed.has(row.output)) return row
      return { ...row, reason: earlier?.verdict === 'fail' ? earlier.reason : `Only at the second input${where(one)}: ${String(row.reason)}` }
    })
  }
  // What fails is the caller's to word, with what to do about it; that something was not compared is said here, whoever asked.
  for (const row of outputs) {
    for (const finding of rowFindings(hop, row)) if (row.verdict !== 'fail' || finding.code === 'REFERENCE_NAN') context.report(finding)
  }
  return { comparisons, details, files, frozen: failed.size === 0 && comparisons.some(({ verdict }) => verdict === 'fail') }
}

const where = (second: SecondInput): string => (second.sizes === '' ? '' : ` (${second.sizes})`)

const answers = ({ reference }: HopRequest, second: readonly SecondInput[], sets: number): string[] =>
  second.map((one, index) => reference?.[sets + index] ?? one.reference)

/** The rows over everything so far and this input; a sentence where the candidate does not take it. */
async function atSecond(
  request: HopRequest,
  second: SecondInput,
  own: string,
  reference: string[],
  files: readonly string[],
  context: StageContext,
): Promise<Awaited<ReturnType<typeof compare>> | string> {
  try {
    await request.run([second.input], [own])
  } catch (error) {
    if (isAbort(error) || !(error instanceof EnginesmithError) || !refusals.has(error.code)) throw error
    const reason = `It does not take the second input${where(second)}: ${error.message}`
    return reason
  }
  return compare(request, reference, [...files, own], context)
}

/** A candidate that refuses an input which PyTorch takes. */
const refusals: ReadonlySet<EnginesmithError['code']> = new Set([
  'HOP_NOT_JUDGED',
  'SHAPE_CONTRADICTS_MODEL',
  'INPUTS_INVALID',
  'LOAD_FAILED',
  'ONNX_INVALID',
  'EXPORT_SYMBOLIC_SHAPE',
])

async function compare(
  { inputs, signature, hop, precision = null }: HopRequest,
  reference: string[],
  candidate: string[],
  context: StageContext,
): Promise<{ comparisons: Comparison[]; details: ComparisonDetail[]; outputs: CompareRow[] }> {
  context.progress({ phase: hop === 'fp32-onnx' ? 'Comparing with FP32' : 'Comparing with PyTorch', fraction: null })
  const { validate } = inputs.recipe
  const tolerances = toleranceTable(signature.outputs, ...judgedAs(validate, precision))
  const { outputs } = await context.native('tensors.compare', { reference, candidate, rule: validate.rule, tolerances })
  return { comparisons: outputs.map((row) => toComparison(hop, row)), details: toDetails(hop, outputs), outputs }
}
