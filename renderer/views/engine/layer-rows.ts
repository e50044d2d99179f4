import type { LayersDocument, TimedLayer } from '../../../contract/engine-work'

/** A row of the table: a layer, or an ONNX node over the layers that it became. */
export interface LayerRow {
  key: string
  /** Of a layer alone. */
  layer: TimedLayer | null
  name: string
  type: string
  precision: string
  tactic: string
  nodes: string[]
  /** Mean milliseconds; null where nothing was timed. */
  ms: number | null
  share: number | null
  children?: LayerRow[]
}

export interface LayerFilter {
  query: string
  type: string | null
  precision: string | null
}

/** Layers that hold every word of the query in their name, type, tactic or nodes. */
export function filterLayers(layers: readonly TimedLayer[], { query, type, precision }: LayerFilter): TimedLayer[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return layers.filter((layer) => {
    if (type !== null && layer.type !== type) return false
    if (precision !== null && (layer.precision ?? '') !== precision) return false
    const text = [layer.name, layer.type, layer.tactic ?? '', layer.precision ?? '', ...layer.onnxNodes].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export function rowOf(layer: TimedLayer, key = layer.name): LayerRow {
  const { name, type, precision, tactic, onnxNodes, ms } = layer
  return { key, layer, name, type, precision: precision ?? '', tactic: tactic ?? '', nodes: onnxNodes, ms: ms?.mean ?? null, share: ms?.share ?? null }
}

/** By ONNX node, each with its layers that are in `layers`; those of no node stand at the end, by themselves. */
export function groupRows({ groups }: LayersDocument, layers: readonly TimedLayer[]): LayerRow[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  const grouped = groups.flatMap(({ onnxNode, layers: names }) => {
    const members = names.flatMap((name) => byName.get(name) ?? [])
    if (members.length === 0) return []
    const all = (of: (layer: TimedLayer) => string | null): string => [...new Set(members.map(of).filter(Boolean))].join(', ')
    const times = members.flatMap(({ ms }) => (ms === null ? [] : [ms]))
    const sum = (of: 'mean' | 'share'): number | null => (times.length === 0 ? null : times.reduce((total, ms) => total + ms[of], 0))
    return {
      ...{ key: `node ${onnxNode}`, layer: null, name: onnxNode, nodes: [] },
      ...{ type: all((layer) => layer.type), precision: all((layer) => layer.precision), tactic: '' },
      ...{ ms: sum('mean'), share: sum('share') },
      children: members.map((layer) => rowOf(layer, `node ${onnxNode} ${layer.name}`)),
    }
  })
  return [...grouped, ...layers.filter(({ onnxNodes }) => onnxNodes.length === 0).map((layer) => rowOf(layer))]
}

/** The different values of a column, for its filter. */
export function valuesOf(layers: readonly TimedLayer[], of: 'type' | 'precision'): string[] {
  return [...new Set(layers.map((layer) => layer[of] ?? '').filter((value) => value !== ''))].sort()
}
