import type { Flavour } from '../../../contract/native'
import { EnginesmithError } from '../errors'
import { sha256File } from '../files/hash'
import { hostCodeError, isHostCodeReason } from '../trust/host-code'
import { findLibrary } from './library'
import { notHere } from './not-here'
import type { BackendExecute } from './port'
import { nativeRunOptions } from './run-options'

/** Running an engine with either of NVIDIA's libraries; what this machine lacks for it is a reason, not an error. */
export function nvidiaExecute(flavour: Flavour): BackendExecute {
  return {
    async execute(work, context) {
      if (work.engine === null) throw new Error('There is no engine file to run')
      try {
        const library = await findLibrary(flavour, context, context.signal)
        const { gpus } = await context.toolchain.environment()
        const { weightStreaming, runtimeCache, ...result } = await context.native('engine.run', {
          library,
          engine: work.engine,
          inputs: work.inputs,
          outputs: work.outputs,
          device: work.device,
          hostCode: work.hostCode,
          latency: true,
          ...(await nativeRunOptions(work.ask, library, gpus[work.device ?? 0], context)),
        })
        if (!result.ran && result.reason !== null && isHostCodeReason(result.reason)) {
          throw hostCodeError(work.engine, await sha256File(work.engine, context.signal), result.reason)
        }
        return { ...result, use: result.ran ? { weightStreaming, runtimeCache } : null }
      } catch (error) {
        if (error instanceof EnginesmithError && notHere.has(error.code)) return { ran: false, reason: error.message, seconds: 0, latency: null }
        throw error
      }
    },
  }
}
