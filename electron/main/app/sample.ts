import path from 'node:path'
import { recipeSchema, type Recipe } from '../../../contract/recipe'

/** The bundled model: an exported program, which carries its own code and signature. */
export const sampleFile = (samples: string): string => path.join(samples, 'shapes.pt2')

/** What the sample is run with: pictures whose right answers are known, and those answers. */
export function sampleRecipe(samples: string): Recipe {
  return recipeSchema.parse({ load: { inputsFile: path.join(samples, 'inputs.npz') }, validate: { expect: path.join(samples, 'expected.npz') } })
}
