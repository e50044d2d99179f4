import { join } from 'node:path'
import type { Signature } from '../../../contract/tensor'
import type { WorkerParams } from '../../../contract/worker'
import type { PythonWorker } from '../api'
import type { StageContext } from './stage'

/** What is said of a conversion that differs from a model which differs from itself. */
export const stateful = {
  message: 'The model keeps a state: it answers the same input differently from call to call, so there is no one answer to hold the file against.',
  remedy: 'Make the state an input and an output of forward, or reset it there, then convert again.',
  evidence: { keepsState: true },
} as const

/** Whether the model answers one input differently from call to call; random numbers start from one seed, so it is no chance. */
export async function keepsState(
  worker: PythonWorker,
  source: WorkerParams<'run'>['source'],
  signature: Signature,
  sample: string,
  context: StageContext,
): Promise<boolean> {
  context.progress({ phase: 'Asking the model twice', fraction: null })
  const [first, again] = [0, 1].map((turn) => join(context.scratch, `same-input-${turn}.safetensors`)) as [string, string]
  const outputNames = signature.outputs.length === 0 ? null : signature.outputs.map(({ name }) => name)
  const inputNames = signature.inputs.map(({ name }) => name)
  await worker.call('run', { source, inputNames, inputs: [sample, sample], outputs: [first, again], outputNames }, context.call)
  const { outputs } = await context.native('tensors.compare', {
    reference: [first],
    candidate: [again],
    rule: 'numpy',
    tolerances: { '*': { atol: 0, rtol: 0 } },
  })
  return outputs.some(({ verdict }) => verdict === 'fail')
}
