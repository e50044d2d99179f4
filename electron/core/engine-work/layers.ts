import type { Layer } from '../../../contract/engine'
import type { DiffRow, LayersDocument, TimedLayer } from '../../../contract/engine-work'
import { statisticsOf } from './statistics'

/** Layers with the times that the profiler told by name; a layer that it did not name, or one of a form without names, has none. */
export function withTimes(layers: readonly Layer[], times: ReadonlyArray<{ name: string; ms: number[] }>): TimedLayer[] {
  const statistics = new Map(times.filter(({ ms }) => ms.length > 0).map(({ name, ms }) => [name, statisticsOf(ms)]))
  const sum = [...statistics.values()].reduce((all, { mean }) => all + mean, 0)
  const known = layers.map((layer) => ({ ...layer, ms: msOf(statistics.get(layer.name), sum) }))
  const names = new Set(layers.map(({ name }) => name))
  // A time without a row in the inspector's list is still a time.
  const rest = [...statistics].filter(([name]) => !names.has(name))
  return [...known, ...rest.map(([name, one]) => ({ name, type: 'unknown', precision: null, tactic: null, onnxNodes: [], ms: msOf(one, sum) }))]
}

function msOf(one: { mean: number; median: number } | undefined, sum: number): TimedLayer['ms'] {
  return one === undefined ? null : { mean: one.mean, median: one.median, share: sum === 0 ? 0 : one.mean / sum }
}

/** By ONNX node, in the order of the layers. A layer of several nodes stands in each of their groups with its whole time. */
export function groupsOf(layers: readonly TimedLayer[]): LayersDocument['groups'] {
  const groups = new Map<string, TimedLayer[]>()
  for (const layer of layers) for (const node of layer.onnxNodes) groups.set(node, [...(groups.get(node) ?? []), layer])
  return [...groups].map(([onnxNode, members]) => ({ onnxNode, layers: members.map(({ name }) => name), ms: sumMs(members) }))
}

export function sumMs(layers: readonly TimedLayer[]): number | null {
  return layers.length === 0 || layers.every(({ ms }) => ms === null) ? null : layers.reduce((sum, { ms }) => sum + (ms?.mean ?? 0), 0)
}

interface Block {
  nodes: Set<string>
  a: TimedLayer[]
  b: TimedLayer[]
}

/**
 * Aligns two engines: layers that share an ONNX node, over any number of steps, make one row (fusion differs between two
 * builds, the nodes do not); layers without nodes go by name.
 */
export function diffLayers(a: readonly TimedLayer[], b: readonly TimedLayer[]): DiffRow[] {
  const blocks = new Map<string, Block>()
  const add = (side: 'a' | 'b', layer: TimedLayer): void => {
    const keys = layer.onnxNodes.length > 0 ? layer.onnxNodes.map((node) => `node ${node}`) : [`name ${layer.name}`]
    const [first, ...others] = [...new Set(keys.flatMap((key) => blocks.get(key) ?? []))]
    const block = first ?? { nodes: new Set<string>(), a: [], b: [] }
    for (const other of others) {
      block.a.push(...other.a)
      block.b.push(...other.b)
      for (const node of other.nodes) block.nodes.add(node)
      for (const [key, value] of blocks) if (value === other) blocks.set(key, block)
    }
    block[side].push(layer)
    for (const node of layer.onnxNodes) block.nodes.add(node)
    for (const key of keys) blocks.set(key, block)
  }
  for (const layer of a) add('a', layer)
  for (const layer of b) add('b', layer)
  return [...new Set(blocks.values())].map(rowOf)
}

function rowOf({ nodes, a, b }: Block): DiffRow {
  const changed = a.length > 0 && b.length > 0 ? changesOf(a, b) : []
  const before = sumMs(a)
  const after = sumMs(b)
  return {
    state: b.length === 0 ? 'only-a' : a.length === 0 ? 'only-b' : changed.length === 0 ? 'same' : 'changed',
    onnxNodes: [...nodes],
    a,
    b,
    changed,
    msDifference: before === null || after === null ? null : after - before,
  }
}

function changesOf(a: readonly TimedLayer[], b: readonly TimedLayer[]): DiffRow['changed'] {
  if (a.length !== b.length) return ['layers']
  return (['type', 'precision', 'tactic'] as const).filter((key) => a.some((layer, index) => layer[key] !== b[index]?.[key]))
}
