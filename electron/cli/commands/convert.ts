import type { MakeDocument } from '../../../contract/documents'
import { copyTargets, runnableTargets, type CopyTarget } from '../../../contract/copy'
import type { RunHandle } from '../../core/api'
import { findingOf } from '../../core/errors'
import { refuseTarget } from '../../core/pipeline/copies/targets'
import { isDone } from '../call-record'
import { defineCommand, type Call, type Context } from '../command'
import { artifactsOf, emptyMake } from '../documents'
import { allWell, factsOfFault, joined, type Facts } from '../exit-code'
import { draftOf } from '../flags/draft'
import { modelFlags } from '../flags/model'
import { force, nameMap, outFile, recipe, to } from '../flags/own'
import { trustFlags } from '../flags/trust'
import { choice } from '../flags/values'
import { makeLines } from '../output/human'
import { openNameMap, type NameMap } from '../name-map'
import { checkOutput, placeArtifacts, type PlaceOptions } from '../place-file'
import type { Text } from '../text'
import { execute } from './run'
import { withPlaced, withScratchRun } from './scratch-run'

export const convertCommand = defineCommand<MakeDocument>({
  name: 'convert',
  args: [{ name: 'FILE', help: (t) => t.arguments.file }],
  own: [to, outFile, nameMap, recipe, force],
  flags: [...modelFlags, ...trustFlags],
  empty: emptyMake,
  print: makeLines,
  async run(call, context) {
    const target = choice('to', String(call.own['to']), targets, context.text)
    const draft = await draftOf(call, context)
    const { input, out, options } = placesOf(call, context)
    await checkOutput(out, input, options)
    const map = await openNameMap(call, context, target, options)
    const core = await context.core(draft.settings)
    core.trust.forCall(draft.trust)
    return withScratchRun(core, { path: input, recipe: draft.recipe }, (handle) =>
      target === 'onnx' ? toOnnx(handle, context, out, options) : toCopy(handle, context, { target, path: out, map }),
    )
  },
})

const targets = ['onnx', ...copyTargets] as const

async function toOnnx(handle: RunHandle, context: Context, out: string, options: PlaceOptions): Promise<Made> {
  const executed = await execute(handle, context, { upTo: 'convert' })
  const { document } = executed
  // Convert compares what it made with the model; a difference is its verdict, and the file is kept.
  const facts: Facts = { ...executed.facts, fail: document.comparisons.some(({ verdict }) => verdict === 'fail') }
  const made: MakeDocument = { ...emptyMake(), comparisons: document.comparisons, findings: document.findings, environment: document.environment }
  const state = document.stages.convert.state
  const onnx = artifactsOf(handle.snapshot(), ['convert']).find(({ kind }) => kind === 'onnx')
  if (facts.cancelled || !onnx || (state !== 'completed' && state !== 'cached')) return { document: made, facts }
  const data = artifactsOf(handle.snapshot(), ['convert']).filter(({ kind }) => kind === 'onnx-data')
  return withPlaced(made, facts, () => placeArtifacts(onnx, data, out, (artifact) => handle.artifactPath(artifact), options))
}

interface CopyCall {
  target: CopyTarget
  path: string
  map: NameMap
}

/** A file that no stage builds upon; one that runs needs Load's sample first. */
async function toCopy(handle: RunHandle, context: Context, { target, path, map }: CopyCall): Promise<Made> {
  const { input, environment } = handle.snapshot()
  refuseTarget(input.format, target)
  let facts = allWell
  let findings = input.findings
  if (runnableTargets.has(target)) {
    const executed = await execute(handle, context, { upTo: 'load' })
    findings = executed.document.findings
    facts = executed.facts
    if (!isDone(executed.document.stages.load.state)) return { document: { ...emptyMake(), findings, environment }, facts }
  }
  const unfollow = context.reporter.follow(handle)
  try {
    const copy = await handle.saveCopy({ target, path, shapes: map.shapes, signal: context.signal })
    await map.write(copy.weights)
    const { sha256, bytes, comparisons } = copy
    const document = { ...emptyMake(), environment, comparisons, findings: [...findings, ...copy.findings], artifacts: [{ kind: target, path, sha256, bytes }] }
    return { document, facts: { ...facts, fail: comparisons.some(({ verdict }) => verdict === 'fail') } }
  } catch (error) {
    const finding = findingOf(error)
    return { document: { ...emptyMake(), environment, findings: [...findings, finding] }, facts: joined(facts, factsOfFault(finding)) }
  } finally {
    unfollow()
  }
}

interface Made {
  document: MakeDocument
  facts: Facts
}

/** Where a call that makes one file reads and writes. */
export function placesOf(call: Call, context: Context): { input: string; out: string; options: { force: boolean; text: Text } } {
  return {
    input: context.resolve(call.args[0] ?? ''),
    out: context.resolve(String(call.own['out'])),
    options: { force: call.own['force'] === true, text: context.text },
  }
}
