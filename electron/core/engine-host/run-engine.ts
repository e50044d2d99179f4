import type { z } from 'zod'
import type { NativeMethods, NativeResult } from '../../../contract/native'
import { throwIfCancelled } from '../cancelled'
import { readSafetensors, writeSafetensors } from '../tensors'
import type { Addon, AddonCall, NativeTensor } from './addon'

/** Loads the very engine file once and runs every input set through it; one output file for each. */
export async function runEngine(addon: Addon, params: z.output<NativeMethods['engine.run']['params']>, call: AddonCall): Promise<NativeResult<'engine.run'>> {
  const { library, engine, device, inputs, outputs } = params
  const opened = await addon.openEngine({ library, engine, device }, call)
  if (opened.session === null) return { ran: false, reason: opened.reason, seconds: 0 }
  try {
    let seconds = 0
    for (const [index, path] of inputs.entries()) {
      throwIfCancelled(call.signal)
      const out = outputs[index]
      if (out === undefined) throw new Error('engine.run needs an output file for every input file')
      const tensors: NativeTensor[] = [...(await readSafetensors(path))].map(([name, tensor]) => ({ name, ...tensor }))
      const result = await opened.session.run(tensors, call)
      seconds += result.seconds
      await writeSafetensors(out, new Map(result.outputs.map(({ name, dtype, shape, data }) => [name, { dtype, shape, data }])))
    }
    return { ran: true, reason: null, seconds }
  } finally {
    await opened.session.close()
  }
}
