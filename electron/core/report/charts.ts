import type { Comparison, ComparisonDetail } from '../../../contract/run'
import { shortNumber } from './numbers'

const width = 420
const height = 200
const left = 46
const right = 12
const top = 10
const bottom = 30

/** Bars of the absolute error by decade; what lies above the absolute tolerance is red, exact matches have a bar of their own. */
export function histogramSvg(detail: ComparisonDetail, atol: number | null, exact: string): string {
  const { edges, counts, zero } = detail.histogram
  const bars = [{ label: exact, count: zero, over: false }]
  counts.forEach((count, index) => {
    const low = edges[index] ?? 0
    // Edges are doubles: a tolerance of 1e-4 may sit a rounding away from the edge at -4.
    bars.push({ label: `1e${Number.isInteger(low) ? low : low.toFixed(1)}`, count, over: atol !== null && atol > 0 && low >= Math.log10(atol) - 1e-9 })
  })
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  const step = (width - left - right) / bars.length
  const scale = (count: number): number => (count === 0 ? 0 : (Math.log10(count + 1) / Math.log10(most + 1)) * (height - top - bottom))
  const parts = bars.map((bar, index) => {
    const x = left + index * step
    const tall = scale(bar.count)
    const label =
      bars.length <= 14 || index % 2 === 0 ? `<text x="${fix(x + step / 2)}" y="${height - bottom + 14}" text-anchor="middle">${bar.label}</text>` : ''
    return `<rect class="bar${bar.over ? ' over' : ''}" x="${fix(x + 1)}" y="${fix(height - bottom - tall)}" width="${fix(Math.max(1, step - 2))}" height="${fix(tall)}"><title>${bar.label}: ${bar.count}</title></rect>${label}`
  })
  return svg(`${axes()}<text x="${left - 6}" y="${top + 8}" text-anchor="end">${shortNumber(most)}</text>${parts.join('')}`)
}

/** Difference over reference value, with the tolerance band `atol + rtol*|r|` drawn. */
export function scatterSvg(detail: ComparisonDetail, row: Pick<Comparison, 'atol' | 'rtol'>): string {
  const points = detail.scatter
  if (points.length === 0) return svg(axes())
  const atol = row.atol ?? 0
  const rtol = row.rtol ?? 0
  const band = (reference: number): number => atol + rtol * Math.abs(reference)
  const low = Math.min(...points.map((point) => point.reference))
  const high = Math.max(...points.map((point) => point.reference))
  const span = high - low || 1
  const reach = Math.max(...points.map((point) => Math.abs(point.difference)), band(low), band(high)) * 1.1 || 1
  const x = (reference: number): number => left + ((reference - low) / span) * (width - left - right)
  const y = (difference: number): number => top + ((reach - difference) / (2 * reach)) * (height - top - bottom)
  const stops = Array.from({ length: 41 }, (_, index) => low + (span * index) / 40)
  const line = (sign: 1 | -1): string =>
    `<polyline class="tol" points="${stops.map((reference) => `${fix(x(reference))},${fix(y(sign * band(reference)))}`).join(' ')}"/>`
  const dots = points.map((point) => {
    const over = Math.abs(point.difference) > band(point.reference)
    return `<circle class="dot${over ? ' over' : ''}" cx="${fix(x(point.reference))}" cy="${fix(y(point.difference))}" r="1.8"/>`
  })
  const labels =
    `<text x="${left - 6}" y="${top + 8}" text-anchor="end">${shortNumber(reach)}</text><text x="${left - 6}" y="${height - bottom}" text-anchor="end">${shortNumber(-reach)}</text>` +
    `<text x="${left}" y="${height - bottom + 14}">${shortNumber(low)}</text><text x="${width - right}" y="${height - bottom + 14}" text-anchor="end">${shortNumber(high)}</text>`
  return svg(`${axes()}${line(1)}${line(-1)}${dots.join('')}${labels}`)
}

function axes(): string {
  return `<line class="axis" x1="${left}" y1="${height - bottom}" x2="${width - right}" y2="${height - bottom}"/><line class="axis" x1="${left}" y1="${top}" x2="${left}" y2="${height - bottom}"/>`
}

function svg(inside: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${inside}</svg>`
}

function fix(number: number): string {
  return Number.isFinite(number) ? String(Math.round(number * 10) / 10) : '0'
}
