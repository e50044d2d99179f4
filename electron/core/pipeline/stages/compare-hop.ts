import type { Comparison, ComparisonDetail } from '../../../../contract/run'
import type { Signature } from '../../../../contract/tensor'
import { toComparison, toDetails, toleranceTable } from '../../verdict'
import type { StageContext, StageInputs } from '../stage'
import { outputFiles, tensorSets } from '../tensor-sets'

export interface HopRequest {
  inputs: StageInputs
  onnx: string
  signature: Signature
  hop: 'pytorch-onnx'
}

/** Runs the ONNX file on the run's own inputs and compares with PyTorch's saved outputs. */
export async function compareHop(request: HopRequest, context: StageContext): Promise<{ comparisons: Comparison[]; details: ComparisonDetail[] }> {
  const { folder, artifacts, recipe } = request.inputs
  const sets = tensorSets(folder, artifacts.load, 'inputs')
  const reference = tensorSets(folder, artifacts.load, 'reference')
  const candidate = outputFiles(context.scratch, 'onnx', sets.length)
  context.progress({ phase: 'Running ONNX Runtime', fraction: null })
  await context.native('ort.run', { onnx: request.onnx, inputs: sets, outputs: candidate })
  context.progress({ phase: 'Comparing with PyTorch', fraction: null })
  const { outputs } = await context.native('tensors.compare', {
    reference,
    candidate,
    rule: recipe.validate.rule,
    tolerances: toleranceTable(request.signature.outputs, recipe.validate, null),
  })
  return { comparisons: outputs.map((row) => toComparison(request.hop, row)), details: toDetails(request.hop, outputs) }
}
