import type { Hop, ModelFormat } from '../../../../contract/run'
import type { TensorSpec } from '../../../../contract/tensor'
import type { WorkerParams } from '../../../../contract/worker'
import type { PythonWorker } from '../../api'
import { EnginesmithError } from '../../errors'
import { keepsState } from '../keeps-state'
import { secondInputs } from '../second-input'
import type { StageContext } from '../stage'
import { compareHop, type HopResult } from '../stages/compare-hop'
import { modelWorker } from '../stages/model-worker'
import { checkUnchanged } from '../stages/source'
import { tensorSets } from '../tensor-sets'
import type { CopyRequest } from './targets'

/** The model in its worker, what every maker of a copy is told, and how the copy is held against it. */
export interface LiveModel {
  worker: PythonWorker
  outputs: TensorSpec[]
  params: Pick<WorkerParams<'make_program'>, 'source' | 'inputs' | 'sample' | 'outputNames'>
  /** Runs the file in a process that has seen nothing, on the run's inputs and a second one. */
  compare: (hop: Hop, format: ModelFormat) => Promise<HopResult>
  /** Whether the model differs from itself: asked where a copy differs from it. */
  keepsState: () => Promise<boolean>
}

/** @throws EnginesmithError where Load has not been run; as `modelWorker` does */
export async function liveModel({ inputs, services, out }: CopyRequest, context: StageContext): Promise<LiveModel> {
  await checkUnchanged(inputs.file)
  const signature = inputs.cards.load?.signature ?? null
  const [sample] = tensorSets(inputs.folder, inputs.artifacts.load, 'inputs')
  if (signature === null || sample === undefined) {
    throw new EnginesmithError('INPUTS_UNKNOWN', 'The model has not been loaded yet, so there is no sample to make this file with.', 'Run Load first.', {}, [
      { kind: 'run-again', label: 'Run Load' },
    ])
  }
  const { worker, source } = await modelWorker(inputs, services, context)
  const names = signature.inputs.map(({ name }) => name)
  const outputNames = signature.outputs.length === 0 ? null : signature.outputs.map((output) => output.name)
  return {
    worker,
    outputs: signature.outputs,
    params: { source, inputs: signature.inputs, sample, outputNames },
    keepsState: () => keepsState(worker, source, signature, sample, context),
    async compare(hop, format) {
      const second = await secondInputs(inputs, worker, source, context)
      const key = `copy ${context.scratch}`
      const fresh = await context.pythons.isolated(key)
      const own = { ...source, path: out, format, model: null, modelArgs: null, allowGlobals: [], trusted: false, keyPrefix: null }
      const run = async (given: string[], outputs: string[]): Promise<void> => {
        context.progress({ phase: 'Running it in a fresh process', fraction: null })
        await fresh.call('run', { source: own, inputNames: names, inputs: given, outputs, outputNames }, context.call)
      }
      try {
        return await compareHop({ inputs, signature, hop, run, second }, context)
      } finally {
        await context.pythons.endIsolated(key)
      }
    },
  }
}
