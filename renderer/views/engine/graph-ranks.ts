interface Line {
  from: string
  to: string
}

interface Place {
  x: number
  y: number
}

/** A box of a rank, or a wire that passes through it: `key` names it, `want` is where its writers are. */
interface Item {
  key: string
  width: number
  want: number
}

/** Room that a wire takes where it passes boxes. */
const passing = 24

/**
 * Places of box centres in ranks from top to bottom: each box below all that it reads from, and below the one farthest
 * up as near as its neighbours allow, so that a chain with branches comes back to its line. No recursion and no search, so that ten thousand layers are placed in a moment.
 * @param size of a box, and the gaps beside and below it, in pixels
 */
export function rankedPlaces(
  ids: readonly string[],
  lines: readonly Line[],
  size: { width: number; height: number; beside: number; below: number },
): Map<string, Place> {
  const ranks = ranksOf(ids, lines)
  const into = new Map<string, string[]>()
  for (const { from, to } of lines) into.set(to, [...(into.get(to) ?? []), from])
  const byRank: string[][] = []
  for (const id of ids) (byRank[ranks.get(id) ?? 0] ??= []).push(id)
  // A wire is under way from the rank after its writer to the one before its last reader.
  const lastReader = new Map<string, number>()
  for (const { from, to } of lines) lastReader.set(from, Math.max(lastReader.get(from) ?? 0, ranks.get(to) ?? 0))
  const places = new Map<string, Place>()
  const underWay = new Map<string, number>()
  const below = (writers: readonly string[]): number => {
    const top = Math.min(...writers.map((id) => ranks.get(id) ?? 0))
    return meanOf(writers.filter((id) => ranks.get(id) === top).map((id) => places.get(id)?.x ?? 0))
  }
  byRank.forEach((boxes, rank) => {
    for (const from of underWay.keys()) if ((lastReader.get(from) ?? 0) <= rank) underWay.delete(from)
    const items: Item[] = [
      ...[...underWay].map(([key, want]) => ({ key, width: passing, want })),
      ...boxes.map((key) => ({ key, width: size.width, want: below(into.get(key) ?? []) })),
    ]
    const centres = spread(items, size.beside)
    items.forEach(({ key }, index) => {
      const x = centres[index] ?? 0
      if (underWay.has(key)) underWay.set(key, x)
      else places.set(key, { x, y: rank * (size.height + size.below) })
    })
    for (const key of boxes) if ((lastReader.get(key) ?? 0) > rank + 1) underWay.set(key, places.get(key)?.x ?? 0)
  })
  return places
}

/** How many boxes at most come before each, along the lines; what goes round in a circle stays where it was met. */
function ranksOf(ids: readonly string[], lines: readonly Line[]): Map<string, number> {
  const ranks = new Map<string, number>(ids.map((id) => [id, 0]))
  const open = new Map<string, number>(ids.map((id) => [id, 0]))
  const readers = new Map<string, string[]>()
  for (const { from, to } of lines) {
    open.set(to, (open.get(to) ?? 0) + 1)
    readers.set(from, [...(readers.get(from) ?? []), to])
  }
  const ready = ids.filter((id) => open.get(id) === 0)
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    for (const to of readers.get(id) ?? []) {
      ranks.set(to, Math.max(ranks.get(to) ?? 0, (ranks.get(id) ?? 0) + 1))
      const left = (open.get(to) ?? 1) - 1
      open.set(to, left)
      if (left === 0) ready.push(to)
    }
  }
  return ranks
}

const meanOf = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length)

/** Centres for the items in their order from left to right, none over another, as a whole where they want to be. */
function spread(items: readonly Item[], beside: number): number[] {
  const order = items.map((item, index) => ({ ...item, index })).sort((a, b) => a.want - b.want || a.index - b.index)
  const centres: number[] = []
  let edge = -Infinity
  for (const { width, want, index } of order) {
    const centre = Math.max(want, edge + beside + width / 2)
    centres[index] = centre
    edge = centre + width / 2
  }
  const drift = meanOf(items.map(({ want }, index) => (centres[index] ?? 0) - want))
  return centres.map((centre) => centre - drift)
}
