/** Three digits that matter: `1.23e-5`, `0.0123`, `12.3`; a dash where there is no number. */
export function shortNumber(value: number | null): string {
  if (value === null) return '–'
  if (value === 0) return '0'
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString('en-US')
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(2)
}
