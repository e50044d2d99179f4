import type { BuildOptions } from '../../../../contract/recipe'
import { EnginesmithError } from '../../errors'
import type { BackendBuild } from '../port'
import { setOptions } from '../set-options'

/** Options that make no sense without a builder; profiles still say with which sizes the sample runs. */
function refuse(options: BuildOptions): void {
  const asked = setOptions(options)
  if (asked.length === 0) return
  throw new EnginesmithError(
    'BUILD_OPTION_UNSUPPORTED',
    `ONNX Runtime on the CPU builds no engine, so it has no ${asked.join(', ')}.`,
    'Leave these options out, or choose TensorRT or TensorRT-RTX.',
    { backend: 'onnxruntime', options: [...asked] },
    [{ kind: 'choose-backend', label: 'Choose another backend' }],
  )
}

/** What ONNX Runtime says of an operator that it does not have, as a refusal of the Build stage. */
function asBuildError(error: unknown): unknown {
  if (!(error instanceof EnginesmithError) || error.code !== 'ONNX_INVALID') return error
  const match = /(?:No Op registered for|Could not find an implementation for|is not a registered function\/op)\s*([\w.:]+)?/i.exec(error.message)
  if (match === null) return error
  const operator = match[1] ?? /:\s*([\w.:]+)\(-?\d+\) is not a registered/.exec(error.message)?.[1] ?? 'unknown'
  return new EnginesmithError(
    'BUILD_UNSUPPORTED_OPERATOR',
    `ONNX Runtime has no operator ${operator}: ${error.message}`,
    'Export the model with the other exporter or another opset, or replace the operator in the model.',
    { nodes: [{ node: '', operator, message: error.message }] },
    [{ kind: 'choose-exporter', label: 'Try the other exporter' }],
  )
}

/** The embedded default: nothing is built, ONNX Runtime takes the ONNX file as it is. Always labelled as not TensorRT. */
export const onnxruntimeBuild: BackendBuild = {
  async plan(options, services) {
    refuse(options)
    return { library: null, onGpu: false, device: null, environment: { onnxruntime: (await services.toolchain.environment()).onnxruntime } }
  },
  async build(plan, work, context) {
    const begin = performance.now()
    context.progress({ phase: 'Opening the model in ONNX Runtime', fraction: null })
    try {
      await context.native('ort.describe', { onnx: work.onnx })
    } catch (error) {
      throw asBuildError(error)
    }
    return {
      produced: [],
      card: {
        backend: 'onnxruntime',
        libraryVersion: plan.environment['onnxruntime'] ?? null,
        targets: [],
        header: null,
        profiles: work.profiles,
        readBacks: [],
        layers: null,
        precisions: [],
        notReadBack: null,
        buildSeconds: (performance.now() - begin) / 1000,
        bytes: null,
        phases: [],
        runsHere: 'yes',
        runsHereReason: 'ONNX Runtime runs on the CPU of this machine; it is not TensorRT',
        trtexec: null,
      },
    }
  },
}
