import { recipeSchema, type Recipe } from '../../../contract/recipe'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
const isObject = (value: unknown): value is { [key: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value)

function setIn(target: unknown, keys: string[], value: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return value
  const object = isObject(target) ? target : {}
  return { ...object, [key]: setIn(object[key], rest, value) }
}

/** A copy of the recipe with `options` laid over one stage's. */
export function editStage<S extends 'load' | 'convert' | 'build' | 'validate'>(recipe: Recipe, stage: S, options: Partial<Recipe[S]>): Recipe {
  return { ...recipe, [stage]: { ...recipe[stage], ...options } }
}

/**
 * A copy of the recipe with the option at a dotted path set, as a remedy asks for it.
 * @returns null where the path or the value is not one that a recipe may hold
 */
export function setOption(recipe: Recipe, path: string, value: Json | undefined): Recipe | null {
  const keys = path.split('.').filter((key) => key !== '')
  if (keys.length === 0 || value === undefined) return null
  const parsed = recipeSchema.safeParse(setIn(recipe, keys, value))
  return parsed.success ? parsed.data : null
}

/** Equal in content: edits that change nothing are not sent. */
export const sameRecipe = (a: Recipe, b: Recipe): boolean => stable(a) === stable(b)

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const keys = Object.keys(value).filter((key) => value[key] !== undefined)
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stable(value[key])}`)
    .join(',')}}`
}
