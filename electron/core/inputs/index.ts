import { join } from 'node:path'
import type { LoadOptions } from '../../../contract/recipe'
import { readTensors, writeSafetensors, type Tensor } from '../tensors'
import { EnginesmithError } from '../errors'
import { planInputs, type InputPlan, type PlanRequest } from './plan'
import { makeSamples } from './sample'

export { formatInputSpec, parseInputSpec, parseShapesSpec, profilesFromShapes } from './parse'
export { planInputs, unknownInputs, type InputPlan, type PlannedInput, type PlanRequest } from './plan'
export { makeSamples } from './sample'
export { mapNames } from './names'

/**
 * The arrays of the recipe's file of inputs; null where it names none.
 * @throws EnginesmithError INPUTS_INVALID with what is wrong with the file
 */
export async function readInputsFile(load: Pick<LoadOptions, 'inputsFile'>): Promise<Map<string, Tensor> | null> {
  if (load.inputsFile === null) return null
  try {
    const tensors = await readTensors(load.inputsFile)
    if (tensors.size > 0) return tensors
    throw new EnginesmithError('INPUTS_INVALID', `${load.inputsFile} holds no arrays.`, 'Make it with numpy.savez(file, name=array, …).', {
      path: load.inputsFile,
    })
  } catch (error) {
    if (!(error instanceof EnginesmithError) || error.code === 'INPUTS_INVALID') throw error
    throw new EnginesmithError('INPUTS_INVALID', `The file of inputs cannot be used: ${error.message}`, error.remedy, { ...error.evidence, cause: error.code })
  }
}

/**
 * Plans the inputs and writes each sample set as `inputs-N.safetensors` into `folder`.
 * @returns the plan and the files, one a set
 * @throws EnginesmithError as `planInputs`, `readInputsFile` and writing do
 */
export async function prepareInputs(
  request: Omit<PlanRequest, 'arrays' | 'load'> & { load: LoadOptions },
  folder: string,
): Promise<{ plan: InputPlan; files: string[] }> {
  const plan = planInputs({ ...request, arrays: await readInputsFile(request.load) })
  const files: string[] = []
  for (const [index, sample] of makeSamples(plan, request.load).entries()) {
    const file = join(folder, `inputs-${index}.safetensors`)
    await writeSafetensors(file, sample)
    files.push(file)
  }
  return { plan, files }
}
