import type { BackendExecute } from '../port'

export const onnxruntimeExecute: BackendExecute = {
  async execute(work, context) {
    const { seconds } = await context.native('ort.run', { onnx: work.onnx, inputs: work.inputs, outputs: work.outputs })
    return { ran: true, reason: null, seconds }
  },
}
