import type { Flavour, Library } from '../../../contract/native'
import { EnginesmithError } from '../errors'
import type { StageServices } from '../pipeline/stage'

export const flavourNames: Record<Flavour, string> = { tensorrt: 'TensorRT', 'tensorrt-rtx': 'TensorRT-RTX' }

/**
 * Finds and opens NVIDIA's library, in the order of the design.
 * @throws EnginesmithError BACKEND_MISSING with every attempt and its reason
 */
export async function findLibrary(flavour: Flavour, services: Pick<StageServices, 'host' | 'toolchain'>, signal?: AbortSignal): Promise<Library> {
  const places = await services.toolchain.libraryPlaces(flavour)
  const { library, attempts } = await services.host.call('library.find', { flavour, places, system: true }, { signal })
  if (library !== null) return library
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
