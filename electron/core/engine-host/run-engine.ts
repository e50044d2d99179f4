import type { z } from 'zod'
import type { NativeMethods, NativeResult } from '../../../contract/native'
import type { Latency } from '../../../contract/run'
import { throwIfCancelled } from '../cancelled'
import { readSafetensors, writeSafetensors } from '../tensors'
import type { Addon, AddonCall, EngineSession, NativeTensor } from './addon'
import { warmLatency } from './latency'
import { keepRuntimeCache, openRuntimeCache } from './runtime-cache'

/** One input set is read and copied while another is computed. */
const atOnce = 2

/**
 * Loads the very engine file once and runs every input set through it; one output file for each. `seconds` is the time from the first
 * set's reading to the last one's writing; the latency is measured on the first set, alone.
 */
export async function runEngine(addon: Addon, params: z.output<NativeMethods['engine.run']['params']>, call: AddonCall): Promise<NativeResult<'engine.run'>> {
  const { library, engine, device, inputs, outputs, latency: timed = false } = params
  if (outputs.length !== inputs.length) throw new Error('engine.run needs an output file for every input file')
  const cache = params.runtimeCache === null ? null : await openRuntimeCache(params.runtimeCache)
  const { hostCode, weightBudget } = params
  const opened = await addon.openEngine({ library, engine, device, hostCode, weightBudget, runtimeCache: cache?.bytes ?? null }, call)
  if (opened.session === null) return { ran: false, reason: opened.reason, seconds: 0, latency: null, weightStreaming: null, runtimeCache: null }
  const { session } = opened
  const began = performance.now()
  try {
    const waiting = inputs.map((path, index) => ({ path, out: outputs[index]! }))
    const lanes = Array.from({ length: Math.min(atOnce, waiting.length) }, async () => {
      for (let set = waiting.shift(); set !== undefined; set = waiting.shift()) {
        throwIfCancelled(call.signal)
        try {
          await runSet(session, set.path, set.out, call)
        } catch (error) {
          waiting.length = 0
          throw error
        }
      }
    })
    // Both have ended before the session closes, whatever either met.
    const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const seconds = (performance.now() - began) / 1000
    const latency = timed ? await latencyOf(session, inputs[0], call) : null
    const runtimeCache = cache === null ? null : await keepRuntimeCache(cache, session.runtimeCacheTaken !== false, await session.runtimeCache())
    return { ran: true, reason: null, seconds, latency, weightStreaming: session.weightStreaming, runtimeCache }
  } finally {
    await session.close()
  }
}

async function latencyOf(session: EngineSession, set: string | undefined, call: AddonCall): Promise<Latency | null> {
  if (set === undefined) return null
  const tensors = await tensorsOf(set)
  const once = async (): Promise<number> => (await session.run(tensors, call)).seconds
  return warmLatency(await once(), once, call.signal)
}

async function tensorsOf(path: string): Promise<NativeTensor[]> {
  return [...(await readSafetensors(path))].map(([name, tensor]) => ({ name, ...tensor }))
}

async function runSet(session: EngineSession, path: string, out: string, call: AddonCall): Promise<void> {
  const { outputs } = await session.run(await tensorsOf(path), call)
  await writeSafetensors(out, new Map(outputs.map(({ name, dtype, shape, data }) => [name, { dtype, shape, data }])))
}
