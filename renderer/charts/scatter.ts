import type { EChartsCoreOption } from 'echarts/core'
import type { Rule } from '../../contract/recipe'
import type { ComparisonDetail } from '../../contract/run'
import type { Tokens } from '../theme/tokens'
import { axisLook, axisNumber, dashed, markText, niceCeil, niceRange } from './axes'
import { signedLog, type SignedLog } from './signed-log'

export type ScatterMode = 'difference' | 'values'

export interface Tolerances {
  atol: number
  rtol: number
  rule: Rule
}

export interface ScatterWords {
  reference: string
  candidate: string
  /** Name of the vertical axis where differences are drawn. */
  difference: string
  tolerance: string
  worst: (value: string) => string
}

type Point = ComparisonDetail['scatter'][number]
interface Look {
  tokens: Tokens
  fontSize: number
}
interface Range {
  min: number
  max: number
  interval: number
}

/** How far a value may be off at this reference: numpy adds the two parts, Polygraphy lets either do. */
export function allowance(reference: number, { atol, rtol, rule }: Tolerances): number {
  const relative = rtol * Math.abs(reference)
  return rule === 'numpy' ? atol + relative : Math.max(atol, relative)
}

/** The element that is furthest off. */
export function worstPoint(points: readonly Point[]): Point | null {
  return points.reduce<Point | null>((worst, point) => (worst === null || Math.abs(point.difference) > Math.abs(worst.difference) ? point : worst), null)
}

/** How many of the drawn elements lie outside the tolerance. */
export const outside = (points: readonly Point[], tolerances: Tolerances): number =>
  points.filter((point) => Math.abs(point.difference) > allowance(point.reference, tolerances)).length

/** Ends of a list of numbers; 0 and 1 for an empty one. */
function ends(values: readonly number[]): [number, number] {
  return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)]
}

/**
 * Reference and candidate, element by element.
 *
 * `difference` (the default) draws candidate minus reference against the reference, with the tolerance as a band. Where
 * the tolerance is far wider than the differences, the axis is logarithmic in both directions, so that neither the
 * spread nor the line is lost. `values` draws candidate against reference, with equality as a line.
 */
export function scatterOption(
  points: readonly Point[],
  tolerances: Tolerances | null,
  mode: ScatterMode,
  tokens: Tokens,
  words: ScatterWords,
  fontSize = 11,
): EChartsCoreOption {
  const look = { tokens, fontSize }
  const x = niceRange(...ends(points.map((point) => point.reference)))
  const drawn = mode === 'values' ? values(points, x, look, words) : difference(points, tolerances, x, look, words)
  return { grid: { left: 56, right: 20, top: 30, bottom: 38 }, xAxis: { ...axis(look, x, words.reference), nameLocation: 'middle', nameGap: 22 }, ...drawn }
}

function axis({ tokens, fontSize }: Look, range: Range, name: string) {
  const look = axisLook(tokens, fontSize)
  return {
    ...look,
    type: 'value',
    ...range,
    name,
    axisLine: { ...look.axisLine, onZero: false },
    axisLabel: { ...look.axisLabel, formatter: axisNumber, hideOverlap: true },
  }
}

/** The vertical axis: no line, its name above the first label. */
function upright(look: Look, range: Range, name: string, label: (value: number) => string = axisNumber) {
  const base = axis(look, range, name)
  return {
    ...base,
    axisLine: { show: false, onZero: false },
    axisLabel: { ...base.axisLabel, formatter: label },
    nameLocation: 'end',
    nameGap: 10,
    nameTextStyle: { ...base.nameTextStyle, align: 'left', padding: [0, 0, 0, -44] },
  }
}

const dots = (tokens: Tokens, data: number[][]) => ({ type: 'scatter', symbolSize: 3.5, silent: true, itemStyle: { color: tokens.accent, opacity: 0.5 }, data })
const line = (tokens: Tokens, data: number[][]) => ({ type: 'line', symbol: 'none', silent: true, clip: true, lineStyle: dashed(tokens), data })

function values(points: readonly Point[], x: Range, look: Look, words: ScatterWords) {
  const [low, high] = ends(points.map((point) => point.reference + point.difference))
  const y = niceRange(Math.min(x.min, low), Math.max(x.max, high))
  const equality = [
    [x.min, x.min],
    [x.max, x.max],
  ]
  return {
    yAxis: upright(look, y, words.candidate),
    series: [
      line(look.tokens, equality),
      dots(
        look.tokens,
        points.map((point) => [point.reference, point.reference + point.difference]),
      ),
    ],
  }
}

function difference(points: readonly Point[], tolerances: Tolerances | null, x: Range, look: Look, words: ScatterWords) {
  const worst = worstPoint(points)
  const largest = Math.abs(worst?.difference ?? 0)
  const at = (reference: number): number => (tolerances === null ? 0 : allowance(reference, tolerances))
  const widest = Math.max(at(x.min), at(x.max))
  const log = largest > 0 && widest > 8 * largest ? signedLog(largest, widest) : null
  const put = (value: number): number => log?.put(value) ?? value
  const reach = niceCeil(Math.max(largest * 1.15, widest * 1.05) || 1)
  const y = log === null ? { min: -reach, max: reach, interval: reach / 2 } : { min: -log.top, max: log.top, interval: 1 }
  const references = tolerances === null ? [] : stops(x, log)
  const band = (sign: 1 | -1): number[][] => references.map((reference) => [reference, put(sign * at(reference))])
  const upper = band(1)
  // At the end where the worst element's own word is not.
  const tolerance = (line: number[][], right: boolean) => {
    const end = line.at(right ? -1 : 0)
    return end === undefined ? [] : [note(end, right, words.tolerance, look)]
  }
  return {
    yAxis: upright(look, y, words.difference, log?.label),
    series: [
      ...(tolerances === null ? [] : [line(look.tokens, upper), line(look.tokens, band(-1))]),
      dots(
        look.tokens,
        points.map((point) => [point.reference, put(point.difference)]),
      ),
      ...(worst === null || largest === 0 ? [] : [worstMark(worst, put(worst.difference), x, look, words)]),
      ...tolerance(upper, (worst?.reference ?? x.max) < (x.min + x.max) / 2),
    ],
  }
}

/** References at which the tolerance is drawn: straight pieces meet at zero; on a logarithmic axis they are curves. */
function stops(x: Range, log: SignedLog | null): number[] {
  const steps = log === null ? 1 : 48
  const all = Array.from({ length: steps + 1 }, (_, index) => x.min + ((x.max - x.min) * index) / steps)
  return [...new Set([...all, ...(x.min < 0 && x.max > 0 ? [0] : [])])].sort((a, b) => a - b)
}

function worstMark(worst: Point, y: number, x: Range, { tokens, fontSize }: Look, words: ScatterWords) {
  const right = worst.reference > (x.min + x.max) / 2
  const text = words.worst(axisNumber(Number(worst.difference.toPrecision(3))))
  return {
    type: 'scatter',
    symbolSize: 7,
    silent: true,
    z: 5,
    data: [[worst.reference, y]],
    itemStyle: { color: 'transparent', borderColor: tokens.text1, borderWidth: 1.5 },
    label: {
      show: true,
      position: worst.difference < 0 ? 'bottom' : 'top',
      align: right ? 'right' : 'left',
      formatter: text,
      ...markText(tokens, fontSize),
      backgroundColor: tokens.surface,
      padding: [1, 3],
      borderRadius: 3,
    },
  }
}

/** A word just below the line of the tolerance, at its left or right end. */
function note(at: number[], right: boolean, text: string, { tokens, fontSize }: Look) {
  return {
    type: 'scatter',
    symbolSize: 0.1,
    silent: true,
    data: [at],
    label: { show: true, position: right ? 'left' : 'right', offset: [right ? -4 : 4, 10], distance: 0, formatter: text, ...markText(tokens, fontSize) },
  }
}
