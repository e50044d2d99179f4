import { EnginesmithError, makeFinding } from '../../errors'
import { notJudged } from '../../verdict'
import type { StageContext } from '../stage'
import type { CopyRequest, Written } from './targets'
import { liveModel } from './live-model'

/** An exported program; loaded by a fresh process and run at the sample and at a second size: a bound that cannot be read back shows there. */
export async function writeProgram(request: CopyRequest, context: StageContext): Promise<Written> {
  const { strict } = request.inputs.recipe.convert
  const live = await liveModel(request, context)
  const made = await live.worker.call('make_program', { ...live.params, strict, out: request.out }, context.call)
  for (const finding of made.findings) context.report(finding)
  let comparisons: Written['comparisons']
  try {
    comparisons = (await live.compare('pytorch-exported-program', 'exported-program')).comparisons
  } catch (error) {
    // A fresh process does not know the library that the operators come from; the file itself may be right.
    if (!(error instanceof EnginesmithError) || error.code !== 'EXPORT_CUSTOM_OP') throw error
    const reason = `A fresh process does not know ${made.custom.join(', ')}.`
    comparisons = live.outputs.map(({ name }) => notJudged('pytorch-exported-program', name, reason))
  }
  const bad = comparisons.filter(({ verdict }) => verdict === 'fail')
  if (bad.length > 0) {
    context.report(
      makeFinding(
        'CONVERT_MISMATCH',
        'warning',
        `The exported program does not do what the model does once it is saved and loaded again: ${bad.map(({ output, reason }) => `${output} (${reason ?? output})`).join(', ')}.`,
        `Export it in ${strict ? 'non-strict' : 'strict'} mode, or with another PyTorch.`,
        { outputs: bad.map((row) => ({ ...row })) },
        [{ kind: 'set-option', label: `Use ${strict ? 'non-strict' : 'strict'} mode`, path: 'convert.strict', value: !strict }],
      ),
    )
  }
  const facts = {
    mode: strict ? 'strict' : 'non-strict',
    operators: String(made.operators.length),
    ...(made.custom.length === 0 ? {} : { custom: made.custom.join(', ') }),
    ...(made.symbols.length === 0 ? {} : { symbols: made.symbols.join(', ') }),
  }
  return { facts, comparisons, graph: made.signature, weights: [] }
}
