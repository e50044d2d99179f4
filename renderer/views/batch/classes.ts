import type { BatchRow, RowEdit } from '../../../contract/batch'
import type { LoadOptions, Recipe } from '../../../contract/recipe'
import { useTrust } from '../../stores/trust'
import { useUi } from '../../stores/ui'
import { ownRecipe } from './state'

/** What recipes say of code, and the names of the rows that say it. */
export type NamedClass = Pick<LoadOptions, 'model' | 'modelArgs'> & { files: string[] }

/** The classes of rows, each with its arguments once. */
export function classesOf(rows: readonly BatchRow[], common: Recipe): NamedClass[] {
  const named = new Map<string, NamedClass>()
  for (const row of rows) {
    const { model, modelArgs } = ownRecipe(row, common).load
    const key = JSON.stringify([model, modelArgs])
    const one = named.get(key) ?? { model, modelArgs, files: [] }
    named.set(key, one)
    one.files.push(row.name)
  }
  return [...named.values()]
}

/** The classes of these rows may be imported with the arguments that they have. */
export async function confirmClasses(rows: readonly BatchRow[], common: Recipe): Promise<void> {
  for (const named of classesOf(rows, common)) await useUi().attempt(() => useTrust().confirmClass(named))
}

/** A class that was typed for rows is confirmed with it; one that is copied or came with a plan is asked about in the sheet. */
export async function confirmTyped(edit: RowEdit, rows: readonly BatchRow[], common: Recipe): Promise<void> {
  const { model } = edit
  if (model === undefined || model === null) return
  await confirmClasses(
    rows.map((row) => {
      const own = ownRecipe(row, common)
      return { ...row, recipe: { ...own, load: { ...own.load, model } } }
    }),
    common,
  )
}
