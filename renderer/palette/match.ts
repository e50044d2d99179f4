export interface Searchable {
  text: string
}

/** Entries that hold every word of the query, those that start with it first; an empty query keeps all. */
export function matchEntries<T extends Searchable>(entries: readonly T[], query: string): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...entries]
  const first = words[0] ?? ''
  const found = entries.filter((entry) => words.every((word) => entry.text.toLowerCase().includes(word)))
  const rank = (entry: T): number => (entry.text.toLowerCase().startsWith(first) ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b))
}
