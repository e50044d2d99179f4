import type { Backend, OptionSupport } from '../../../contract/engine'
import { EnginesmithError } from '../errors'
import type { StageServices } from '../pipeline/stage'
import { findLibrary } from './library'

export interface BackendOptions {
  version: string | null
  /** Null where the library is not here, or is none of NVIDIA's own: what it has is not known. */
  options: OptionSupport[] | null
}

/** Which options of Build the library on this machine has, asked of its slot table by flavour and version. */
export async function backendOptions(backend: Backend, services: Pick<StageServices, 'host' | 'toolchain' | 'settings'>): Promise<BackendOptions> {
  if (backend !== 'tensorrt' && backend !== 'tensorrt-rtx') return { version: null, options: null }
  try {
    const library = await findLibrary(backend, services)
    return { version: library.version, options: (await services.host.call('library.options', { library })).options }
  } catch (error) {
    if (error instanceof EnginesmithError) return { version: null, options: null }
    throw error
  }
}
