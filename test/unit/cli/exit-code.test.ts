import { describe, expect, it } from 'vitest'
import type { FindingCode } from '../../../contract/finding'
import type { StageState } from '../../../contract/run'
import { makeFinding } from '../../../electron/core/errors'
import { emptyRun } from '../../../electron/cli/documents'
import { allWell, exitCode, factsOfFault, factsOfFindings, factsOfStages, factsOfVerdict, joined, type Facts } from '../../../electron/cli/exit-code'

const order: Array<[keyof Facts, number]> = [
  ['cancelled', 130],
  ['crashed', 4],
  ['lacking', 3],
  ['refused', 2],
  ['fail', 1],
  ['notJudged', 6],
]

describe('exit code', () => {
  it('is 0 where nothing holds', () => expect(exitCode(allWell)).toBe(0))

  it.each(order)('%s alone is %i', (fact, code) => expect(exitCode({ ...allWell, [fact]: true })).toBe(code))

  it('is the first that holds of 130, 4, 3, 2, 1, 6', () => {
    order.forEach(([fact, code], index) => {
      const all = Object.fromEntries(order.map(([name], place) => [name, place >= index])) as unknown as Facts
      expect(exitCode(all), fact).toBe(code)
    })
  })

  it('takes 6 only after 1', () => {
    expect(exitCode(joined(factsOfVerdict('fail'), factsOfVerdict('not-judged')))).toBe(1)
    expect(exitCode(factsOfVerdict('pass'))).toBe(0)
    expect(exitCode(factsOfVerdict(null))).toBe(0)
  })
})

describe('faults', () => {
  it.each<[FindingCode, number]>([
    ['CANCELLED', 130],
    ['INTERNAL', 4],
    ['HOST_CRASHED', 4],
    ['WORKER_CRASHED', 4],
    ['TORCH_MISSING', 3],
    ['PYTHON_BROKEN', 3],
    ['BACKEND_MISSING', 3],
    ['ADDON_UNUSABLE', 3],
    ['DISPLAY_MISSING', 3],
    ['FILE_NOT_FOUND', 2],
    ['OUT_EXISTS', 2],
    ['RUN_BUSY', 2],
    ['UNKNOWN_FLAG', 2],
    ['DISK_FULL', 2],
    ['LOAD_UNSAFE_GLOBALS', 2],
  ])('%s ends a call with %i', (code, exit) => expect(exitCode(factsOfFault({ code }))).toBe(exit))

  it('counts errors only', () => {
    const warning = makeFinding('FILE_EXTENSION_MISLEADS', 'warning', 'm', 'r')
    const error = makeFinding('FILE_TRUNCATED', 'error', 'm', 'r')
    expect(exitCode(factsOfFindings([warning]))).toBe(0)
    expect(exitCode(factsOfFindings([warning, error]))).toBe(2)
  })
})

describe('stages', () => {
  const stages = (state: StageState) => ({ ...emptyRun().stages, build: { state, seconds: 0, cached: false } })
  const none = () => []

  it.each<[StageState, number]>([
    ['completed', 0],
    ['cached', 0],
    ['pending', 0],
    ['failed', 2],
    ['crashed', 4],
    ['cancelled', 130],
    ['cancelling', 130],
  ])('%s gives %i', (state, code) => expect(exitCode(factsOfStages(stages(state), none))).toBe(code))

  it('a stage that failed because the machine lacks something gives 3', () => {
    const lacking = () => [makeFinding('BACKEND_MISSING', 'error', 'm', 'r')]
    expect(exitCode(factsOfStages(stages('failed'), lacking))).toBe(3)
  })

  it('a note that the machine lacks something does not make a refusal one', () => {
    const noted = () => [makeFinding('GPU_MISSING', 'info', 'm', 'r'), makeFinding('BUILD_FAILED', 'error', 'm', 'r')]
    expect(exitCode(factsOfStages(stages('failed'), noted))).toBe(2)
  })

  it("a completed stage's errors are the verdict's business", () => {
    const mismatch = () => [makeFinding('OUTPUT_MISMATCH', 'error', 'm', 'r')]
    expect(exitCode(factsOfStages(stages('completed'), mismatch))).toBe(0)
  })
})
