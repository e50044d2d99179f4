import type { LoadOptions } from '../../../contract/recipe'
import { EnginesmithError } from '../errors'

/** What the recipe says of an input's seeded values; undefined: the default of its type. */
export function rangeOf(load: Pick<LoadOptions, 'inputs' | 'ranges'>, name: string, parameter: string | null): [number, number] | undefined {
  const { ranges = {}, inputs } = load
  const own = Object.hasOwn(ranges, name) ? ranges[name] : parameter !== null && Object.hasOwn(ranges, parameter) ? ranges[parameter] : undefined
  return own ?? inputs.find((input) => input.name === name)?.range
}

/** @throws EnginesmithError INPUTS_INVALID for a range of no input */
export function checkRanges(ranges: NonNullable<LoadOptions['ranges']>, inputs: ReadonlyArray<{ name: string; parameter: string | null }>): void {
  const unknown = Object.keys(ranges).find((name) => !inputs.some((input) => input.name === name || input.parameter === name))
  if (unknown === undefined) return
  const names = inputs.map((input) => input.name)
  throw new EnginesmithError(
    'INPUTS_INVALID',
    `A range is given for ${unknown}, which is no input of this model (${names.join(', ')}).`,
    'Give ranges under the names of the inputs.',
    { input: unknown, inputs: names },
  )
}
