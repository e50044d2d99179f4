import { call } from '../../api'
import { fileName } from '../../i18n/format'
import { useBatch } from '../../stores/batch'
import { useUi } from '../../stores/ui'

/** Asks for a recipe file and gives it to these rows, which go by its name from then on. */
export async function chooseRecipe(ids: string[]): Promise<void> {
  const ui = useUi()
  const batch = useBatch()
  const path = (await ui.attempt(() => call('dialog.open', { kind: 'recipe' })))?.path
  if (path == null) return
  const recipe = await ui.attempt(() => call('recipe.read', { path }))
  if (recipe === undefined) return
  batch.recipeNames.set(JSON.stringify(recipe), fileName(path))
  await batch.edit(ids, { recipe })
}
