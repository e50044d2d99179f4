import type { z } from 'zod'
import type { NativeMethods, NativeResult } from '../../../contract/native'
import type { Latency } from '../../../contract/run'
import { throwIfCancelled } from '../cancelled'
import { readSafetensors, writeSafetensors } from '../tensors'
import type { Addon, AddonCall, NativeTensor } from './addon'
import { warmLatency } from './latency'

/** Loads the very engine file once and runs every input set through it; one output file for each. */
export async function runEngine(addon: Addon, params: z.output<NativeMethods['engine.run']['params']>, call: AddonCall): Promise<NativeResult<'engine.run'>> {
  const { library, engine, device, inputs, outputs, latency: timed = false } = params
  const opened = await addon.openEngine({ library, engine, device }, call)
  if (opened.session === null) return { ran: false, reason: opened.reason, seconds: 0, latency: null }
  const { session } = opened
  try {
    let seconds = 0
    let latency: Latency | null = null
    for (const [index, path] of inputs.entries()) {
      throwIfCancelled(call.signal)
      const out = outputs[index]
      if (out === undefined) throw new Error('engine.run needs an output file for every input file')
      const tensors: NativeTensor[] = [...(await readSafetensors(path))].map(([name, tensor]) => ({ name, ...tensor }))
      const result = await session.run(tensors, call)
      seconds += result.seconds
      await writeSafetensors(out, new Map(result.outputs.map(({ name, dtype, shape, data }) => [name, { dtype, shape, data }])))
      if (timed) latency ??= await warmLatency(result.seconds, async () => (await session.run(tensors, call)).seconds, call.signal)
    }
    return { ran: true, reason: null, seconds, latency }
  } finally {
    await session.close()
  }
}
