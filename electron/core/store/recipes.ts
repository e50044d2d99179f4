import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import { writing } from '../disk'
import { EnginesmithError } from '../errors'

const remedy = 'Compare the file with docs/schemas/recipe.json; a recipe holds options of the four stages and nothing else.'

/** Checks what claims to be a recipe. @throws EnginesmithError RECIPE_INVALID that lists every bad field. */
export function parseRecipe(raw: unknown, from: string): Recipe {
  const parsed = recipeSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  throw new EnginesmithError('RECIPE_INVALID', `${from} is not a valid recipe: ${z.prettifyError(parsed.error)}`, remedy, {
    path: from,
    issues: parsed.error.issues.map((issue) => ({ field: issue.path.map(String).join('.'), message: issue.message })),
  })
}

/** @throws EnginesmithError FILE_NOT_FOUND, RECIPE_INVALID */
export async function readRecipe(path: string): Promise<Recipe> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new EnginesmithError('FILE_NOT_FOUND', `The recipe ${path} cannot be read.`, 'Check the path of the recipe.', { path }, [], { cause: error })
  }
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw new EnginesmithError('RECIPE_INVALID', `${path} is not JSON: ${error instanceof Error ? error.message : ''}`, remedy, { path })
  }
  return parseRecipe(raw, path)
}

export function writeRecipe(path: string, recipe: Recipe): Promise<void> {
  return writing(path, () => writeFileAtomic(path, `${JSON.stringify(recipe, null, 2)}\n`))
}
