import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { CompareDocument } from '../../../contract/documents'
import type { Finding } from '../../../contract/finding'
import type { NativeResult } from '../../../contract/native'
import type { Comparison, Hop, Verdict } from '../../../contract/run'
import type { ValidateOptions } from '../../../contract/recipe'
import type { EngineHost } from '../../core/api'
import { writing } from '../../core/disk'
import { makeFinding } from '../../core/errors'
import { readTensors, writeSafetensors } from '../../core/tensors'
import { defineCommand, type Context } from '../command'
import { emptyCompare } from '../documents'
import { factsOfVerdict } from '../exit-code'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { compareLines } from '../output/human'
import type { Text } from '../text'

type Output = NativeResult<'tensors.compare'>['outputs'][number]

export const compareCommand = defineCommand<CompareDocument>({
  name: 'compare',
  args: [
    { name: 'A.npz', help: (t) => t.arguments.reference },
    { name: 'B.npz', help: (t) => t.arguments.candidate },
  ],
  own: [],
  flags: compareFlags,
  empty: emptyCompare,
  print: compareLines,
  async run(call, context) {
    const { recipe, settings } = await draftOf(call, context)
    const { validate } = recipe
    const core = await context.core(settings)
    const parent = path.join(os.tmpdir(), 'enginesmith-')
    const scratch = await writing(parent, () => fs.mkdtemp(parent))
    try {
      const [a, b] = await Promise.all([taken(context.resolve(call.args[0] ?? ''), scratch, 'a'), taken(context.resolve(call.args[1] ?? ''), scratch, 'b')])
      const pairs: Array<{ hop: Hop; reference: string; candidate: string }> = [{ hop: 'onnx-engine', reference: a, candidate: b }]
      if (validate.expect !== null) {
        const expected = await taken(validate.expect, scratch, 'expected')
        pairs.push({ hop: 'expected-onnx', reference: expected, candidate: a }, { hop: 'expected-engine', reference: expected, candidate: b })
      }
      const document = emptyCompare()
      for (const pair of pairs) await comparePair(core.host, pair, validate, context, document)
      document.verdict = verdictOf(document.comparisons)
      if (document.comparisons.length === 0) {
        document.findings.push(makeFinding('NOTHING_TO_COMPARE', 'warning', context.text.faults.nothingCompared, context.text.faults.nothingComparedRemedy))
      }
      return { document, facts: factsOfVerdict(document.verdict) }
    } finally {
      await fs.rm(scratch, { recursive: true, force: true }).catch(() => undefined)
    }
  },
})

/** Reads a file of arrays and writes it again as what the engine host takes. */
async function taken(file: string, scratch: string, name: string): Promise<string> {
  const target = path.join(scratch, `${name}.safetensors`)
  await writeSafetensors(target, await readTensors(file))
  return target
}

async function comparePair(
  host: EngineHost,
  { hop, reference, candidate }: { hop: Hop; reference: string; candidate: string },
  { atol, rtol, rule, outputs: byOutput }: ValidateOptions,
  { signal, text }: Context,
  document: CompareDocument,
): Promise<void> {
  const tolerances = { ...byOutput, '*': { atol, rtol } }
  const { outputs } = await host.call('tensors.compare', { reference: [reference], candidate: [candidate], rule, tolerances }, { signal })
  for (const output of outputs) {
    document.comparisons.push(row(hop, output))
    document.findings.push(...findingsOf(hop, output, text))
  }
}

const row = (hop: Hop, output: Output): Comparison => {
  const { output: name, verdict, reason, compared, maxAbs, meanAbs, maxRel, rmse, cosine, mismatched, requiredAtol, atol, rtol } = output
  return { hop, output: name, verdict, reason, compared, maxAbs, meanAbs, maxRel, rmse, cosine, mismatched, requiredAtol, atol, rtol }
}

const codes = {
  missing: 'OUTPUT_MISSING',
  extra: 'OUTPUT_EXTRA',
  shape: 'OUTPUT_SHAPE',
  dtype: 'OUTPUT_DTYPE',
  nan: 'OUTPUT_NAN',
  zero: 'OUTPUT_ZERO',
  constant: 'OUTPUT_ZERO',
  mismatch: 'OUTPUT_MISMATCH',
  empty: 'NOTHING_TO_COMPARE',
  'reference-constant': 'REFERENCE_CONSTANT',
  'reference-nan': 'REFERENCE_NAN',
} as const

function findingsOf(hop: Hop, { output, verdict, problem, reason, bothNan }: Output, { faults }: Text): Finding[] {
  const severity = verdict === 'fail' ? 'error' : 'warning'
  const found: Finding[] = []
  if (verdict !== 'pass') {
    const code = problem ? codes[problem] : verdict === 'fail' ? 'OUTPUT_MISMATCH' : 'HOP_NOT_JUDGED'
    found.push(makeFinding(code, severity, faults.outputProblem(output, reason ?? verdict), faults.outputProblemRemedy, { hop, output }))
  }
  if (bothNan > 0) found.push(makeFinding('REFERENCE_NAN', 'warning', faults.bothNan(output, bothNan), faults.bothNanRemedy, { hop, output, count: bothNan }))
  return found
}

/** Fail if any row fails, else not judged if any is or if there is none, else pass. */
export function verdictOf(rows: readonly Comparison[]): Verdict {
  if (rows.some(({ verdict }) => verdict === 'fail')) return 'fail'
  return rows.length === 0 || rows.some(({ verdict }) => verdict === 'not-judged') ? 'not-judged' : 'pass'
}
