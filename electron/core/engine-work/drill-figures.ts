import { drillFigures, type DrillFigure, type DrillStep } from '../../../contract/engine-sheet'
import type { Verdict } from '../../../contract/run'

/** Each number of a step over that of the engine with its weights. */
export function overFull(step: DrillStep, steps: readonly DrillStep[]): DrillStep['ofFull'] {
  const full = steps.find((one) => one.step === 'full')
  const over = (figure: DrillFigure): number | null => {
    const [part, whole] = [step[figure], full?.[figure === 'bytesWithout' ? 'bytesWith' : figure] ?? null]
    return part === null || whole === null || whole === 0 ? null : part / whole
  }
  return Object.fromEntries(drillFigures.map((figure) => [figure, over(figure)])) as DrillStep['ofFull']
}

/** That the engine without weights is not right is as it should be: the others make the verdict. */
export function verdictOfSteps(steps: readonly DrillStep[]): Verdict {
  const verdicts = steps.filter(({ step }) => step !== 'stripped').map(({ verdict, zeros }) => (zeros === true ? 'fail' : verdict))
  return verdicts.includes('fail') ? 'fail' : verdicts.length > 0 && verdicts.every((verdict) => verdict === 'pass') ? 'pass' : 'not-judged'
}

/** A step that was not done yet. */
export const emptyStep = (step: DrillStep['step']): DrillStep => ({
  step,
  reason: null,
  engine: null,
  seconds: null,
  bytesWith: null,
  bytesWithout: null,
  flagsWith: [],
  flagsWithout: [],
  weights: null,
  gpuMs: null,
  latencyMs: null,
  ofFull: { seconds: null, bytesWith: null, bytesWithout: null, gpuMs: null, latencyMs: null },
  zeros: null,
  verdict: null,
  comparisons: [],
})
