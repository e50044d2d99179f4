import type { Backend } from '../../../contract/engine'
import { EnginesmithError } from '../errors'
import { onnxruntimeBuild } from './onnxruntime/build'
import { onnxruntimeExecute } from './onnxruntime/execute'
import type { EngineBackend } from './port'
import { tensorrtBuild } from './tensorrt/build'
import { tensorrtExecute } from './tensorrt/execute'
import { tensorrtRtxBuild } from './tensorrt-rtx/build'
import { tensorrtRtxExecute } from './tensorrt-rtx/execute'

const table: Partial<Record<Backend, EngineBackend>> = {
  tensorrt: { name: 'tensorrt', hasEngine: true, build: tensorrtBuild, execute: tensorrtExecute },
  'tensorrt-rtx': { name: 'tensorrt-rtx', hasEngine: true, build: tensorrtRtxBuild, execute: tensorrtRtxExecute },
  onnxruntime: { name: 'onnxruntime', hasEngine: false, build: onnxruntimeBuild, execute: onnxruntimeExecute },
}

/** @throws EnginesmithError BACKEND_MISSING for a backend that this version does not drive */
export function engineBackend(name: Backend): EngineBackend {
  const backend = table[name]
  if (backend !== undefined) return backend
  throw new EnginesmithError(
    'BACKEND_MISSING',
    `This version of Enginesmith does not drive ${name}.`,
    'Choose tensorrt, tensorrt-rtx or onnxruntime.',
    { backend: name, available: Object.keys(table) },
    [{ kind: 'choose-backend', label: 'Choose another backend' }],
  )
}

export { chooseBackend } from './choose'
export { findLibrary } from './library'
export type { BuildPlan, BuildWork, Built, EngineBackend, ExecuteWork } from './port'
