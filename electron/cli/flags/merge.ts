import path from 'node:path'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import { readRecipe } from '../../core/store/recipes'
import { noCallTrust } from '../../core/trust/names'
import type { Call } from '../command'
import type { Draft, FlagContext } from './types'

/** Lays the flags of a call over a recipe; both come out whole and checked. Flags beat the recipe. */
export function merge(base: Recipe, given: Call['given'], context: FlagContext): Draft {
  const draft: Draft = { recipe: structuredClone(base), settings: {}, trust: noCallTrust() }
  for (const { flag, values } of given) flag.apply(draft, values, context)
  return draft
}

/** The recipe with every option at its default. */
export const defaultRecipe = (): Recipe => recipeSchema.parse({})

/**
 * Reads a recipe file. Its relative paths start at its own folder, so that a recipe and its inputs can move together.
 * Rejects with FILE_NOT_FOUND or RECIPE_INVALID.
 */
export async function recipeFrom(file: string): Promise<Recipe> {
  const recipe = await readRecipe(file)
  const at = (given: string | null): string | null => (given === null ? null : path.resolve(path.dirname(file), given))
  const { load, build, validate } = recipe
  return {
    ...recipe,
    load: { ...load, inputsFile: at(load.inputsFile) },
    build: { ...build, timingCache: at(build.timingCache) },
    validate: { ...validate, expect: at(validate.expect), runtimeCache: at(validate.runtimeCache) },
  }
}
