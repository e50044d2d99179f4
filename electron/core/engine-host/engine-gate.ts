import type { Library, NativeResult } from '../../../contract/native'
import { engineHeaderOf } from '../formats/engine'
import { runsHere } from '../formats/engine-here'

/** What every call that opens an engine says of it. */
export interface EngineOpening {
  engine: string
  library: Library
  device: number | null
  hostCode?: boolean
}

/**
 * The gate before every deserialisation, in whichever path: why this engine must not be given to this library, from
 * its header alone; null where nothing there speaks against it. Its words are a reason, not an error: the engine may
 * run elsewhere.
 * @throws EnginesmithError FILE_NOT_FOUND, FILE_TRUNCATED
 */
export async function engineObjection(
  { engine, library, device, hostCode = false }: EngineOpening,
  devices: NativeResult<'cuda.devices'>,
): Promise<string | null> {
  const header = await engineHeaderOf(engine)
  // What is no engine at all is for the native module to word.
  if (header === null || devices.devices.length === 0) return null
  if (header.hostCode === true && !hostCode) return 'its header lists a lean runtime, and nobody allowed that host code'
  const chosen = devices.devices.filter(({ index }) => index === (device ?? 0))
  if (chosen.length === 0 || header.flavour !== library.flavour) return null
  const versions = { tensorrt: null, 'tensorrt-rtx': null, [library.flavour]: library.version }
  const answer = runsHere(header, { ...devices, devices: chosen }, versions)
  return answer.runsHere === 'no' ? answer.reason : null
}
