import type { MakeDocument } from '../../../contract/documents'
import { makeFinding } from '../../core/errors'
import { defineCommand } from '../command'
import { artifactsOf, emptyMake } from '../documents'
import { allWell, factsOfFault } from '../exit-code'
import { buildFlags } from '../flags/build'
import { draftOf } from '../flags/draft'
import { force, outFile, recipe } from '../flags/own'
import { makeLines } from '../output/human'
import { checkOutput, placeArtifacts } from '../place-file'
import { UsageError } from '../usage'
import { placesOf } from './convert'
import { execute } from './run'
import { withPlaced, withScratchRun } from './scratch-run'

export const buildCommand = defineCommand<MakeDocument>({
  name: 'build',
  args: [{ name: 'FILE', help: (t) => t.arguments.onnx }],
  own: [outFile, recipe, force],
  flags: buildFlags,
  empty: emptyMake,
  print: makeLines,
  async run(call, context) {
    const { usage } = context.text
    const draft = await draftOf(call, context)
    if (draft.recipe.build.backend === 'onnxruntime') {
      throw new UsageError(usage.noEngineFile, usage.noEngineFileRemedy, { backend: 'onnxruntime' }, 'BUILD_OPTION_UNSUPPORTED')
    }
    const { input, out, options } = placesOf(call, context)
    await checkOutput(out, input, options)
    const core = await context.core(draft.settings)
    const { format, findings } = await core.describeFile(input, { signal: context.signal, hash: 'later' })
    if (format !== 'onnx') {
      const fault = new UsageError(
        usage.notOnnx(format),
        usage.notOnnxRemedy,
        { path: input, format },
        format === 'unknown' ? 'FILE_UNKNOWN_FORMAT' : 'USAGE',
      ).toFinding()
      return { document: { ...emptyMake(), findings: [...findings, fault] }, facts: factsOfFault(fault) }
    }
    return withScratchRun(core, { path: input, recipe: draft.recipe }, async (handle) => {
      const { document, facts } = await execute(handle, context, { upTo: 'build' })
      const { requested, achieved, environment } = document
      const made: MakeDocument = { ...emptyMake(), requested, achieved, environment, findings: document.findings }
      const built = artifactsOf(handle.snapshot(), ['build'])
      const engine = built.find(({ kind }) => kind === 'engine')
      const state = document.stages.build.state
      if (state !== 'completed' && state !== 'cached') return { document: made, facts }
      if (!engine) {
        const fault = makeFinding('BACKEND_MISSING', 'error', usage.noEngineBackend, usage.noEngineBackendRemedy, { chosen: achieved?.backend ?? null })
        return { document: { ...made, findings: [...made.findings, fault] }, facts: { ...allWell, lacking: true } }
      }
      return withPlaced(made, facts, async () => {
        const placed = await placeArtifacts(engine, [], out, (artifact) => handle.artifactPath(artifact), options)
        // The builder extends the user's own timing cache where it lies.
        const { timingCache } = draft.recipe.build
        const caches = timingCache === null ? [] : built.filter(({ kind }) => kind === 'timing-cache').map((cache) => ({ ...cache, path: timingCache }))
        return [...placed, ...caches]
      })
    })
  },
})
