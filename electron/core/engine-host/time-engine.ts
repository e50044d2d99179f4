import type { z } from 'zod'
import type { NativeMethods, NativeResult } from '../../../contract/native'
import type { Addon, AddonCall } from './addon'
import { keepRuntimeCache, openRuntimeCache } from './runtime-cache'

/** Times an engine and keeps what TensorRT-RTX compiled for it. */
export async function timeEngine(
  addon: Addon,
  params: z.output<NativeMethods['engine.time']['params']>,
  call: AddonCall,
): Promise<NativeResult<'engine.time'>> {
  const cache = params.runtimeCache === null ? null : await openRuntimeCache(params.runtimeCache)
  const { result, reason, runtimeCache: bytes } = await addon.timeEngine({ ...params, runtimeCache: cache?.bytes ?? null }, call)
  if (result === null) return { result, reason }
  const { runtimeCacheTaken, ...timed } = result
  return { result: { ...timed, runtimeCache: cache === null ? null : await keepRuntimeCache(cache, runtimeCacheTaken !== false, bytes) }, reason }
}
