import type { MakeDocument } from '../../../contract/documents'
import { modelFormats } from '../../../contract/run'
import { defineCommand, type Call, type Context } from '../command'
import { artifactsOf, emptyMake } from '../documents'
import type { Facts } from '../exit-code'
import { draftOf } from '../flags/draft'
import { modelFlags } from '../flags/model'
import { force, outFile, recipe, to } from '../flags/own'
import { trustFlags } from '../flags/trust'
import { choice } from '../flags/values'
import { makeLines } from '../output/human'
import { checkOutput, placeArtifacts } from '../place-file'
import type { Text } from '../text'
import { UsageError } from '../usage'
import { execute } from './run'
import { withPlaced, withScratchRun } from './scratch-run'

export const convertCommand = defineCommand<MakeDocument>({
  name: 'convert',
  args: [{ name: 'FILE', help: (t) => t.arguments.file }],
  own: [to, outFile, recipe, force],
  flags: [...modelFlags, ...trustFlags],
  empty: emptyMake,
  print: makeLines,
  async run(call, context) {
    checkTarget(String(call.own['to']), context.text)
    const draft = await draftOf(call, context)
    const { input, out, options } = placesOf(call, context)
    await checkOutput(out, input, options)
    const core = await context.core(draft.settings)
    core.trust.forCall(draft.trust)
    return withScratchRun(core, { path: input, recipe: draft.recipe }, async (handle) => {
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
    })
  },
})

const targets = modelFormats.filter(
  (format) => format === 'onnx' || format === 'torchscript' || format === 'exported-program' || format === 'safetensors' || format === 'wts',
)

function checkTarget(given: string, text: Text): void {
  if (choice('to', given, targets, text) === 'onnx') return
  throw new UsageError(text.usage.convertTarget(given), text.usage.convertTargetRemedy, { flag: '--to', given }, 'CONVERT_TARGET_UNSUPPORTED')
}

/** Where a call that makes one file reads and writes. */
export function placesOf(call: Call, context: Context): { input: string; out: string; options: { force: boolean; text: Text } } {
  return {
    input: context.resolve(call.args[0] ?? ''),
    out: context.resolve(String(call.own['out'])),
    options: { force: call.own['force'] === true, text: context.text },
  }
}
