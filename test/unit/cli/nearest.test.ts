import { describe, expect, it } from 'vitest'
import { distance, nearest } from '../../../electron/cli/nearest'

describe('nearest', () => {
  it('counts a swap of two letters as one slip', () => {
    expect(distance('presicion', 'precision')).toBe(2)
    expect(distance('opst', 'opset')).toBe(1)
    expect(distance('ospet', 'opset')).toBe(1)
    expect(distance('', 'abc')).toBe(3)
  })

  it.each([
    ['--precison', '--precision'],
    ['--inpt', '--input'],
    ['--optlevel', '--opt-level'],
    ['--work', '--workspace'],
    ['--JSON', '--json'],
  ])('%s is near %s', (typed, wanted) => {
    expect(nearest(typed, ['--precision', '--input', '--opt-level', '--opset', '--workspace', '--json'])).toBe(wanted)
  })

  it('has no answer without names', () => expect(nearest('--x', [])).toBeNull())
})
