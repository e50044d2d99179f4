import type { InspectDocument } from '../../../contract/documents'
import type { ModelFile } from '../../../contract/run'
import { throwIfCancelled } from '../../core/cancelled'
import { findingOf, isAbort } from '../../core/errors'
import { writePlainEngine } from '../../core/formats/plain-engine'
import { defineCommand } from '../command'
import { emptyInspect } from '../documents'
import { allWell, factsOfFault, factsOfFindings, joined, type Facts } from '../exit-code'
import { draftOf } from '../flags/draft'
import { parserFlags } from '../flags/build'
import { projectFlag, pythonFlag } from '../flags/model'
import { force, plainEngine, ready } from '../flags/own'
import { trustFlags } from '../flags/trust'
import { inspectLines } from '../output/human'
import { checkOutput } from '../place-file'
import { UsageError } from '../usage'

export const inspectCommand = defineCommand<InspectDocument>({
  name: 'inspect',
  args: [{ name: 'FILE', help: (t) => t.arguments.file }],
  own: [ready, plainEngine, force],
  flags: [projectFlag, pythonFlag, ...parserFlags, ...trustFlags],
  empty: emptyInspect,
  print: inspectLines,
  async run(call, context) {
    const { recipe, settings, trust } = await draftOf(call, context)
    const unused = call.own['ready'] === true ? undefined : call.given.find(({ flag }) => parserFlags.includes(flag))
    if (unused !== undefined) throw new UsageError(context.text.usage.readyUnused(unused.flag.name), context.text.usage.readyUnusedRemedy)
    const given = context.resolve(call.args[0] ?? '')
    const plain = call.own['plain-engine'] === undefined ? null : context.resolve(String(call.own['plain-engine']))
    if (plain !== null) await checkOutput(plain, given, { force: call.own['force'] === true, text: context.text })
    const core = await context.core(settings)
    core.trust.forCall(trust)
    const described = await core.describeFile(given, { signal: context.signal, hash: 'wait' })
    const scanned = await core.secondOpinion(described, context.signal)
    const asked = trust.names.length + trust.listed.length + trust.once.length > 0
    // A look needs no trust; with trust given, the file is opened under it.
    const { file, facts } = asked ? await opened(scanned, (seen) => core.lookInside(seen, context.signal), context.signal) : { file: scanned, facts: allWell }
    if (plain !== null) file.facts['plainEngine'] = `${plain} (${await writePlainEngine(given, plain)} bytes left out)`
    const refused = file.format === 'unknown' || file.pickle?.verdict === 'dangerous'
    // Refused globals stop a load, not a look.
    const faults = file.findings.filter(({ code }) => code !== 'LOAD_UNSAFE_GLOBALS')
    const { format, bytes, sha256, signature, tensors, pickle, engine, facts: known, findings } = file
    const answer = call.own['ready'] === true ? await core.ready({ file, backend: recipe.build.backend, signal: context.signal }) : undefined
    return {
      document: {
        format,
        bytes,
        sha256,
        signature,
        tensors,
        pickle,
        engine,
        facts: known,
        advice: context.text.advice(format),
        findings: [...findings, ...(answer?.findings ?? [])],
        ...(answer === undefined ? {} : { ready: answer }),
      },
      facts: joined(joined(factsOfFindings([...faults, ...(answer?.findings ?? [])]), facts), { ...allWell, refused }),
    }
  },
})

/** The file as it is once opened; what stands in the way of that comes on top of what is known of it. */
async function opened(file: ModelFile, look: (file: ModelFile) => Promise<ModelFile>, signal: AbortSignal): Promise<{ file: ModelFile; facts: Facts }> {
  try {
    return { file: await look(file), facts: allWell }
  } catch (error) {
    throwIfCancelled(signal)
    if (isAbort(error)) throw error
    const finding = findingOf(error)
    const others = file.findings.filter(({ code }) => code !== finding.code)
    return { file: { ...file, findings: [...others, finding] }, facts: factsOfFault(finding) }
  }
}
