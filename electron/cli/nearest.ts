/** Edit distance with transpositions (optimal string alignment): what a slip of the finger costs. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(cell(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, cell(rows, i - 1, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, cell(rows, i - 2, j - 2) + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return cell(rows, a.length, b.length)
}

const cell = (rows: number[][], i: number, j: number): number => rows[i]?.[j] ?? 0

/** The name of the list that is nearest to what was typed; null for an empty list. The beginning of a name counts as near to it. */
export function nearest(typed: string, names: readonly string[]): string | null {
  const wanted = typed.toLowerCase()
  let best: { name: string; cost: number } | null = null
  for (const name of names) {
    const lower = name.toLowerCase()
    // Letters left off at the end cost as much as one slip: `--work` means `--workspace`.
    const begun = wanted.length > 3 && lower.startsWith(wanted)
    const cost = begun ? 1 : distance(wanted, lower)
    if (!best || cost < best.cost) best = { name, cost }
  }
  return best?.name ?? null
}
