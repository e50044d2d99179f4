import { describe, expect, it } from 'vitest'
import { emptyStep, overFull, verdictOfSteps } from '../../../electron/core/engine-work/drill-figures'
import { drillOf } from '../../renderer/engine-documents'
import { drillLines } from '../../../electron/cli/output/drill-lines'
import { textOf } from '../../../electron/cli/text'

const passed = { verdict: 'pass' as const, zeros: false }
const full = { ...emptyStep('full'), seconds: 10, bytesWith: 200, gpuMs: 2, latencyMs: 4, ...passed }
const stripped = { ...emptyStep('stripped'), verdict: 'fail' as const, zeros: true }

describe('overFull', () => {
  it('sets seconds over the build, both sizes over the size, and times over the times of the full engine', () => {
    const refit = { ...emptyStep('refit'), seconds: 0.5, bytesWith: 210, bytesWithout: 8, gpuMs: 2.5, latencyMs: 5 }
    expect(overFull(refit, [full, refit])).toEqual({ seconds: 0.05, bytesWith: 1.05, bytesWithout: 0.04, gpuMs: 1.25, latencyMs: 1.25 })
    expect(overFull(full, [full])).toEqual({ seconds: 1, bytesWith: 1, bytesWithout: null, gpuMs: 1, latencyMs: 1 })
  })

  it('is null where one of the two is not known, or nothing was there to divide by', () => {
    const none = { seconds: null, bytesWith: null, bytesWithout: null, gpuMs: null, latencyMs: null }
    expect(overFull(stripped, [full, stripped])).toEqual(none)
    expect(overFull({ ...stripped, bytesWithout: 8 }, [stripped])).toEqual(none)
    expect(overFull({ ...stripped, bytesWithout: 8 }, [{ ...full, bytesWith: 0 }]).bytesWithout).toBeNull()
  })
})

describe('verdictOfSteps', () => {
  const refit = { ...emptyStep('refit'), ...passed }
  it('passes where every engine with weights does; the one without has no say', () => {
    expect(verdictOfSteps([full, stripped, refit])).toBe('pass')
  })
  it('fails where one is wrong, or answers zeros whatever else was said of it', () => {
    expect(verdictOfSteps([full, stripped, { ...refit, verdict: 'fail' }])).toBe('fail')
    expect(verdictOfSteps([full, stripped, { ...refit, zeros: true }])).toBe('fail')
  })
  it('judges nothing where something was not, or nothing was done', () => {
    expect(verdictOfSteps([full, stripped, { ...refit, verdict: 'not-judged', zeros: null }])).toBe('not-judged')
    expect(verdictOfSteps([full, { ...refit, verdict: null }])).toBe('not-judged')
    expect(verdictOfSteps([])).toBe('not-judged')
  })
})

describe('drillLines', () => {
  it('says in both languages what refitting saves and what it costs', () => {
    const lines = drillLines(drillOf(), textOf('en')).join('\n')
    expect(lines).toContain('TensorRT  10.14.1.48  NVIDIA H100 80GB HBM3')
    expect(lines).toContain('built in 23.9 s (111.7 % of the build)')
    expect(lines).toContain('without 5.46 MiB (4.4 % of the full size)')
    expect(lines).toContain('refitted in 0.3 s (1.2 % of the build)  weights 61/61')
    expect(lines).toContain('GPU 2.790 ms (× 1.01)  latency 2.945 ms (× 1.01)')
    expect(lines).toContain('serialized with INCLUDE_REFIT / EXCLUDE_WEIGHTS INCLUDE_REFIT')
    expect(lines.match(/every output is zero: caught/g)).toHaveLength(1)
    expect(lines).toMatch(/Verdict: PASS$/)
    expect(drillLines(drillOf(), textOf('zh-CN')).join('\n')).toContain('为完整大小的 4.4 %')
  })
  it('calls zeros after a refit by their name', () => {
    const lines = drillLines(drillOf({ again: { zeros: true } }), textOf('en'))
    expect(lines).toContain('    every output is zero')
    expect(lines.at(-1)).toBe('Verdict: FAIL')
  })
})
