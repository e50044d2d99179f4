import { describe, expect, it } from 'vitest'
import { validateOptionsSchema } from '../../../contract/recipe'
import type { Comparison } from '../../../contract/run'
import { lossEnters, notJudged, nothingCompared, rowFindings, toleranceTable, verdictOf, type CompareRow } from '../../../electron/core/verdict'

const row = (hop: Comparison['hop'], verdict: Comparison['verdict'], maxAbs: number | null): Comparison => ({
  ...notJudged(hop, 'y', ''),
  reason: null,
  verdict,
  maxAbs,
  compared: 4,
})
const options = (given: Record<string, unknown> = {}) => validateOptionsSchema.parse(given)

describe('verdictOf', () => {
  it('fails if any fails, else is open if any is or nothing was judged, else passes', () => {
    expect(verdictOf([row('pytorch-onnx', 'pass', 0), row('onnx-engine', 'not-judged', null), row('pytorch-engine', 'fail', 1)])).toBe('fail')
    expect(verdictOf([row('pytorch-onnx', 'pass', 0), row('onnx-engine', 'not-judged', null)])).toBe('not-judged')
    expect(verdictOf([row('pytorch-onnx', 'pass', 0)])).toBe('pass')
    expect(verdictOf([])).toBe('not-judged')
  })
})

describe('nothingCompared', () => {
  const empty = { verdict: 'not-judged' as const, compared: 0 }
  it('holds where no element was compared, but not where that is itself the fault', () => {
    expect(nothingCompared([])).toBe(true)
    expect(nothingCompared([empty, empty])).toBe(true)
    expect(nothingCompared([empty, { verdict: 'pass', compared: 4 }])).toBe(false)
    expect(nothingCompared([empty, { verdict: 'fail', compared: 0 }])).toBe(false)
  })
})

describe('toleranceTable', () => {
  const outputs = [
    { name: 'f', dtype: 'float32' as const },
    { name: 'i', dtype: 'int64' as const },
    { name: 'b', dtype: 'bfloat16' as const },
  ]
  it('leaves the defaults to the comparison where no engine is in the hop', () => {
    expect(toleranceTable(outputs, options(), null)).toMatchObject({
      '*': { atol: null, rtol: null },
      f: { atol: null, rtol: null },
      i: { atol: null, rtol: null },
    })
  })
  it("judges floats by the build's precision, integers exactly, and never finer than the output's type", () => {
    const table = toleranceTable(outputs, options(), 'fp16')
    expect(table['f']).toEqual({ atol: 1e-2, rtol: 1e-2 })
    expect(table['i']).toEqual({ atol: null, rtol: null })
    expect(table['b']).toEqual({ atol: 5e-2, rtol: 5e-2 })
    expect(toleranceTable(outputs, options(), 'tf32')['f']).toEqual({ atol: 1e-2, rtol: 1e-2 })
    expect(toleranceTable(outputs, options(), 'bf16')['f']).toEqual({ atol: 5e-2, rtol: 5e-2 })
    expect(toleranceTable(outputs, options(), 'strongly-typed')['f']).toEqual({ atol: null, rtol: null })
  })
  it("puts the user's word for an output before the user's word for all before the defaults", () => {
    const table = toleranceTable(outputs, options({ atol: 0.5, outputs: { f: { atol: 0.1, rtol: 0.2 }, later: { atol: 3, rtol: 4 } } }), 'fp16')
    expect(table['f']).toEqual({ atol: 0.1, rtol: 0.2 })
    expect(table['i']).toEqual({ atol: 0.5, rtol: null })
    expect(table['b']).toEqual({ atol: 0.5, rtol: 5e-2 })
    expect(table['later']).toEqual({ atol: 3, rtol: 4 })
    expect(table['*']).toEqual({ atol: 0.5, rtol: null })
  })
})

describe('lossEnters', () => {
  it('names the step with the greater error', () => {
    expect(lossEnters([row('pytorch-onnx', 'pass', 1e-6), row('onnx-engine', 'pass', 1e-3)])).toBe('build')
    expect(lossEnters([row('pytorch-onnx', 'fail', 1), row('onnx-engine', 'pass', 1e-3)])).toBe('convert')
  })
  it('says nothing where a step was not judged or there is no error', () => {
    expect(lossEnters([row('pytorch-onnx', 'pass', 1e-6), row('onnx-engine', 'not-judged', null)])).toBeNull()
    expect(lossEnters([row('pytorch-onnx', 'pass', 1e-6)])).toBeNull()
    expect(lossEnters([row('pytorch-onnx', 'pass', 0), row('onnx-engine', 'pass', 0)])).toBeNull()
  })
})

describe('rowFindings', () => {
  const compared = (given: Partial<CompareRow>): CompareRow => ({
    output: 'y',
    verdict: 'pass',
    reason: null,
    problem: null,
    bothNan: 0,
    compared: 4,
    maxAbs: 0,
    meanAbs: 0,
    maxRel: 0,
    rmse: 0,
    cosine: 1,
    mismatched: 0,
    requiredAtol: 0,
    atol: 0,
    rtol: 0,
    detail: null,
    ...given,
  })
  it('is silent about a plain pass', () => {
    expect(rowFindings('pytorch-onnx', compared({}))).toEqual([])
  })
  it('gives every kind of trouble a code, and never fails without an error', () => {
    const problems = ['missing', 'extra', 'shape', 'dtype', 'nan', 'zero', 'constant', 'mismatch'] as const
    for (const problem of problems) {
      const [finding] = rowFindings('onnx-engine', compared({ verdict: 'fail', problem, reason: 'because' }))
      expect(finding).toMatchObject({ severity: 'error', evidence: { hop: 'onnx-engine', output: 'y' } })
      expect(finding!.message).toContain('because')
    }
    for (const problem of ['empty', 'reference-constant', 'reference-nan'] as const) {
      expect(rowFindings('onnx-engine', compared({ verdict: 'not-judged', problem }))).toHaveLength(1)
    }
    expect(rowFindings('onnx-engine', compared({ verdict: 'not-judged' }))).toMatchObject([{ code: 'HOP_NOT_JUDGED' }])
  })
  it('warns of NaN on both sides even in a pass', () => {
    expect(rowFindings('pytorch-onnx', compared({ bothNan: 2 }))).toMatchObject([{ code: 'REFERENCE_NAN', severity: 'warning' }])
  })
})
