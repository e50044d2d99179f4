import type { EChartsCoreOption } from 'echarts/core'
import type { Rule } from '../../contract/recipe'
import type { ComparisonDetail } from '../../contract/run'
import type { Tokens } from '../theme/tokens'
import { axisLook, axisNumber, dashed, markText, niceCeil, niceRange } from './axes'
import { signedLog } from './signed-log'

export type ScatterMode = 'difference' | 'values'

export interface Tolerances {
  atol: number
  rtol: number
  rule: Rule
}

export interface ScatterWords {
  reference: string
  candidate: string
  /** Name of the vertical axis in the mode that is drawn. */
  difference: string
  tolerance: string
  worst: (value: string) => string
}

type Point = ComparisonDetail['scatter'][number]

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

/** References at which the line of the tolerance is drawn: its ends, its middle, and enough between them for a curve. */
function stops(min: number, max: number, curved: boolean): number[] {
  const steps = curved ? 48 : 1
  const all = Array.from({ length: steps + 1 }, (_, index) => min + ((max - min) * index) / steps)
  return [...new Set([...all, ...(min < 0 && max > 0 ? [0] : [])])].sort((a, b) => a - b)
}

/**
 * Reference and candidate, element by element.
 *
 * `difference` (the default) draws candidate minus reference against the reference with the tolerance as a band. Where
 * the tolerance is far wider than the differences, the axis is logarithmic in both directions, so that neither the
 * spread nor the line is lost. `values` draws candidate against reference with equality as a line.
 */
export function scatterOption(
  points: readonly Point[],
  tolerances: Tolerances | null,
  mode: ScatterMode,
  tokens: Tokens,
  words: ScatterWords,
  fontSize = 11,
): EChartsCoreOption {
  const look = axisLook(tokens, fontSize)
  const references = points.map((point) => point.reference)
  const x = niceRange(
    Math.min(...references, Infinity) === Infinity ? 0 : Math.min(...references),
    Math.max(...references, -Infinity) === -Infinity ? 1 : Math.max(...references),
  )
  const grid = { left: 54, right: 20, top: 30, bottom: 38 }
  const name = { nameLocation: 'end', nameGap: 10, nameTextStyle: { ...look.nameTextStyle, align: 'left', padding: [0, 0, 0, -44] } }
  const xAxis = {
    ...look,
    type: 'value',
    ...x,
    name: words.reference,
    nameLocation: 'middle',
    nameGap: 22,
    axisLine: { ...look.axisLine, onZero: false },
    axisLabel: { ...look.axisLabel, formatter: axisNumber, hideOverlap: true },
  }
  const dots = { type: 'scatter', symbolSize: 3.5, silent: true, large: false, itemStyle: { color: tokens.accent, opacity: 0.5 } }
  const line = (data: number[][], label?: object) => ({
    type: 'line',
    data,
    symbol: 'none',
    silent: true,
    lineStyle: dashed(tokens),
    clip: true,
    ...(label ?? {}),
  })
  if (mode === 'values') {
    const y = niceRange(Math.min(x.min, ...points.map((p) => p.reference + p.difference)), Math.max(x.max, ...points.map((p) => p.reference + p.difference)))
    return {
      grid,
      xAxis,
      yAxis: {
        ...look,
        type: 'value',
        ...y,
        axisLine: { show: false },
        name: words.candidate,
        ...name,
        axisLabel: { ...look.axisLabel, formatter: axisNumber },
      },
      series: [
        line([
          [x.min, x.min],
          [x.max, x.max],
        ]),
        { ...dots, data: points.map((point) => [point.reference, point.reference + point.difference]) },
      ],
    }
  }
  const worst = worstPoint(points)
  const largest = Math.abs(worst?.difference ?? 0)
  const narrow = tolerances === null ? 0 : Math.min(...[x.min, x.max, 0].map((reference) => allowance(Math.max(x.min, Math.min(x.max, reference)), tolerances)))
  const log =
    largest > 0 && narrow > 5 * largest
      ? signedLog(largest, Math.max(narrow, allowance(x.max, tolerances as Tolerances), allowance(x.min, tolerances as Tolerances)))
      : null
  const put = (value: number): number => (log === null ? value : log.put(value))
  const reach = niceCeil(
    Math.max(largest * 1.15, tolerances === null ? 0 : Math.min(narrow * 2, Math.max(narrow * 1.2, largest * 5)), largest === 0 && narrow === 0 ? 1 : 0),
  )
  const yScale = log === null ? { min: -reach, max: reach, interval: reach / 2 } : { min: -log.top, max: log.top, interval: 1 }
  const band = tolerances === null ? [] : stops(x.min, x.max, log !== null)
  const edge = (sign: 1 | -1): number[][] => band.map((reference) => [reference, put(sign * allowance(reference, tolerances as Tolerances))])
  const label = { endLabel: { show: false } }
  const labelAt = band.length === 0 ? null : [x.min + (x.max - x.min) * 0.02, Math.min(edge(1)[0]?.[1] ?? 0, yScale.max)]
  return {
    grid,
    xAxis,
    yAxis: {
      ...look,
      type: 'value',
      ...yScale,
      axisLine: { show: false },
      name: words.difference,
      ...name,
      axisLabel: { ...look.axisLabel, formatter: (value: number) => (log === null ? axisNumber(value) : log.label(value)) },
    },
    series: [
      ...(band.length === 0 ? [] : [line(edge(1), label), line(edge(-1), label)]),
      { ...dots, data: points.map((point) => [point.reference, put(point.difference)]) },
      ...(worst === null || largest === 0 ? [] : [worstMark(worst, put(worst.difference), x, tokens, words, fontSize)]),
      ...(labelAt === null ? [] : [textMark(labelAt, words.tolerance, tokens, fontSize)]),
    ],
  }
}

function worstMark(worst: Point, y: number, x: { min: number; max: number }, tokens: Tokens, words: ScatterWords, fontSize: number) {
  const rightHalf = worst.reference > (x.min + x.max) / 2
  return {
    type: 'scatter',
    symbolSize: 7,
    silent: true,
    z: 5,
    data: [[worst.reference, y]],
    itemStyle: { color: 'transparent', borderColor: tokens.text1, borderWidth: 1.5 },
    label: {
      show: true,
      position: rightHalf ? 'left' : 'right',
      formatter: words.worst(axisNumber(Number(worst.difference.toPrecision(3)))),
      ...markText(tokens, fontSize),
    },
  }
}

function textMark(at: number[], text: string, tokens: Tokens, fontSize: number) {
  return {
    type: 'scatter',
    symbolSize: 0.1,
    silent: true,
    data: [at],
    label: { show: true, position: 'right', offset: [0, 9], distance: 0, formatter: text, ...markText(tokens, fontSize) },
  }
}
