import type { InspectDocument } from '../../../contract/documents'
import { defineCommand } from '../command'
import { emptyInspect } from '../documents'
import { allWell, factsOfFindings, joined } from '../exit-code'
import { inspectLines } from '../output/human'

export const inspectCommand = defineCommand<InspectDocument>({
  name: 'inspect',
  args: [{ name: 'FILE', help: (t) => t.arguments.file }],
  own: [],
  flags: [],
  empty: emptyInspect,
  print: inspectLines,
  async run(call, context) {
    const core = await context.core()
    const file = await core.describeFile(context.resolve(call.args[0] ?? ''), { signal: context.signal, hash: 'wait' })
    const { format, bytes, sha256, signature, tensors, pickle, engine, findings } = file
    const refused = format === 'unknown' || pickle?.verdict === 'dangerous'
    // Refused globals stop a load, not a look.
    const faults = findings.filter(({ code }) => code !== 'LOAD_UNSAFE_GLOBALS')
    return {
      document: { format, bytes, sha256, signature, tensors, pickle, engine, findings },
      facts: joined(factsOfFindings(faults), { ...allWell, refused }),
    }
  },
})
