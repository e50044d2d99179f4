import type { RunDocument } from '../../../contract/documents'
import { stageNames, type RunSnapshot, type StageName } from '../../../contract/run'
import type { RunHandle } from '../../core/api'
import { makeFinding } from '../../core/errors'
import { isDone, recordCall, type StageEntry } from '../call-record'
import { defineCommand, type Context } from '../command'
import { emptyRun, runDocument } from '../documents'
import { exitCode, factsOfFault, factsOfFindings, factsOfStages, factsOfVerdict, joined, type Facts } from '../exit-code'
import { buildFlags } from '../flags/build'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { executeFlags } from '../flags/execute'
import { modelFlags } from '../flags/model'
import { outFolder, recipe, upTo } from '../flags/own'
import { hostCodeFlag, trustFlags } from '../flags/trust'
import { choice } from '../flags/values'
import { runLines } from '../output/human'

export const runCommand = defineCommand<RunDocument>({
  name: 'run',
  args: [{ name: 'FILE', help: (t) => t.arguments.file }],
  own: [outFolder, recipe, upTo],
  flags: [...modelFlags, ...trustFlags, hostCodeFlag, ...buildFlags, ...compareFlags, ...executeFlags],
  empty: emptyRun,
  print: runLines,
  async run(call, context) {
    const stage = call.own['up-to']
    const last = typeof stage === 'string' ? choice('up-to', stage, stageNames, context.text) : 'validate'
    const draft = await draftOf(call, context)
    const core = await context.core(draft.settings)
    core.trust.forCall(draft.trust)
    const handle = await core.runs.create({
      path: context.resolve(call.args[0] ?? ''),
      recipe: draft.recipe,
      folder: context.resolve(String(call.own['out'])),
    })
    return closing(handle, () => execute(handle, context, { upTo: last }))
  },
})

/** Frees the run's folder when its work is over, whatever came of it. */
export async function closing<T>(handle: RunHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await handle.close()
  }
}

/** Runs the stages of a run and tells what came of it. */
export async function execute(
  handle: RunHandle,
  context: Context,
  { upTo, only, work }: { upTo: StageName; only?: boolean; work?: () => Promise<void> },
): Promise<{ document: RunDocument; facts: Facts }> {
  const record = recordCall(handle, only === true ? upTo : null)
  context.partial = () => interrupted(runDocument(handle, record))
  const unfollow = context.reporter.follow(handle)
  try {
    await (work?.() ?? handle.execute({ upTo, only, signal: context.signal }))
  } finally {
    unfollow()
    record.end()
  }
  const document = runDocument(handle, record)
  const snapshot = handle.snapshot()
  const ofStages = factsOfStages(document.stages, (name) => snapshot.stages[name].findings)
  const facts = joined(joined(ofStages, housekeeping(snapshot)), factsOfVerdict(document.verdict))
  return ended(document, facts, upTo, context)
}

/** Faults of the run itself, such as a report that could not be written; those of the file are for Load to judge. */
function housekeeping({ findings, input }: RunSnapshot): Facts {
  return factsOfFindings(findings.filter((finding) => !input.findings.some(({ code, message }) => code === finding.code && message === finding.message)))
}

/** A call that did not come as far as it was to says why: it was cancelled between two stages, or something is wrong here. */
function ended(document: RunDocument, facts: Facts, upTo: StageName, { signal, text }: Context): { document: RunDocument; facts: Facts } {
  const { faults } = text
  const arrived = isDone(document.stages[upTo].state) && (upTo !== 'validate' || document.verdict !== null)
  if (arrived || exitCode({ ...facts, notJudged: false }) !== 0) return { document, facts }
  const finding = signal.aborted
    ? makeFinding('CANCELLED', 'error', faults.cancelled, faults.cancelledRemedy)
    : makeFinding('INTERNAL', 'error', faults.noVerdict, faults.nothingSaidRemedy)
  return { document: { ...document, findings: [...document.findings, finding] }, facts: joined(facts, factsOfFault(finding)) }
}

/** A run that is left in the middle: what was being done counts as cancelled. */
function interrupted(document: RunDocument): RunDocument {
  const { load, convert, build, validate } = document.stages
  const stopped = (stage: StageEntry): StageEntry => (stage.state === 'running' || stage.state === 'cancelling' ? { ...stage, state: 'cancelled' } : stage)
  return { ...document, stages: { load: stopped(load), convert: stopped(convert), build: stopped(build), validate: stopped(validate) } }
}
