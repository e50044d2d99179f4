import type { Precision } from '../../../contract/engine'
import type { Library } from '../../../contract/native'
import { EnginesmithError } from '../errors'
import type { StageServices } from '../pipeline/stage'

/**
 * INT8 and FP8 come from quantized nodes in the ONNX file; there is no calibrator. Without them the flag would change
 * nothing, which is refused rather than ignored. A library without the flag says so itself.
 * @throws EnginesmithError BUILD_NOT_QUANTIZED
 */
export async function refuseUnquantized(
  precision: Precision | null,
  operators: Readonly<Record<string, number>>,
  library: Library,
  { host }: Pick<StageServices, 'host'>,
): Promise<void> {
  if (precision !== 'int8' && precision !== 'fp8') return
  if (Object.keys(operators).length === 0 || Object.keys(operators).some((name) => /^(Dynamic)?QuantizeLinear$|^DequantizeLinear$/.test(name))) return
  const { options } = await host.call('library.options', { library })
  const values = options.find((option) => option.name === 'precision')?.values ?? null
  if (values !== null && !values.includes(precision)) return
  throw new EnginesmithError(
    'BUILD_NOT_QUANTIZED',
    `${precision.toUpperCase()} was asked for, and the ONNX file has no QuantizeLinear or DequantizeLinear node: nothing in it is quantized.`,
    'Quantize the model first (with TensorRT Model Optimizer, or onnxruntime.quantization in the QDQ format), or choose another precision.',
    { precision },
    [{ kind: 'set-option', label: 'Library default', path: 'build.precision', value: null }],
  )
}
