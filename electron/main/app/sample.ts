import path from 'node:path'
import { recipeSchema, type Recipe } from '../../../contract/recipe'

/** The bundled model: an exported program, which carries its own code and signature. */
export const sampleFile = (samples: string): string => path.join(samples, 'shapes.pt2')

/**
 * How the sample is run: with pictures whose right answers are known, and those answers; on a machine without torch
 * the same network as ONNX.
 */
export function sampleRun(samples: string, hasTorch: boolean): { path: string; recipe: Recipe } {
  const recipe = recipeSchema.parse({ load: { inputsFile: path.join(samples, 'inputs.npz') }, validate: { expect: path.join(samples, 'expected.npz') } })
  return { path: hasTorch ? sampleFile(samples) : path.join(samples, 'shapes.onnx'), recipe }
}
