import { describe, expect, it } from 'vitest'
import { hopsModel, worstVerdict } from '../../../renderer/wizard/model/hops'
import { accidentChecks, mainHop, verdictWords } from '../../../renderer/wizard/model/verdict'
import { comparison, finding, fresh, notJudged, passed, unjudged, upTo } from './snapshots'

const answers = (run: Parameters<typeof accidentChecks>[0]): Record<string, string> =>
  Object.fromEntries(accidentChecks(run).map((check) => [check.id, check.answer]))
const runtimeOnly = (run = unjudged()) => ({ ...run, cards: { ...run.cards, build: { ...run.cards.build!, backend: 'onnxruntime' as const } } })

describe('hopsModel', () => {
  it('draws the loss where the run says it enters', () => {
    const { nodes, arrows } = hopsModel(passed())
    expect(nodes.map((node) => node.id)).toEqual(['pytorch', 'onnx', 'engine'])
    expect(nodes[2]).toMatchObject({ runtime: 'TensorRT-RTX 1.7.1', ghost: false })
    expect(nodes[0]?.runtime).toBe('torch 2.11.0')
    expect(arrows.map((arrow) => arrow.here)).toEqual([false, true])
    expect(arrows[0]?.maxAbs).toBe(2.14e-4)
    expect(arrows[1]?.share).toBeCloseTo(0.4118 / (0.4118 + 2.14e-4), 12)
    // Weighted by how many values each output has.
    expect(arrows[0]?.meanAbs).toBeCloseTo((1.12e-6 * 320 + 8.8e-7 * 2048) / 2368, 14)
  })
  it('leaves an engine that was not run a ghost, with what there was to compare', () => {
    const { nodes, arrows } = hopsModel(unjudged())
    expect(nodes[2]?.ghost).toBe(true)
    expect(arrows[1]).toMatchObject({ verdict: 'not-judged', compared: 0, total: 2368, share: null, here: false })
  })
  it('has no engine for ONNX Runtime and no PyTorch for an ONNX source', () => {
    expect(hopsModel(runtimeOnly()).nodes.map((node) => node.id)).toEqual(['pytorch', 'onnx'])
    const onnx = unjudged({ input: { ...fresh().input, format: 'onnx' } })
    expect(hopsModel(onnx).nodes.map((node) => node.id)).toEqual(['onnx', 'engine'])
    expect(hopsModel(onnx).arrows.map((arrow) => arrow.hop)).toEqual(['onnx-engine'])
  })
  it('puts fail before not judged before pass', () => {
    const [pass, open, fail] = [comparison('onnx-engine', 'a'), notJudged('onnx-engine', 'b'), comparison('onnx-engine', 'c', { verdict: 'fail' })]
    expect(worstVerdict([])).toBeNull()
    expect(worstVerdict([pass])).toBe('pass')
    expect(worstVerdict([pass, open])).toBe('not-judged')
    expect(worstVerdict([pass, open, fail])).toBe('fail')
  })
})

describe('verdictWords', () => {
  it('is silent before Validate', () => expect(verdictWords(upTo('build'))).toBeNull())
  it('counts what carries a pass, over the longest way that was judged', () => {
    expect(verdictWords(passed())).toMatchObject({ headline: 'pass', loss: 'build', compared: 2368, outside: 0, outputs: 2, sets: 2 })
    expect(verdictWords(passed())?.worst).toMatchObject({ output: 'logits', hop: 'pytorch-engine' })
    expect(mainHop(unjudged())).toBe('pytorch-onnx')
  })
  it('says what was not judged', () => {
    expect(verdictWords(unjudged())).toMatchObject({ headline: 'engineNotRun', loss: null })
    expect(verdictWords(runtimeOnly(unjudged({ comparisons: [] })))?.headline).toBe('nothingCompared')
    expect(verdictWords(passed({ verdict: 'not-judged' }))?.headline).toBe('partly')
  })
  it('does not let ONNX Runtime pass as TensorRT', () => expect(verdictWords(runtimeOnly(passed()))?.headline).toBe('passOnnx'))
})

describe('accidentChecks', () => {
  it('rules everything out where everything was judged on the file that ships', () => {
    expect(answers(passed())).toEqual({ finite: 'yes', everyOutput: 'yes', meaningful: 'yes', sameInputs: 'yes', shippedFile: 'yes' })
  })
  it('does not rule out what was not looked at', () => {
    expect(answers(unjudged())).toMatchObject({ everyOutput: 'no', shippedFile: 'no' })
    expect(answers(unjudged({ comparisons: [], findings: [finding('NOTHING_TO_COMPARE', 'warning')] }))).toMatchObject({
      finite: 'unknown',
      everyOutput: 'unknown',
      meaningful: 'unknown',
    })
  })
  it('sees another engine file, a missing output, a NaN, a constant', () => {
    const other = passed()
    expect(answers({ ...other, cards: { ...other.cards, validate: { ...other.cards.validate!, engineSha256: 'f'.repeat(64) } } }).shippedFile).toBe('no')
    expect(answers(passed({ comparisons: passed().comparisons.filter((row) => row.output === 'logits') })).everyOutput).toBe('no')
    expect(answers(passed({ findings: [finding('OUTPUT_NAN', 'error')] })).finite).toBe('no')
    expect(answers(passed({ findings: [finding('REFIT_ALL_ZERO', 'error')] })).meaningful).toBe('no')
    expect(answers(passed({ findings: [finding('REFERENCE_CONSTANT', 'warning')] })).meaningful).toBe('no')
  })
  it('knows the program that Torch-TensorRT ships', () => {
    const run = passed()
    const build = {
      ...run.stages.build,
      artifacts: run.stages.build.artifacts.map((one) => (one.kind === 'engine' ? { ...one, kind: 'exported-program' as const } : one)),
    }
    expect(answers({ ...run, stages: { ...run.stages, build } }).shippedFile).toBe('yes')
  })

  it('asks nothing about an engine where there is none', () => expect(answers(runtimeOnly(passed()))).not.toHaveProperty('shippedFile'))
})
