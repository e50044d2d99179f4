import type { DoctorDocument } from '../../../contract/environment'
import { backends, type Backend } from '../../../contract/engine'
import { backendNames } from './hops'

/** One of the radio cards of the Build step. */
export interface BackendCard {
  backend: Backend
  name: string
  version: string | null
  available: boolean
  /** Key of the line under the name; `notFound` has the reason of the last attempt beside it. */
  note: 'here' | 'forTarget' | 'notTensorRt' | 'noGpu' | 'notFound' | 'looking'
  reason: string | null
}

/** `NVIDIA H100 80GB HBM3` is `H100`; what else a name holds is on the Toolchain page. */
export const shortGpu = (name: string): string => name.replace(/^NVIDIA\s+/, '').replace(/\s+(\d+GB|PCIe|SXM\d?|HBM\d?e?|Laptop GPU).*$/i, '')

/** The four libraries and what each can do on this machine; null `doctor` while the machine is still being looked at. */
export function backendCards(doctor: DoctorDocument | null): BackendCard[] {
  return backends.map((backend) => {
    const found = doctor?.engines[backend]
    const available = found?.available ?? false
    return {
      backend,
      name: backendNames[backend],
      version: found?.version ?? null,
      available,
      note: noteOf(backend, doctor, available),
      reason: available ? null : (found?.attempts[found.attempts.length - 1]?.reason ?? null),
    }
  })
}

function noteOf(backend: Backend, doctor: DoctorDocument | null, available: boolean): BackendCard['note'] {
  if (backend === 'onnxruntime') return 'notTensorRt'
  if (doctor === null) return 'looking'
  if (!available) return doctor.gpus.length === 0 && backend !== 'tensorrt-rtx' ? 'noGpu' : 'notFound'
  return backend === 'tensorrt-rtx' ? 'forTarget' : doctor.gpus.length > 0 ? 'here' : 'noGpu'
}

/** What Build takes where the recipe names none: the command line's own order. */
export function defaultBackend(doctor: DoctorDocument): Backend {
  if (doctor.engines.tensorrt.available && doctor.gpus.length > 0) return 'tensorrt'
  return doctor.engines['tensorrt-rtx'].available ? 'tensorrt-rtx' : 'onnxruntime'
}
