import type { BatchRow, RowEdit } from '../../../contract/batch'
import type { Recipe } from '../../../contract/recipe'
import { useTrust } from '../../stores/trust'
import { useUi } from '../../stores/ui'
import { ownRecipe } from './state'

/** A class that was typed for rows may be imported with the arguments that they have; one that is copied or came with a plan is asked about in its run. */
export async function confirmTyped(edit: RowEdit, rows: readonly BatchRow[], common: Recipe): Promise<void> {
  const { model } = edit
  if (model === undefined || model === null) return
  const args = new Map(rows.map((row) => ownRecipe(row, common).load.modelArgs).map((given) => [JSON.stringify(given), given]))
  for (const modelArgs of args.values()) await useUi().attempt(() => useTrust().confirmClass({ model, modelArgs }))
}
