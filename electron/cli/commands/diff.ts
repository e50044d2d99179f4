import type { DiffDocument } from '../../../contract/engine-work'
import { diffEngines } from '../../core/engine-work/diff'
import { layersDefaults } from '../../core/engine-work/list-layers'
import { emptyDiff } from '../../core/engine-work/empty'
import { engineSubject } from '../../core/engine-work/open'
import { defineCommand } from '../command'
import { factsOfFindings } from '../exit-code'
import { gpu, profiledRuns, wholeOf } from '../flags/engine'
import { hostCodeFlag, trustedCore } from '../flags/trust'
import { diffLines, workLine } from '../output/engine-lines'

export const diffCommand = defineCommand<DiffDocument>({
  name: 'diff',
  args: [
    { name: 'A', help: (t) => t.arguments.engine },
    { name: 'B', help: (t) => t.arguments.engine },
  ],
  own: [gpu, profiledRuns],
  flags: [hostCodeFlag],
  empty: emptyDiff,
  print: diffLines,
  async run(call, context) {
    const { text, signal, reporter } = context
    const options = {
      ...layersDefaults,
      device: wholeOf(call, 'device', 0, layersDefaults.device, text),
      profiledRuns: wholeOf(call, 'profiled-runs', 1, layersDefaults.profiledRuns, text),
    }
    const document = emptyDiff()
    context.partial = () => document
    const subjectA = await engineSubject(context.resolve(call.args[0] ?? ''), signal)
    document.a = subjectA.file
    const subjectB = await engineSubject(context.resolve(call.args[1] ?? ''), signal)
    document.b = subjectB.file
    await diffEngines(await trustedCore(call, context), [subjectA, subjectB], options, document, {
      signal,
      tell: (progress) => reporter.status(workLine(progress, text)),
    })
    return { document, facts: factsOfFindings(document.findings) }
  },
})
