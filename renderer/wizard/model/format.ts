import { locale } from '../../i18n'
import { missing } from '../../i18n/format'

/** A tolerance as people write it: `0.5`, `1e-3`, `1.25e-4`, `0`. */
export function tolerance(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 0.1 && size < 1e4) return String(Number(value.toPrecision(3)))
  const [mantissa = '', exponent = ''] = value.toExponential(2).split('e')
  return `${Number(mantissa)}e${exponent.replace('+', '')}`
}

/** A cosine needs its nines: seven digits after the point. */
export function cosine(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? missing : value.toFixed(7)
}

/** A log line's time since the first one, in seconds: `0:49.02`. */
export function logTime(seconds: number): string {
  const hundredths = Math.floor(Math.max(0, seconds) * 100)
  const rest = hundredths % 6000
  return `${Math.floor(hundredths / 6000)}:${String(Math.floor(rest / 100)).padStart(2, '0')}.${String(rest % 100).padStart(2, '0')}`
}

/** The first eight digits of a hash, for places that only need to tell files apart. */
export const hash8 = (hash: string | null | undefined): string => (hash ? hash.slice(0, 8) : missing)

/** A share of a whole, with the digits that small and almost-whole shares need: `0.05 %`, `99.95 %`, `12 %`. */
export function share(fraction: number): string {
  const percent = fraction * 100
  const digits = percent === 0 || percent === 100 || (percent >= 1 && percent <= 99) ? 0 : 2
  return `${percent.toFixed(digits)}${locale() === 'zh-CN' ? '%' : ' %'}`
}

/** How many elements a fully known shape has. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)
