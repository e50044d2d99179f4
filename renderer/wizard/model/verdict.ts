import type { Finding } from '../../../contract/finding'
import type { Comparison, RunSnapshot, Verdict } from '../../../contract/run'
import { rowsOf, shippedOf } from './hops'

/** Which sentence opens the verdict; `loss` adds where the error enters. */
export interface VerdictWords {
  verdict: Verdict
  headline: 'pass' | 'passOnnx' | 'fail' | 'engineNotRun' | 'nothingCompared' | 'partly'
  loss: 'convert' | 'build' | null
  compared: number
  outside: number
  outputs: number
  sets: number
  /** The row with the largest absolute error. */
  worst: Comparison | null
  /** Rows that say no, or that could not be judged, each with its reason. */
  troubled: Comparison[]
}

const compared = (rows: readonly Comparison[]): number => rows.reduce((sum, row) => sum + row.compared, 0)

/** The row with the largest absolute error among those that have one. */
export function worstRow(rows: readonly Comparison[]): Comparison | null {
  return rows.reduce<Comparison | null>((worst, row) => (row.maxAbs !== null && (worst?.maxAbs ?? -1) < row.maxAbs ? row : worst), null)
}

/** The hop that a reader wants first: the longest way that was judged, else the longest at all. */
export function mainHop(run: RunSnapshot): Comparison['hop'] | null {
  const order: Comparison['hop'][] = ['pytorch-engine', 'onnx-engine', 'expected-engine', 'pytorch-onnx', 'expected-onnx']
  const present = order.filter((hop) => rowsOf(run, hop).length > 0)
  return present.find((hop) => compared(rowsOf(run, hop)) > 0) ?? present[0] ?? null
}

/** What the run's verdict is in words; null before there is one. */
export function verdictWords(run: RunSnapshot): VerdictWords | null {
  if (run.verdict === null) return null
  const hop = mainHop(run)
  const rows = hop === null ? [] : rowsOf(run, hop)
  const engineRows = run.comparisons.filter((row) => row.hop === 'onnx-engine' || row.hop === 'pytorch-engine')
  const hasEngine = run.cards.build?.backend !== 'onnxruntime'
  const engineRun = compared(engineRows) > 0
  const headline =
    run.verdict === 'pass'
      ? hasEngine
        ? 'pass'
        : 'passOnnx'
      : run.verdict === 'fail'
        ? 'fail'
        : hasEngine && !engineRun
          ? 'engineNotRun'
          : compared(run.comparisons) === 0
            ? 'nothingCompared'
            : 'partly'
  return {
    verdict: run.verdict,
    headline,
    loss: run.verdict === 'not-judged' ? null : (run.cards.validate?.lossEnters ?? null),
    compared: compared(rows),
    outside: rows.reduce((sum, row) => sum + (row.mismatched ?? 0), 0),
    outputs: new Set(rows.map((row) => row.output)).size,
    sets: run.cards.validate?.sets ?? run.cards.load?.sets ?? run.recipe.load.sets,
    worst: worstRow(rows),
    troubled: run.comparisons.filter((row) => row.verdict !== 'pass'),
  }
}

/** A way in which a verdict could be worth nothing, and whether it is ruled out: `yes` it is, `no` it happened, `unknown` nothing was run. */
export interface AccidentCheck {
  id: 'finite' | 'everyOutput' | 'meaningful' | 'shippedFile' | 'sameInputs'
  answer: 'yes' | 'no' | 'unknown'
}

const finiteCodes = ['OUTPUT_NAN', 'REFERENCE_NAN', 'NUMBER_NOT_FINITE']
const hollowCodes = ['OUTPUT_ZERO', 'REFIT_ALL_ZERO', 'REFERENCE_CONSTANT']
const has = (findings: readonly Pick<Finding, 'code'>[], codes: string[]): boolean => findings.some((finding) => codes.includes(finding.code))

/** "Could it pass by accident?": every answer is computed from the rows, the findings and the hashes of this run. */
export function accidentChecks(run: RunSnapshot): AccidentCheck[] {
  const findings = [...run.findings, ...run.stages.validate.findings]
  const judged = run.comparisons.filter((row) => row.compared > 0)
  const any = judged.length > 0
  const ruledOut = (codes: string[]): AccidentCheck['answer'] => (!any ? 'unknown' : has(findings, codes) ? 'no' : 'yes')
  const hops = [...new Set(run.comparisons.map((row) => row.hop))]
  const outputs = (run.cards.convert?.signature ?? run.input.signature)?.outputs.map((output) => output.name) ?? []
  const complete = hops.every((hop) => outputs.every((name) => judged.some((row) => row.hop === hop && row.output === name)))
  const hasEngine = run.cards.build?.backend !== 'onnxruntime'
  const shipped = shippedOf(run)?.sha256 ?? null
  const ran = judged.some((row) => row.hop === 'onnx-engine' || row.hop === 'pytorch-engine' || row.hop === 'expected-engine')
  const same = shipped !== null && run.cards.validate?.engineSha256 === shipped
  const checks: AccidentCheck[] = [
    { id: 'finite', answer: ruledOut(finiteCodes) },
    { id: 'everyOutput', answer: !any ? 'unknown' : complete && outputs.length > 0 ? 'yes' : 'no' },
    { id: 'meaningful', answer: ruledOut(hollowCodes) },
    {
      id: 'sameInputs',
      answer: run.cards.validate === null || run.cards.load === null ? 'unknown' : run.cards.validate.sets === run.cards.load.sets ? 'yes' : 'no',
    },
  ]
  if (hasEngine) checks.push({ id: 'shippedFile', answer: !ran ? 'no' : same ? 'yes' : 'no' })
  return checks
}
