import type { Backend } from '../../../contract/engine'
import { onnxruntimeBuild } from './onnxruntime/build'
import { onnxruntimeExecute } from './onnxruntime/execute'
import type { EngineBackend } from './port'
import { tensorrtBuild } from './tensorrt/build'
import { tensorrtExecute } from './tensorrt/execute'
import { tensorrtRtxBuild } from './tensorrt-rtx/build'
import { tensorrtRtxExecute } from './tensorrt-rtx/execute'
import { torchTensorrtBuild } from './torch-tensorrt/build'
import { torchTensorrtExecute } from './torch-tensorrt/execute'

const table: Record<Backend, EngineBackend> = {
  tensorrt: { name: 'tensorrt', hasEngine: true, engineKind: 'engine', build: tensorrtBuild, execute: tensorrtExecute },
  'tensorrt-rtx': { name: 'tensorrt-rtx', hasEngine: true, engineKind: 'engine', build: tensorrtRtxBuild, execute: tensorrtRtxExecute },
  'torch-tensorrt': {
    name: 'torch-tensorrt',
    hasEngine: true,
    engineKind: 'exported-program',
    build: torchTensorrtBuild,
    execute: torchTensorrtExecute,
  },
  onnxruntime: { name: 'onnxruntime', hasEngine: false, engineKind: 'engine', build: onnxruntimeBuild, execute: onnxruntimeExecute },
}

/** The two halves of a backend. */
export function engineBackend(name: Backend): EngineBackend {
  return table[name]
}

export { chooseBackend } from './choose'
export { findLibrary } from './library'
export type { BuildPlan, BuildWork, Built, EngineBackend, ExecuteWork } from './port'
