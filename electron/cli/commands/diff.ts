import type { DiffDocument } from '../../../contract/engine-work'
import { diffLayers, sumMs } from '../../core/engine-work/layers'
import { layersDefaults, listLayers } from '../../core/engine-work/list-layers'
import { engineSubject } from '../../core/engine-work/open'
import { defineCommand } from '../command'
import { emptyDiff } from '../documents'
import { factsOfFindings } from '../exit-code'
import { gpu, profiledRuns, wholeOf } from '../flags/engine'
import { diffLines } from '../output/engine-lines'

export const diffCommand = defineCommand<DiffDocument>({
  name: 'diff',
  args: [
    { name: 'A', help: (t) => t.arguments.engine },
    { name: 'B', help: (t) => t.arguments.engine },
  ],
  own: [gpu, profiledRuns],
  flags: [],
  empty: emptyDiff,
  print: diffLines,
  async run(call, context) {
    const { text, signal } = context
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
    const core = await context.core()
    const a = await listLayers(core, subjectA, options, signal)
    const b = await listLayers(core, subjectB, options, signal)
    document.findings.push(...a.findings, ...b.findings)
    document.rows = diffLayers(a.layers, b.layers)
    const count = (state: DiffDocument['rows'][number]['state']): number => document.rows.filter((row) => row.state === state).length
    document.totals = {
      same: count('same'),
      changed: count('changed'),
      onlyA: count('only-a'),
      onlyB: count('only-b'),
      aLayers: a.layers.length,
      bLayers: b.layers.length,
      aMs: sumMs(a.layers),
      bMs: sumMs(b.layers),
    }
    return { document, facts: factsOfFindings(document.findings) }
  },
})
