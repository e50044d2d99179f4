import type { Backend } from '../../../contract/engine'
import type { DoctorDocument } from '../../../contract/environment'
import type { Finding } from '../../../contract/finding'
import { makeFinding } from '../errors'

/**
 * Without a word from the user: `tensorrt` if a GPU here runs it, else `tensorrt-rtx` if it is found, else ONNX Runtime.
 * The finding says which and why.
 */
export function chooseBackend(doctor: Pick<DoctorDocument, 'engines' | 'gpus'>): { backend: Backend; finding: Finding } {
  const { engines, gpus } = doctor
  if (engines.tensorrt.available && gpus.length > 0) return chosen('tensorrt', `TensorRT ${engines.tensorrt.version ?? ''} and a GPU for it are here`)
  if (engines['tensorrt-rtx'].available)
    return chosen('tensorrt-rtx', `TensorRT-RTX ${engines['tensorrt-rtx'].version ?? ''} is here${gpus.length === 0 ? ' and builds without a GPU' : ''}`)
  return chosen('onnxruntime', 'neither TensorRT nor TensorRT-RTX was found; ONNX Runtime on the CPU is not TensorRT and makes no engine file')
}

function chosen(backend: Backend, why: string): { backend: Backend; finding: Finding } {
  return {
    backend,
    finding: makeFinding(
      'BACKEND_CHOSEN',
      'info',
      `No backend was asked for, so ${backend} was taken: ${why.trim()}.`,
      'Choose a backend in the Build step, or by --backend, to have another.',
      { backend },
      [{ kind: 'choose-backend', label: 'Choose another backend' }],
    ),
  }
}
