import type { Finding, FindingCode, RemedyAction, Severity } from '../../../contract/finding'
import type { Hop } from '../../../contract/run'
import { makeFinding } from '../errors'
import type { CompareRow } from './rows'

type Problem = NonNullable<CompareRow['problem']>

interface Wording {
  code: FindingCode
  severity: Severity
  what: string
  remedy: string
}

const wordings: Record<Problem, Wording> = {
  mismatch: {
    code: 'OUTPUT_MISMATCH',
    severity: 'error',
    what: 'differs by more than the tolerance allows',
    remedy: 'Look at where the error enters and at its histogram; try another exporter or precision, or a tolerance that you can justify.',
  },
  nan: {
    code: 'OUTPUT_NAN',
    severity: 'error',
    what: 'holds NaN or infinity where the reference has numbers',
    remedy: 'Look for an overflow: build with a higher precision, or check the operator that makes it.',
  },
  zero: {
    code: 'OUTPUT_ZERO',
    severity: 'error',
    what: 'is zero everywhere, the reference is not',
    remedy: 'The weights may be missing: refit a stripped engine, or build it again with its weights.',
  },
  constant: {
    code: 'OUTPUT_ZERO',
    severity: 'error',
    what: 'is one and the same number everywhere, the reference is not',
    remedy: 'Check that the inputs reach the model and that its weights were kept.',
  },
  missing: { code: 'OUTPUT_MISSING', severity: 'error', what: 'is missing', remedy: 'Check the names of the outputs of both sides.' },
  extra: {
    code: 'OUTPUT_EXTRA',
    severity: 'error',
    what: 'is there although the reference has no such output',
    remedy: 'Check the names of the outputs of both sides.',
  },
  shape: {
    code: 'OUTPUT_SHAPE',
    severity: 'error',
    what: 'has another shape than the reference',
    remedy: 'Export again: a size may have been frozen at the sample.',
  },
  dtype: {
    code: 'OUTPUT_DTYPE',
    severity: 'error',
    what: 'is of another kind of type than the reference',
    remedy: 'Export again, with the output cast to the type that the reference has.',
  },
  empty: {
    code: 'HOP_NOT_JUDGED',
    severity: 'warning',
    what: 'holds no element, so nothing was compared',
    remedy: 'Take inputs for which the output is not empty.',
  },
  'reference-constant': {
    code: 'REFERENCE_CONSTANT',
    severity: 'warning',
    what: 'cannot be judged: the reference is itself one number everywhere',
    remedy: 'Take other inputs, such as real ones, for which the output varies.',
  },
  'reference-nan': {
    code: 'REFERENCE_NAN',
    severity: 'warning',
    what: 'cannot be judged: the reference holds no number but NaN',
    remedy: 'Take other inputs for which the model gives numbers.',
  },
}

const openPrecision: RemedyAction[] = [{ kind: 'choose-exporter', label: 'Try the other exporter' }]

/**
 * What a compared row has to say beyond its numbers; empty for a plain pass.
 * @param label what people call the two sides, where that is not the hop
 */
export function rowFindings(hop: Hop, row: CompareRow, label: string = hop): Finding[] {
  const findings: Finding[] = []
  const evidence = {
    hop,
    output: row.output,
    compared: row.compared,
    mismatched: row.mismatched,
    maxAbs: row.maxAbs,
    requiredAtol: row.requiredAtol,
    atol: row.atol,
    rtol: row.rtol,
  }
  if (row.problem !== null && row.verdict !== 'pass') {
    const { code, severity, what, remedy } = wordings[row.problem]
    const why = row.reason === null ? '' : ` ${row.reason}`
    findings.push(
      makeFinding(code, severity, `${label}: the output ${row.output} ${what}.${why}`, remedy, evidence, hop === 'pytorch-onnx' ? openPrecision : []),
    )
  } else if (row.verdict === 'not-judged') {
    findings.push(
      makeFinding(
        'HOP_NOT_JUDGED',
        'warning',
        `${label}: the output ${row.output} was not judged. ${row.reason ?? ''}`.trim(),
        'Take inputs for which the output can be compared.',
        evidence,
      ),
    )
  }
  if (row.bothNan > 0) {
    findings.push(
      makeFinding(
        'REFERENCE_NAN',
        'warning',
        `${label}: the output ${row.output} is NaN on both sides in ${row.bothNan} places, which counts as equal.`,
        'Check that the model is meant to give NaN for these inputs.',
        { hop, output: row.output, bothNan: row.bothNan },
      ),
    )
  }
  return findings
}
