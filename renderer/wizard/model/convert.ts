import { convertOptionsSchema, type ConvertOptions } from '../../../contract/recipe'
import type { Comparison, Hop, RunSnapshot } from '../../../contract/run'
import { rowsOf } from './hops'

/** True for an option that copies of the model go by alone: the ONNX does not change with it. */
export const isOfCopies = (path: string): boolean => ['convert.script', 'convert.variant', 'convert.strict'].includes(path)

/** The options of Convert that are not at their default. */
export function changedConvert(options: ConvertOptions): Array<keyof ConvertOptions> {
  const defaults = convertOptionsSchema.parse({})
  return (Object.keys(defaults) as Array<keyof ConvertOptions>).filter((name) => JSON.stringify(options[name]) !== JSON.stringify(defaults[name]))
}

/** Operators of the graph, the commonest first, as what may be kept in FP32. */
export function keptNames({ cards }: Pick<RunSnapshot, 'cards'>): string[] {
  return Object.entries(cards.convert?.operators ?? {})
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .map(([name]) => name)
}

/** What Convert itself measured at a hop; the run's own rows where an older run did not keep it. */
export function convertChecks(run: RunSnapshot, hop: Hop): Comparison[] {
  const { checks } = run.cards.convert ?? {}
  return checks === undefined ? rowsOf(run, hop) : checks.filter((row) => row.hop === hop)
}

/** `N=5; N=2`: the other sizes that were tried; empty where only the values were others, null where nothing else was tried. */
export function secondSizes({ cards }: Pick<RunSnapshot, 'cards'>): string | null {
  const { second = [] } = cards.convert ?? {}
  return second.length === 0 ? null : second.filter((sizes) => sizes !== '').join('; ')
}
