import { convertOptionsSchema, type ConvertOptions } from '../../../contract/recipe'
import type { RunSnapshot } from '../../../contract/run'

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
