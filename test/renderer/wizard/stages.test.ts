import { describe, expect, it } from 'vitest'
import { canRunAll, loadReason, primaryAction } from '../../../renderer/wizard/model/primary'
import { nextStage, steps, workingStage } from '../../../renderer/wizard/model/stages'
import { finding, fresh, passed, recipe, stage, unjudged, upTo } from './snapshots'

const now = Date.parse('2026-11-24T10:00:07.600Z')
const signs = (run: Parameters<typeof steps>[0], blocked: Parameters<typeof steps>[2] = null): string[] => steps(run, now, blocked).map((step) => step.sign)

describe('steps', () => {
  it('points at the stage that comes next', () => {
    expect(signs(fresh())).toEqual(['here', 'pending', 'pending', 'pending'])
    expect(signs(fresh(), 'unsafe')).toEqual(['needs', 'pending', 'pending', 'pending'])
    expect(signs(upTo('convert'))).toEqual(['completed', 'completed', 'here', 'pending'])
  })
  it('counts the seconds of the stage at work', () => {
    const run = fresh({ running: true, stages: { ...fresh().stages, load: stage('running') } })
    expect(workingStage(run)).toBe('load')
    expect(steps(run, now, null)[0]).toMatchObject({ sign: 'running', seconds: 7.6 })
  })
  it('keeps a verdict and a state apart', () => {
    expect(signs(unjudged())[3]).toBe('not-judged')
    expect(steps(unjudged(), now, null)[3]?.state).toBe('completed')
    expect(signs(passed())[3]).toBe('completed')
    expect(signs(passed({ verdict: 'fail' }))[3]).toBe('fail')
  })
  it('draws a stale result as stale and starts there again', () => {
    const run = passed({ stages: { ...passed().stages, build: stage('completed', { stale: true }), validate: stage('completed', { stale: true }) } })
    expect(signs(run)).toEqual(['completed', 'completed', 'stale', 'stale'])
    expect(nextStage(run)).toBe('build')
  })
  it('shows no duration of a reused stage, and the phase in which a process died', () => {
    const run = fresh({
      stages: {
        ...fresh().stages,
        load: stage('cached'),
        convert: stage('crashed', { findings: [finding('HOST_CRASHED', 'error', { evidence: { lastPhase: 'Timing graph nodes' } })] }),
      },
    })
    expect(steps(run, now, null)[0]?.seconds).toBeNull()
    expect(steps(run, now, null)[1]?.phase).toBe('Timing graph nodes')
  })
})

describe('primaryAction', () => {
  it('runs a step, then goes on, then saves the report', () => {
    expect(primaryAction(fresh(), 'load', null)).toEqual({ kind: 'start', upTo: 'load', label: 'start', reason: null })
    expect(primaryAction(upTo('load'), 'load', null)).toEqual({ kind: 'continue', to: 'convert', reason: null })
    expect(primaryAction(upTo('load'), 'convert', null)).toMatchObject({ kind: 'start', upTo: 'convert' })
    expect(primaryAction(passed(), 'validate', null).kind).toBe('report')
    expect(primaryAction(unjudged(), 'validate', null).kind).toBe('settle')
  })
  it('says why it cannot be taken', () => {
    const pickle = (unsafe: string[], verdict: 'suspicious' | 'dangerous' = 'suspicious') =>
      fresh({ input: { ...fresh().input, pickle: { globals: unsafe, unsafe, verdict } } })
    expect(primaryAction(pickle(['a.B']), 'load', null).reason).toBe('unsafe')
    expect(primaryAction(pickle(['os.system'], 'dangerous'), 'load', null).reason).toBe('dangerous')
    expect(primaryAction(fresh({ input: { ...fresh().input, format: 'unknown' } }), 'load', null).reason).toBe('unknownFormat')
    expect(primaryAction(fresh({ recipe: recipe() }), 'load', null).reason).toBe('inputsMissing')
    expect(primaryAction(fresh({ input: { ...fresh().input, format: 'state-dict' } }), 'load', null).reason).toBe('classMissing')
    expect(primaryAction(fresh(), 'load', 'inputsInvalid').reason).toBe('inputsInvalid')
    expect(primaryAction(fresh(), 'convert', null).reason).toBe('loadFirst')
    expect(primaryAction(upTo('load'), 'build', null).reason).toBe('convertFirst')
    expect(primaryAction(upTo('convert'), 'validate', null).reason).toBe('buildFirst')
  })
  it('waits while anything runs', () => {
    const run = fresh({ running: true, stages: { ...fresh().stages, load: stage('running') } })
    expect(primaryAction(run, 'load', null)).toEqual({ kind: 'continue', to: 'convert', reason: 'busy' })
    expect(primaryAction(run, 'validate', null)).toMatchObject({ kind: 'start', reason: 'busy' })
  })
  it('needs no inputs where an array file or the model itself has them', () => {
    expect(loadReason(fresh({ recipe: recipe((r) => (r.load.inputsFile = '/a.npz')) }), null)).toBeNull()
    const signature = { inputs: [{ name: 'x', dtype: 'float32' as const, shape: [1] }], outputs: [] }
    expect(loadReason(fresh({ recipe: recipe(), input: { ...fresh().input, signature } }), null)).toBeNull()
  })
  it.each([
    ['failed', 'again'],
    ['crashed', 'again'],
    ['cancelled', 'resume'],
  ] as const)('offers a %s stage %s', (state, label) => {
    expect(primaryAction(fresh({ stages: { ...fresh().stages, load: stage(state) } }), 'load', null)).toMatchObject({ kind: 'start', label })
  })
  it('runs a stale stage again though the one before is stale too', () => {
    const stale = stage('completed', { stale: true })
    const run = passed({ stages: { load: stage('completed'), convert: stale, build: stale, validate: stale } })
    expect(primaryAction(run, 'build', null)).toEqual({ kind: 'start', upTo: 'build', label: 'again', reason: null })
  })
  it('offers to run all only while something is left to do', () => {
    expect(canRunAll(fresh(), 'load', null)).toBe(true)
    expect(canRunAll(fresh(), 'load', 'inputsInvalid')).toBe(false)
    expect(canRunAll(passed(), 'load', null)).toBe(false)
    expect(canRunAll(upTo('build'), 'validate', null)).toBe(false)
  })
})
