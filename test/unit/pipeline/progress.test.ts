import { describe, expect, it } from 'vitest'
import { makeProgress, PhaseTree, secondsLeft } from '../../../electron/core/pipeline/progress'

const phase = (action: 'start' | 'step' | 'finish', name: string, parent: string | null, step: number, steps: number) => ({
  kind: 'phase' as const,
  action,
  name,
  parent,
  step,
  steps,
})

describe('PhaseTree', () => {
  it('folds nested phases into one fraction that only grows', () => {
    const tree = new PhaseTree()
    const fractions = [
      tree.take(phase('start', 'build', null, 0, 2)),
      tree.take(phase('start', 'tactics', 'build', 0, 4)),
      tree.take(phase('step', 'tactics', 'build', 2, 4)),
      tree.take(phase('finish', 'tactics', 'build', 4, 4)),
      tree.take(phase('step', 'build', null, 1, 2)),
      tree.take(phase('finish', 'build', null, 2, 2)),
    ].map((one) => one.fraction)
    expect(fractions[2]).toBeCloseTo(0.25)
    expect(fractions[4]).toBeCloseTo(0.5)
    expect(fractions.at(-1)).toBe(1)
  })

  it('takes a phase of no steps and a step beyond the last without leaving 0..1', () => {
    const tree = new PhaseTree()
    tree.take(phase('start', 'odd', null, 0, 0))
    const { fraction } = tree.take(phase('step', 'odd', null, 9, 0))
    expect(fraction).toBeGreaterThanOrEqual(0)
    expect(fraction).toBeLessThanOrEqual(1)
  })
})

describe('secondsLeft', () => {
  it('says nothing where nothing is known', () => {
    expect(secondsLeft(3, null, null)).toBeNull()
    expect(secondsLeft(3, 0.01, null)).toBeNull()
  })
  it('goes by history first and by its own pace later', () => {
    expect(secondsLeft(0, 0, 10)).toBe(10)
    expect(secondsLeft(5, 0.5, null)).toBe(5)
    expect(secondsLeft(9, 0.9, 100)).toBeCloseTo(0.9 * 1 + 0.1 * 91)
  })
  it('does not promise an end that history has already missed', () => {
    expect(secondsLeft(20, null, 10)).toBeNull()
  })
  it('rides along with the elapsed time', () => {
    expect(makeProgress({ phase: 'x', fraction: 0.5 }, 4, null)).toEqual({ phase: 'x', parent: null, fraction: 0.5, secondsLeft: 4, elapsed: 4 })
  })
})
