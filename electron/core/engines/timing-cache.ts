import type { Library } from '../../../contract/native'
import type { BuildOptions } from '../../../contract/recipe'
import type { StageServices } from '../pipeline/stage'
import { machineCache } from './machine-cache'

export interface TimingCachePlan {
  /** Null: none. */
  path: string | null
  /** True for the cache of this machine. */
  owned: boolean
}

/**
 * The timing cache of a build: the file that was named, else this machine's own for that GPU and that version of the
 * library, where the setting has it on. TensorRT-RTX builds without timings and has none.
 */
export async function planTimingCache(options: BuildOptions, library: Library, services: StageServices): Promise<TimingCachePlan> {
  if (options.timingCache !== null) return { path: options.timingCache, owned: false }
  if (library.flavour !== 'tensorrt' || !services.settings().timingCache) return { path: null, owned: false }
  const gpu = (await services.toolchain.environment()).gpus[options.device ?? 0]
  if (gpu === undefined) return { path: null, owned: false }
  return { path: await machineCache(services.dataFolder, 'timing-caches', library, gpu), owned: true }
}
