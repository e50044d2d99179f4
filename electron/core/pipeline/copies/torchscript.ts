import { makeFinding } from '../../errors'
import { stateful } from '../keeps-state'
import type { StageContext } from '../stage'
import type { CopyRequest, Written } from './targets'
import { liveModel } from './live-model'

/** TorchScript, traced or scripted; loaded by a fresh process and held against the model at the sample and at a second input. */
export async function writeTorchscript(request: CopyRequest, context: StageContext): Promise<Written> {
  const { script, variant } = request.inputs.recipe.convert
  const live = await liveModel(request, context)
  const made = await live.worker.call('make_torchscript', { ...live.params, script, variant, out: request.out }, context.call)
  const facts = { how: made.how, variant: made.variant, branches: String(made.branches), loops: String(made.loops) }
  for (const finding of made.findings) context.report(finding)
  const { comparisons, frozen } = await live.compare('pytorch-torchscript', 'torchscript')
  if (comparisons.some(({ verdict }) => verdict === 'fail')) {
    const traced = made.how === 'trace'
    const outputs = comparisons.filter(({ verdict }) => verdict === 'fail').map((row) => ({ ...row }))
    if (await live.keepsState()) {
      context.report(makeFinding('CONVERT_MISMATCH', 'warning', stateful.message, stateful.remedy, { outputs, frozen, ...stateful.evidence }))
      return { facts, comparisons, graph: [], weights: [] }
    }
    context.report(
      makeFinding(
        'CONVERT_MISMATCH',
        'warning',
        frozen
          ? 'The TorchScript file does what the model does at the sample, but not at a second input: tracing froze a size or a branch.'
          : 'The TorchScript file does not do what the model does.',
        traced ? 'Script it instead, which keeps branches and loops.' : 'Save the plain variant, or use the exported program.',
        { outputs, frozen },
        traced
          ? [{ kind: 'set-option', label: 'Script instead', path: 'convert.script', value: 'script' }]
          : [{ kind: 'set-option', label: 'Save the plain variant', path: 'convert.variant', value: 'plain' }],
      ),
    )
  }
  return { facts, comparisons, graph: [], weights: [] }
}
