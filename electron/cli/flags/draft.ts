import type { Call, Context } from '../command'
import { programPath } from '../places'
import { defaultRecipe, merge, recipeFrom } from './merge'
import type { Draft } from './types'

/** What a call asks of the stages: its recipe file, where it names one, under its flags. */
export async function draftOf(call: Call, context: Context): Promise<Draft> {
  const { recipe } = call.own
  const base = typeof recipe === 'string' ? await recipeFrom(context.resolve(recipe)) : defaultRecipe()
  return merge(base, call.given, {
    text: context.text,
    resolve: context.resolve,
    program: (given) => programPath(context.resolve('.'), given, context.surroundings.environment),
  })
}
