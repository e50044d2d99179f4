import { EnginesmithError } from '../../errors'
import { notHere } from '../not-here'
import type { BackendExecute } from '../port'

/** The saved file alone, in a process that has compiled nothing: what ships is what is judged. */
export const torchTensorrtExecute: BackendExecute = {
  async execute(work, context) {
    if (work.engine === null || work.signature === null) throw new Error('There is no compiled program to run')
    const { packages } = await context.toolchain.environment()
    if (packages['torch-tensorrt'] === undefined)
      return {
        ran: false,
        reason: 'Torch-TensorRT is not installed in the Python of this machine, so the compiled program cannot be loaded.',
        seconds: 0,
        latency: null,
      }
    const { inputs, outputs } = work.signature
    const worker = await context.pythons.fresh()
    try {
      const { seconds } = await worker.call(
        'trt_run',
        {
          source: {
            path: work.engine,
            format: 'exported-program',
            model: null,
            modelArgs: null,
            project: context.settings().project,
            allowGlobals: [],
            trusted: false,
            keyPrefix: null,
          },
          inputNames: inputs.map(({ name }) => name),
          inputs: work.inputs,
          outputs: work.outputs,
          outputNames: outputs.length === 0 ? null : outputs.map(({ name }) => name),
          device: work.device,
        },
        context.call,
      )
      return { ran: true, reason: null, seconds, latency: null }
    } catch (error) {
      if (error instanceof EnginesmithError && notHere.has(error.code)) return { ran: false, reason: error.message, seconds: 0, latency: null }
      throw error
    } finally {
      await worker.dispose()
    }
  },
}
