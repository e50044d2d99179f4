export type CsvCell = string | number | boolean | null

/** RFC 4180: a head and rows, each line ended. */
export function csv(head: readonly string[], rows: ReadonlyArray<readonly CsvCell[]>): string {
  return `${[head.join(','), ...rows.map((row) => row.map(cell).join(','))].join('\r\n')}\r\n`
}

/** A text that a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(value: CsvCell): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
