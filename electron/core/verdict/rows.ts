import type { NativeResult } from '../../../contract/native'
import type { Comparison, ComparisonDetail, Hop, Verdict } from '../../../contract/run'

export type CompareRow = NativeResult<'tensors.compare'>['outputs'][number]

/** A row as the run keeps it. */
export function toComparison(hop: Hop, row: CompareRow): Comparison {
  return {
    hop,
    output: row.output,
    verdict: row.verdict,
    reason: row.reason,
    compared: row.compared,
    maxAbs: row.maxAbs,
    meanAbs: row.meanAbs,
    maxRel: row.maxRel,
    rmse: row.rmse,
    cosine: row.cosine,
    mismatched: row.mismatched,
    requiredAtol: row.requiredAtol,
    atol: row.atol,
    rtol: row.rtol,
  }
}

/** What the charts of these rows need. */
export function toDetails(hop: Hop, rows: readonly CompareRow[]): ComparisonDetail[] {
  return rows.flatMap((row) => (row.detail === null ? [] : [{ hop, output: row.output, ...row.detail }]))
}

/** The row of an output that nothing could be compared for. */
export function notJudged(hop: Hop, output: string, reason: string): Comparison {
  return {
    hop,
    output,
    verdict: 'not-judged',
    reason,
    compared: 0,
    maxAbs: null,
    meanAbs: null,
    maxRel: null,
    rmse: null,
    cosine: null,
    mismatched: null,
    requiredAtol: null,
    atol: null,
    rtol: null,
  }
}

/** True where no element of any output was held against another and nothing failed either: the verdict has no ground. */
export function nothingCompared(rows: ReadonlyArray<Pick<Comparison, 'verdict' | 'compared'>>): boolean {
  return rows.every((row) => row.compared === 0 && row.verdict !== 'fail')
}

/** Fail if any row fails, else not-judged if any is or if there is none, else pass. */
export function verdictOf(rows: ReadonlyArray<Pick<Comparison, 'verdict'>>): Verdict {
  if (rows.some((row) => row.verdict === 'fail')) return 'fail'
  if (rows.length === 0 || rows.some((row) => row.verdict === 'not-judged')) return 'not-judged'
  return 'pass'
}

/**
 * The stage in which most of the error enters: where the largest absolute error is greater, on the step from PyTorch to ONNX
 * or on that from ONNX to the engine. Null where one of the two was not judged, or where there is no error at all.
 */
export function lossEnters(rows: readonly Comparison[]): 'convert' | 'build' | null {
  const worst = (hop: Hop): number | null => {
    const mine = rows.filter((row) => row.hop === hop)
    if (mine.length === 0 || mine.some((row) => row.verdict === 'not-judged' || row.maxAbs === null)) return null
    return Math.max(...mine.map((row) => row.maxAbs ?? 0))
  }
  const convert = worst('pytorch-onnx')
  const build = worst('onnx-engine')
  if (convert === null || build === null || (convert === 0 && build === 0)) return null
  return convert >= build ? 'convert' : 'build'
}
