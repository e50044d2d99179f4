import type { EngineHeader } from '../../../contract/engine'
import type { NativeResult } from '../../../contract/native'
import type { BuildCard } from '../../../contract/run'

type Devices = NativeResult<'cuda.devices'>

/**
 * Can a GPU of this machine run the engine? From its header alone: `unknown` where the header does not say for what it
 * was built.
 */
export function runsHere(header: EngineHeader | null, devices: Devices): Pick<BuildCard, 'runsHere' | 'runsHereReason'> {
  const [first] = devices.devices
  if (first === undefined) return { runsHere: 'no', runsHereReason: devices.reason ?? 'this machine has no NVIDIA GPU that can be used' }
  if (header === null || header.targets.length === 0) {
    return { runsHere: 'unknown', runsHereReason: 'the engine does not say for which GPUs it was built' }
  }
  const here = devices.devices.map((device) => `sm${device.computeCapability.replace('.', '')}`)
  const built = header.targets.join(', ')
  if (here.some((target) => header.targets.includes(target)))
    return { runsHere: 'yes', runsHereReason: `it was built for ${built}, and ${first.name} is among them` }
  return { runsHere: 'no', runsHereReason: `it was built for ${built}; this machine has ${here.join(', ')} (${first.name})` }
}
