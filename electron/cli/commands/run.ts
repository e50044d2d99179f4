import type { RunDocument } from '../../../contract/documents'
import type { StageName } from '../../../contract/run'
import type { RunHandle } from '../../core/api'
import { makeFinding } from '../../core/errors'
import { defineCommand, type Context } from '../command'
import { emptyRun, runDocument } from '../documents'
import { allWell, factsOfStages, factsOfVerdict, joined, type Facts } from '../exit-code'
import { buildFlags } from '../flags/build'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { modelFlags } from '../flags/model'
import { outFolder, recipe } from '../flags/own'
import { runLines } from '../output/human'

export const runCommand = defineCommand<RunDocument>({
  name: 'run',
  args: [{ name: 'FILE', help: (t) => t.arguments.file }],
  own: [outFolder, recipe],
  flags: [...modelFlags, ...buildFlags, ...compareFlags],
  empty: emptyRun,
  print: runLines,
  async run(call, context) {
    const draft = await draftOf(call, context)
    const core = await context.core(draft.settings)
    const handle = await core.runs.create({
      path: context.resolve(call.args[0] ?? ''),
      recipe: draft.recipe,
      folder: context.resolve(String(call.own['out'])),
    })
    return execute(handle, context, { upTo: 'validate' })
  },
})

/** Runs the stages of a run and tells what came of it; the folder is free again afterwards. */
export async function execute(
  handle: RunHandle,
  context: Context,
  options: { upTo: StageName; only?: boolean },
): Promise<{ document: RunDocument; facts: Facts }> {
  context.partial = () => interrupted(runDocument(handle))
  const unfollow = context.reporter.follow(handle)
  try {
    await handle.execute({ ...options, signal: context.signal })
  } finally {
    unfollow()
  }
  const document = runDocument(handle)
  const stages = factsOfStages(document.stages, (name) => handle.snapshot().stages[name].findings)
  await handle.close()
  const facts = joined(stages, factsOfVerdict(document.verdict))
  if (options.upTo !== 'validate' || document.verdict !== null || Object.values(facts).includes(true)) return { document, facts }
  const { noVerdict, nothingSaid, nothingSaidRemedy } = { ...context.text.faults }
  const fault = makeFinding('INTERNAL', 'error', noVerdict, nothingSaidRemedy, { meaning: nothingSaid(4) })
  return { document: { ...document, findings: [...document.findings, fault] }, facts: { ...allWell, crashed: true } }
}

/** A run that is left in the middle: what was being done counts as cancelled. */
function interrupted(document: RunDocument): RunDocument {
  const { load, convert, build, validate } = document.stages
  const ended = (stage: RunDocument['stages']['load']): RunDocument['stages']['load'] =>
    stage.state === 'running' || stage.state === 'cancelling' ? { ...stage, state: 'cancelled' } : stage
  return { ...document, stages: { load: ended(load), convert: ended(convert), build: ended(build), validate: ended(validate) } }
}
