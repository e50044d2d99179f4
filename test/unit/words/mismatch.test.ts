import { describe, expect, it } from 'vitest'
import { mismatchRows } from '../../../contract/mismatch'
import { tellKeys } from '../../../contract/words'
import { findingLines } from '../../../electron/cli/output/human'
import { textOf } from '../../../electron/cli/text'
import { makeFinding } from '../../../electron/core/errors'

const evidence = {
  class: 'nets:Affine',
  counts: { missing: 1, unexpected: 14, misshapen: 1 },
  prefix: null,
  missing: ['linear.weight'],
  unexpected: ['step', ...Array.from({ length: 13 }, (_, index) => `old.${index}`)],
  misshapen: [{ name: 'linear.bias', file: [9], class: [3] }],
  tensors: {
    'linear.weight': { file: null, class: { shape: [3, 4], dtype: 'float32' } },
    step: { file: { shape: [], dtype: 'int64' }, class: null },
    'linear.bias': { file: { shape: [9], dtype: 'float16' }, class: { shape: [3], dtype: 'float32' } },
  },
}
const finding = makeFinding('LOAD_STATE_DICT_MISMATCH', 'error', 'The weights do not fit.', 'Check the class.', evidence)

describe('keys on which weights and class disagree', () => {
  it('are listed by the command line with shape and element type of each side', () => {
    const lines = findingLines([finding], textOf('en')).slice(2)
    expect(lines.slice(0, 4)).toEqual(['  missing in the file:', '    linear.weight  3x4 float32', '  not in the class:', '    step  scalar int64'])
    expect(lines.slice(-3)).toEqual(['    …', '  other shape:', '    linear.bias  in the file 9 float16, in the class 3 float32'])
    expect(findingLines([finding], textOf('zh-CN'))).toContain('    linear.bias  文件中 9 float16, 类中 3 float32')
  })

  it('are cut where there are many, and say how many more there are', () => {
    const told = tellKeys(finding, 'zh-CN', 5).map(({ title, rows, more }) => [title, rows.length, more])
    expect(told).toEqual([
      ['文件中缺少', 1, 0],
      ['类中没有', 5, 9],
      ['形状不同', 1, 0],
    ])
  })

  it('of an earlier version, or of another finding, are told as far as they are known', () => {
    const { tensors: _tensors, ...before } = evidence
    const rows = mismatchRows({ ...finding, evidence: before })
    expect(rows).toHaveLength(16)
    expect(rows[0]).toEqual({ kind: 'missing', name: 'linear.weight', file: null, class: { shape: null, dtype: null } })
    expect(rows.at(-1)).toMatchObject({ file: { shape: [9], dtype: null }, class: { shape: [3], dtype: null } })
    expect(tellKeys({ ...finding, evidence: before }, 'en', 1)[0]?.rows).toEqual([{ name: 'linear.weight', file: null, class: null }])
    expect(mismatchRows({ code: 'LOAD_FAILED', evidence })).toEqual([])
    expect(mismatchRows({ code: 'LOAD_STATE_DICT_MISMATCH', evidence: { reason: 'it says no' } })).toEqual([])
  })
})
