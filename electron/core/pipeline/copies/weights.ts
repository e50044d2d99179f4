import type { StageContext } from '../stage'
import { modelWorker } from '../stages/model-worker'
import { checkUnchanged } from '../stages/source'
import { refuseUntrusted } from '../../trust/refuse'
import type { CopyRequest, Written } from './targets'

/** Weights alone: of the file as it lies there, or of the named class. Nothing runs, so nothing is compared. */
export const writeWeights =
  (to: 'wts' | 'safetensors') =>
  async ({ inputs, services, out, shapes }: CopyRequest, context: StageContext): Promise<Written> => {
    await checkUnchanged(inputs.file)
    refuseUntrusted(inputs.file, services.trust.granted(inputs.file, inputs.folder))
    const { worker, source } = await modelWorker(inputs, services, context)
    context.progress({ phase: 'Reading the weights', fraction: null })
    const { entries, where, findings } = await worker.call('write_weights', { source, to, out, shapes }, context.call)
    for (const finding of findings) context.report(finding)
    return { facts: where === '' ? {} : { where }, comparisons: [], graph: [], weights: entries }
  }
