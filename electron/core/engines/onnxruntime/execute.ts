import type { BackendExecute } from '../port'

export const onnxruntimeExecute: BackendExecute = {
  async execute(work, context) {
    const { seconds, latency } = await context.native('ort.run', { onnx: work.onnx, inputs: work.inputs, outputs: work.outputs, latency: true })
    return { ran: true, reason: null, seconds, latency }
  },
}
