import type { Layer } from '../../../contract/engine'

/** How many layers compute in each type, the commonest first; layers that do not tell are left out. */
export function layerPrecisions(layers: readonly Layer[] | null): Array<{ precision: string; count: number }> {
  const counts = new Map<string, number>()
  for (const layer of layers ?? []) if (layer.precision !== null) counts.set(layer.precision, (counts.get(layer.precision) ?? 0) + 1)
  return [...counts].map(([precision, count]) => ({ precision, count })).sort((a, b) => b.count - a.count)
}
