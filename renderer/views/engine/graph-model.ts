import { Graph, layout } from '@dagrejs/dagre'
import type { TimedLayer } from '../../../contract/engine-work'
import { rankedPlaces } from './graph-ranks'

/** A box of the graph: a layer, or a tensor that enters or leaves the engine. Places are of the upper left corner. */
export interface Box {
  id: string
  kind: 'layer' | 'input' | 'output'
  name: string
  layer: TimedLayer | null
  x: number
  y: number
}

export interface Wire {
  id: string
  from: string
  to: string
  tensors: string[]
}

export interface EngineGraph {
  boxes: Box[]
  wires: Wire[]
}

export const boxSize = { width: 244, height: 46 }
const gaps = { beside: 24, below: 34 }
/** More than these are placed without dagre: it takes seconds for a thousand, and recurses too deep for two thousand. */
const fewBoxes = 300

/** Layers as boxes, tensors as wires between who writes and who reads them; null where the layers do not tell. */
export function graphOf(layers: readonly TimedLayer[]): EngineGraph | null {
  if (!layers.some(({ inputs, outputs }) => (inputs?.length ?? 0) + (outputs?.length ?? 0) > 0)) return null
  const idOf = (index: number): string => `layer ${index}`
  const writers = new Map<string, string>()
  layers.forEach((layer, index) => layer.outputs?.forEach((tensor) => writers.set(tensor, idOf(index))))
  const read = new Set(layers.flatMap(({ inputs }) => inputs ?? []))
  const boxes: Box[] = layers.map((layer, index) => ({ id: idOf(index), kind: 'layer', name: layer.name, layer, x: 0, y: 0 }))
  const wires = new Map<string, Wire>()
  const connect = (from: string, to: string, tensor: string): void => {
    const id = `${from} > ${to}`
    const wire = wires.get(id) ?? { id, from, to, tensors: [] }
    wire.tensors.push(tensor)
    wires.set(id, wire)
  }
  const end = (kind: 'input' | 'output', tensor: string): string => {
    const id = `${kind} ${tensor}`
    if (!boxes.some((box) => box.id === id)) boxes.push({ id, kind, name: tensor, layer: null, x: 0, y: 0 })
    return id
  }
  layers.forEach((layer, index) => {
    for (const tensor of layer.inputs ?? []) connect(writers.get(tensor) ?? end('input', tensor), idOf(index), tensor)
    for (const tensor of layer.outputs ?? []) if (!read.has(tensor)) connect(idOf(index), end('output', tensor), tensor)
  })
  return { boxes: placed(boxes, [...wires.values()]), wires: [...wires.values()] }
}

/** From top to bottom, in the order in which tensors flow. */
function placed(boxes: readonly Box[], wires: readonly Wire[]): Box[] {
  if (boxes.length > fewBoxes) {
    const places = rankedPlaces(
      boxes.map(({ id }) => id),
      wires,
      { ...boxSize, ...gaps },
    )
    return boxes.map((box) => centred(box, places.get(box.id)))
  }
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: gaps.beside, ranksep: gaps.below })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of boxes) graph.setNode(id, { ...boxSize })
  for (const { from, to } of wires) graph.setEdge(from, to)
  layout(graph)
  return boxes.map((box) => centred(box, graph.node(box.id) as { x?: number; y?: number }))
}

const centred = (box: Box, { x = 0, y = 0 }: { x?: number; y?: number } = {}): Box => ({ ...box, x: x - boxSize.width / 2, y: y - boxSize.height / 2 })

/** Boxes whose name, type or ONNX nodes hold every word. */
export function findBoxes(boxes: readonly Box[], query: string): Box[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  return boxes.filter(({ name, layer }) => {
    const text = [name, layer?.type ?? '', layer?.tactic ?? '', ...(layer?.onnxNodes ?? [])].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
