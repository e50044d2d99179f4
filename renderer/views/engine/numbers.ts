import { missing } from '../../i18n/format'

/** Milliseconds to four places that count: `12.35`, `0.1043`, `0.0021`. */
export function ms(value: number | null | undefined): string {
  if (value == null) return missing
  if (value === 0) return '0'
  return Math.abs(value) >= 100 ? value.toFixed(1) : Math.abs(value) >= 1 ? value.toFixed(3) : value.toFixed(4)
}

/** A difference with its sign. */
export function signedMs(value: number | null): string {
  return value === null ? missing : `${value > 0 ? '+' : ''}${ms(value)}`
}

/** `x 4 × 3 × 224`, several joined by commas. */
export function sizes(shapes: Record<string, readonly number[]>): string {
  return Object.entries(shapes)
    .map(([name, dims]) => `${name} ${dims.join(' × ')}`)
    .join(', ')
}

/** `x:4x3x32x32,y:4x10` as the command line takes it; null where it is not written so. A name may hold colons. */
export function parseShapes(text: string): Array<{ name: string; shape: number[] }> | null {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  const read = parts.map((part) => /^(.+):(\d+(?:x\d+)*)$/.exec(part))
  if (read.some((match) => match === null)) return null
  return read.map((match) => ({ name: match?.[1] ?? '', shape: (match?.[2] ?? '').split('x').map(Number) }))
}
