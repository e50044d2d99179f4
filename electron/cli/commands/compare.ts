import path from 'node:path'
import type { CompareDocument } from '../../../contract/documents'
import type { Hop } from '../../../contract/run'
import type { ValidateOptions } from '../../../contract/recipe'
import type { EngineHost } from '../../core/api'
import { makeFinding } from '../../core/errors'
import { withScratch } from '../../core/scratch'
import { readTensors, writeSafetensors } from '../../core/tensors'
import { nothingCompared, rowFindings, toComparison, toleranceTable, verdictOf } from '../../core/verdict'
import { defineCommand } from '../command'
import { emptyCompare } from '../documents'
import { factsOfVerdict } from '../exit-code'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { compareLines } from '../output/human'

export const compareCommand = defineCommand<CompareDocument>({
  name: 'compare',
  args: [
    { name: 'A.npz', help: (t) => t.arguments.reference },
    { name: 'B.npz', help: (t) => t.arguments.candidate },
  ],
  own: [],
  flags: compareFlags,
  empty: emptyCompare,
  print: (document, text) => compareLines(document, text, labelOf),
  async run(call, context) {
    const { recipe, settings } = await draftOf(call, context)
    const { validate } = recipe
    const core = await context.core(settings)
    return withScratch(async (scratch) => {
      const [a, b] = await Promise.all([taken(context.resolve(call.args[0] ?? ''), scratch, 'a'), taken(context.resolve(call.args[1] ?? ''), scratch, 'b')])
      const pairs: Array<{ hop: Hop; reference: string; candidate: string }> = [{ hop: 'onnx-engine', reference: a, candidate: b }]
      if (validate.expect !== null) {
        const expected = await taken(validate.expect, scratch, 'expected')
        pairs.push({ hop: 'expected-onnx', reference: expected, candidate: a }, { hop: 'expected-engine', reference: expected, candidate: b })
      }
      const document = emptyCompare()
      for (const pair of pairs) await comparePair(core.host, pair, validate, context.signal, document)
      document.verdict = verdictOf(document.comparisons)
      if (nothingCompared(document.comparisons)) {
        document.findings.push(makeFinding('NOTHING_TO_COMPARE', 'warning', context.text.faults.nothingCompared, context.text.faults.nothingComparedRemedy))
      }
      return { document, facts: factsOfVerdict(document.verdict) }
    })
  },
})

/** Reads a file of arrays and writes it again as what the engine host takes. */
async function taken(file: string, scratch: string, name: string): Promise<string> {
  const target = path.join(scratch, `${name}.safetensors`)
  await writeSafetensors(target, await readTensors(file))
  return target
}

/** What people read for the seats that the files have in the document. */
const labels: Partial<Record<Hop, string>> = { 'onnx-engine': 'A → B', 'expected-onnx': '--expect → A', 'expected-engine': '--expect → B' }
export const labelOf = (hop: Hop): string => labels[hop] ?? hop

async function comparePair(
  host: EngineHost,
  { hop, reference, candidate }: { hop: Hop; reference: string; candidate: string },
  options: ValidateOptions,
  signal: AbortSignal,
  document: CompareDocument,
): Promise<void> {
  const files = { reference: [reference], candidate: [candidate] }
  const { outputs } = await host.call('tensors.compare', { ...files, rule: options.rule, tolerances: toleranceTable([], options, null) }, { signal })
  for (const row of outputs) {
    document.comparisons.push(toComparison(hop, row))
    document.findings.push(...rowFindings(hop, row, labelOf(hop)))
  }
}
