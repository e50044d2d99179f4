import { copyTargetsOf, type Copy, type CopyTarget } from '../../../../contract/copy'
import type { ModelFormat } from '../../../../contract/run'
import { EnginesmithError } from '../../errors'
import type { StageContext, StageInputs, StageServices } from '../stage'
import { writeProgram } from './program'
import { writeTorchscript } from './torchscript'
import { writeWeights } from './weights'

/** What a target's own file adds to a copy's place, hash and time. */
export type Written = Pick<Copy, 'facts' | 'comparisons' | 'graph' | 'weights'>

export interface CopyRequest {
  inputs: StageInputs
  services: StageServices
  /** In the scratch folder; the file is moved from there. */
  out: string
  /** Shapes by name for the tensors of a `.wts` file. */
  shapes: Record<string, number[]> | null
}

/** Each target's own file: it writes `out`, compares it where it can run, and tells what it is. */
export const writers: Record<CopyTarget, (request: CopyRequest, context: StageContext) => Promise<Written>> = {
  torchscript: writeTorchscript,
  'exported-program': writeProgram,
  safetensors: writeWeights('safetensors'),
  wts: writeWeights('wts'),
}

/** Why not, of a format that not every copy can be made of. */
const reasons: Partial<Record<ModelFormat, string>> = {
  onnx: 'an ONNX file has no PyTorch model or weights in it that could be written out',
  wts: 'a .wts file holds weights alone, which go to safetensors',
  engine: 'an engine is the end of the way; nothing can be made of it',
}

/**
 * Refuses what cannot be written from a file of this format.
 * @throws EnginesmithError CONVERT_TARGET_UNSUPPORTED
 */
export function refuseTarget(format: ModelFormat, target: CopyTarget): void {
  if (copyTargetsOf(format).includes(target)) return
  const why = reasons[format] ?? 'there is no PyTorch model in it'
  throw new EnginesmithError(
    'CONVERT_TARGET_UNSUPPORTED',
    `This file cannot be written as ${target}: ${why}.`,
    'Give the PyTorch file that it was made from.',
    {
      format,
      target,
    },
  )
}
