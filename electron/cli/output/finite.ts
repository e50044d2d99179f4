/** A copy in which every NaN and Infinity is null, and the dotted paths where one stood: JSON has no word for them. */
export function finite(value: unknown): { value: unknown; places: string[] } {
  const places: string[] = []
  const walk = (node: unknown, path: string): unknown => {
    if (typeof node === 'number') {
      if (Number.isFinite(node)) return node
      places.push(path)
      return null
    }
    if (Array.isArray(node)) return node.map((item, index) => walk(item, `${path}[${index}]`))
    if (node !== null && typeof node === 'object') {
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, path === '' ? key : `${path}.${key}`)]))
    }
    return node
  }
  return { value: walk(value, ''), places }
}
