import { fontSans, type Tokens } from '../theme/tokens'

/** The look that every axis has; Chinese needs letters one size up. */
export function axisLook(tokens: Tokens, fontSize: number) {
  const text = { color: tokens.text3, fontSize, fontFamily: fontSans }
  return {
    axisLine: { show: true, lineStyle: { color: tokens.borderStrong } },
    axisTick: { show: false },
    axisLabel: text,
    splitLine: { lineStyle: { color: tokens.border } },
    nameTextStyle: text,
  }
}

/** A dashed line: a tolerance, or equality. */
export const dashed = (tokens: Tokens) => ({ color: tokens.text2, width: 1, type: [4, 3] })

/** Letters beside a mark. */
export const markText = (tokens: Tokens, fontSize: number) => ({ color: tokens.text2, fontSize, fontFamily: fontSans })

/** `1`, `10`, `1k`, `10k`, `1M` for the whole powers of ten. */
export function powerLabel(exponent: number): string {
  if (exponent >= 9) return `${10 ** (exponent - 9)}G`
  if (exponent >= 6) return `${10 ** (exponent - 6)}M`
  return exponent >= 3 ? `${10 ** (exponent - 3)}k` : String(10 ** exponent)
}

/** A round number not below `value`: 1, 2, 2.5, 5 or 10 times a power of ten. */
export function niceCeil(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= value * (1 - 1e-12)) ?? 10
  return Number((step * power).toPrecision(6))
}

/** Ends and distance of about four round steps that hold `low` and `high`. */
export function niceRange(low: number, high: number): { min: number; max: number; interval: number } {
  const span = high - low
  if (!(span > 0)) {
    const half = niceCeil(Math.abs(high) || 1)
    return { min: low - half, max: high + half, interval: half }
  }
  const interval = niceCeil(span / 4)
  const min = Number((Math.floor(low / interval + 1e-9) * interval).toPrecision(12))
  const max = Number((Math.ceil(high / interval - 1e-9) * interval).toPrecision(12))
  return { min, max: max > min ? max : min + interval, interval }
}

/** An axis label short enough for its tick: `640`, `0.5`, `2e-4`. */
export function axisNumber(value: number): string {
  if (Math.abs(value) < 1e-12) return '0'
  const size = Math.abs(value)
  if (size >= 1e-2 && size < 1e5) return String(Number(value.toPrecision(4)))
  const [mantissa = '', exponent = ''] = value.toExponential(2).split('e')
  return `${Number(mantissa)}e${exponent.replace('+', '')}`
}
