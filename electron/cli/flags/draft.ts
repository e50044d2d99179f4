import type { Recipe } from '../../../contract/recipe'
import type { Call, Context } from '../command'
import { programPath } from '../places'
import { defaultRecipe, merge, recipeFrom } from './merge'
import type { Draft } from './types'

/**
 * What a call asks of the stages: its recipe file, where it names one, under its flags.
 * @param base in place of the default recipe where the call names none
 */
export async function draftOf(call: Call, context: Context, base: Recipe = defaultRecipe()): Promise<Draft> {
  const { recipe } = call.own
  return draftOver(typeof recipe === 'string' ? await recipeFrom(context.resolve(recipe)) : base, call, context)
}

/** The flags of a call over a recipe. */
export function draftOver(base: Recipe, call: Call, context: Context): Draft {
  return merge(base, call.given, {
    text: context.text,
    resolve: context.resolve,
    program: (given) => programPath(context.resolve('.'), given, context.surroundings.environment),
  })
}
