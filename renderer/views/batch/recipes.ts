import type { Recipe } from '../../../contract/recipe'
import { call } from '../../api'
import { fileName } from '../../i18n/format'
import { useBatch } from '../../stores/batch'
import { useUi } from '../../stores/ui'
import { fitRecipe, together } from './state'

/** Asks for a recipe file and gives it to these rows, which go by its name from then on. */
export async function chooseRecipe(ids: string[]): Promise<void> {
  const ui = useUi()
  const path = (await ui.attempt(() => call('dialog.open', { kind: 'recipe' })))?.path
  if (path == null) return
  const recipe = await ui.attempt(() => call('recipe.read', { path }))
  if (recipe === undefined) return
  await giveRecipe(ids, recipe, fileName(path))
}

/** Gives rows a recipe, fitted to each: one recipe serves models of many classes and inputs. */
export async function giveRecipe(ids: readonly string[], recipe: Recipe, name: string | null = null): Promise<void> {
  const batch = useBatch()
  const common = batch.head?.recipe
  if (common === undefined) return
  const edits = together(batch.rows.filter((row) => ids.includes(row.id)).map((row) => [row.id, { recipe: fitRecipe(recipe, row, common) }]))
  if (name !== null) for (const { edit } of edits) batch.recipeNames.set(JSON.stringify(edit.recipe), name)
  await batch.editEach(edits)
}
