import type { Recipe } from '../../../contract/recipe'

/** What can be undone and redone of a recipe; a value, so that a step back is a plain assignment. */
export interface RecipeHistory {
  past: Recipe[]
  future: Recipe[]
}

const depth = 100

export const emptyHistory = (): RecipeHistory => ({ past: [], future: [] })

/** Notes that `before` was left behind by a new edit: what was undone is gone. */
export function record(history: RecipeHistory, before: Recipe): RecipeHistory {
  return { past: [...history.past, before].slice(-depth), future: [] }
}

/** One step back from `current`; null when there is none. */
export function undo(history: RecipeHistory, current: Recipe): { history: RecipeHistory; recipe: Recipe } | null {
  const recipe = history.past[history.past.length - 1]
  if (recipe === undefined) return null
  return { recipe, history: { past: history.past.slice(0, -1), future: [current, ...history.future] } }
}

/** One step forward again; null when nothing was undone. */
export function redo(history: RecipeHistory, current: Recipe): { history: RecipeHistory; recipe: Recipe } | null {
  const [recipe, ...future] = history.future
  if (recipe === undefined) return null
  return { recipe, history: { past: [...history.past, current], future } }
}
