import type { Flavour, Library } from '../../../contract/native'
import { EnginesmithError } from '../errors'
import type { StageServices } from '../pipeline/stage'

export const flavourNames: Record<Flavour, string> = { tensorrt: 'TensorRT', 'tensorrt-rtx': 'TensorRT-RTX' }

/**
 * Finds and opens NVIDIA's library, in the order of the design, and after it the plugin libraries of this machine: an
 * engine that uses one can be neither built nor opened without.
 * @throws EnginesmithError BACKEND_MISSING with every attempt and its reason, PLUGIN_NOT_LOADED
 */
export async function findLibrary(flavour: Flavour, services: Pick<StageServices, 'host' | 'toolchain' | 'settings'>, signal?: AbortSignal): Promise<Library> {
  const places = await services.toolchain.libraryPlaces(flavour)
  const { library, attempts } = await services.host.call('library.find', { flavour, places, system: true }, { signal })
  if (library !== null) {
    const { plugins } = services.settings()
    if (plugins.length > 0) await services.host.call('library.plugins', { library, plugins }, { signal })
    return library
  }
  const name = flavourNames[flavour]
  const first = attempts[0]
  throw new EnginesmithError(
    'BACKEND_MISSING',
    `${name} was not found or does not open on this machine.${first === undefined ? '' : ` First attempt: ${first.path}: ${first.reason}`}`,
    `Install ${name} into the Python environment, or choose its folder in Settings; ONNX Runtime works without it.`,
    { flavour, attempts: attempts.map((attempt) => ({ ...attempt })) },
    [
      { kind: 'open-toolchain', label: 'Open Toolchain' },
      { kind: 'choose-backend', label: 'Choose another backend' },
    ],
  )
}
