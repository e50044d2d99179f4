import type { Recipe, Rule, Tolerance } from '../../../contract/recipe'
import type { Comparison, RunSnapshot } from '../../../contract/run'

/** The rule as mathematics: a is the candidate, r the reference. The same in every language. */
export const ruleFormula = (rule: Rule): string => (rule === 'numpy' ? '|a − r| ≤ atol + rtol · |r|' : '|a − r| ≤ max(atol, rtol · |r|)')

/** The widest tolerance that was used for an output over all hops, as the last validation had it. */
export function usedTolerance(run: RunSnapshot, output: string | null): Tolerance | null {
  const rows = run.comparisons.filter((row) => (output === null || row.output === output) && row.atol !== null && row.rtol !== null)
  if (rows.length === 0) return null
  return { atol: Math.max(...rows.map((row) => row.atol ?? 0)), rtol: Math.max(...rows.map((row) => row.rtol ?? 0)) }
}

/** The absolute tolerance at which every judged row would pass, its relative one kept; null where nothing was judged. */
export function wouldPassAt(rows: readonly Comparison[]): Tolerance | null {
  const judged = rows.filter((row) => row.requiredAtol !== null)
  if (judged.length === 0) return null
  return { atol: roundUp(Math.max(...judged.map((row) => row.requiredAtol ?? 0))), rtol: Math.max(...judged.map((row) => row.rtol ?? 0)) }
}

/** Up to two digits: a bound that is shown rounded must still hold. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 0
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2))
}

/** The recipe's own tolerance for an output, for all of them (`null`), or null where the default by type holds. */
export function statedTolerance(recipe: Recipe, output: string | null): { atol: number | null; rtol: number | null } {
  if (output !== null) return recipe.validate.outputs[output] ?? { atol: null, rtol: null }
  return { atol: recipe.validate.atol, rtol: recipe.validate.rtol }
}

/** The recipe with another tolerance; for one output both parts are stated, so the other comes from what was used. */
export function withTolerance(
  recipe: Recipe,
  output: string | null,
  change: Partial<{ atol: number | null; rtol: number | null }>,
  used: Tolerance | null,
): Recipe {
  if (output === null) return { ...recipe, validate: { ...recipe.validate, ...change } }
  const before = recipe.validate.outputs[output] ?? { atol: recipe.validate.atol ?? used?.atol ?? 0, rtol: recipe.validate.rtol ?? used?.rtol ?? 0 }
  const next = { atol: change.atol ?? before.atol, rtol: change.rtol ?? before.rtol }
  return { ...recipe, validate: { ...recipe.validate, outputs: { ...recipe.validate.outputs, [output]: next } } }
}

/** The recipe in which an output has no tolerance of its own. */
export function withoutTolerance(recipe: Recipe, output: string): Recipe {
  const outputs = { ...recipe.validate.outputs }
  delete outputs[output]
  return { ...recipe, validate: { ...recipe.validate, outputs } }
}
