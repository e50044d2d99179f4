import { precisionSchema, type Precision } from '../../../contract/engine'
import type { GraphPrecision, ValidateOptions } from '../../../contract/recipe'
import type { BuildCard } from '../../../contract/run'
import { judgedAs } from '../verdict'

/**
 * The precision by which the engine is judged: the one that was asked for, since layers that compute in a better one do
 * no harm; else the builder's own. Strongly typed FP32 with TF32 left on is a TF32 build.
 */
export function precisionOf(card: BuildCard | null): Precision | null {
  const row = (option: string) => card?.readBacks.find((entry) => entry.option === option)
  const told = row('precision')
  const precision = precisionSchema.safeParse(told?.requested ?? told?.achieved).data ?? null
  return precision === 'strongly-typed' && row('tf32')?.achieved === 'on' ? 'tf32' : precision
}

/**
 * Options and precision for `toleranceTable`. A precision in the graph holds for every hop; a build that asks for one of
 * its own decides on the engine's.
 * @param build null for a hop without an engine
 */
export function judgedFor(options: ValidateOptions, graph: GraphPrecision | null, build: BuildCard | null): ReturnType<typeof judgedAs> {
  const own = precisionOf(build)
  return own === null || own === 'strongly-typed' || own === 'fp32' ? judgedAs(options, graph, own) : [options, own]
}
