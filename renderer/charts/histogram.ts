import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts'
import type { EChartsCoreOption } from 'echarts/core'
import type { ComparisonDetail } from '../../contract/run'
import type { Tokens } from '../theme/tokens'
import { axisLook, dashed, markText, powerLabel } from './axes'

export interface HistogramWords {
  axis: string
  /** Label of the line, `atol 0.5`. */
  tolerance: string
}

/** A bar: from and to are powers of ten of the absolute error, `zero` the bar of exact matches. */
export interface Bin {
  from: number
  to: number
  count: number
  zero: boolean
}

/** Bars that hold anything; exact matches have no logarithm, so they stand one step to the left of the rest. */
export function bins(histogram: ComparisonDetail['histogram']): Bin[] {
  const { edges, counts, zero } = histogram
  const filled = counts.flatMap((count, index) => {
    const [from, to] = [edges[index], edges[index + 1]]
    return count > 0 && from !== undefined && to !== undefined ? [{ from, to, count, zero: false }] : []
  })
  if (zero === 0) return filled
  const left = Math.floor(Math.min(...filled.map((bin) => bin.from), filled.length === 0 ? 0 : Infinity)) - 1
  return [{ from: left - 0.3, to: left + 0.3, count: zero, zero: true }, ...filled]
}

/** Where the line of the absolute tolerance stands; null where there is none (an exact comparison). */
export const toleranceAt = (atol: number | null): number | null => (atol !== null && atol > 0 ? Math.log10(atol) : null)

/** Height of a bar: one for a single value, one more for each power of ten, so that one value is still seen. */
const height = (count: number): number => Math.log10(count) + 1

/**
 * Absolute error by powers of ten, counts on a logarithmic axis, the tolerance as a dashed line. No bar straddles the
 * line: the core cuts the bins there.
 */
export function histogramOption(
  detail: Pick<ComparisonDetail, 'histogram'>,
  atol: number | null,
  tokens: Tokens,
  words: HistogramWords,
  fontSize = 11,
): EChartsCoreOption {
  const bars = bins(detail.histogram)
  const line = toleranceAt(atol)
  const zero = bars.find((bin) => bin.zero)
  const ends = [...bars.flatMap((bin) => [bin.from, bin.to]), ...(line === null ? [] : [line])]
  const min = Math.floor(Math.min(...ends, 0) + 1e-9)
  const max = Math.ceil(Math.max(...ends, min + 1) + 0.05)
  const top = Math.ceil(Math.max(2, ...bars.map((bin) => height(bin.count))))
  const look = axisLook(tokens, fontSize)
  const atZero = zero === undefined ? null : Math.round((zero.from + zero.to) / 2)
  return {
    grid: { left: 44, right: 16, top: 24, bottom: 38 },
    xAxis: {
      ...look,
      type: 'value',
      min,
      max,
      interval: max - min > 12 ? 2 : 1,
      name: words.axis,
      nameLocation: 'middle',
      nameGap: 22,
      splitLine: { show: false },
      axisLabel: {
        ...look.axisLabel,
        formatter: (value: number) => (atZero === null || value > atZero ? `1e${value}` : value === atZero ? '0' : ''),
      },
    },
    yAxis: {
      ...look,
      type: 'value',
      min: 0,
      max: top,
      interval: top > 5 ? 2 : 1,
      axisLine: { show: false },
      axisLabel: { ...look.axisLabel, formatter: (value: number) => (value < 1 ? '' : powerLabel(Math.round(value) - 1)) },
    },
    series: [
      {
        type: 'custom',
        silent: true,
        clip: true,
        data: bars.map((bin) => [bin.from, bin.to, height(bin.count)]),
        encode: { x: [0, 1], y: 2 },
        renderItem: (_params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => bar(api, tokens.accent),
        markLine:
          line === null
            ? undefined
            : {
                symbol: 'none',
                silent: true,
                animation: false,
                data: [{ xAxis: line }],
                lineStyle: dashed(tokens),
                label: { ...markText(tokens, fontSize), formatter: words.tolerance, position: 'end', distance: 4 },
              },
      },
    ],
  }
}

function bar(api: CustomSeriesRenderItemAPI, fill: string) {
  const [left = 0, top = 0] = api.coord([api.value(0), api.value(2)])
  const [right = 0, bottom = 0] = api.coord([api.value(1), 0])
  const gap = right - left > 6 ? 2 : 0.5
  return {
    type: 'rect' as const,
    shape: { x: left + gap, y: top, width: Math.max(1, right - left - 2 * gap), height: Math.max(0, bottom - top), r: right - left > 10 ? [2, 2, 0, 0] : 0 },
    style: { fill },
  }
}

/** What the histogram shows, for the sentence that stands in its place for those who cannot see it. */
export interface HistogramFacts {
  total: number
  exact: number
  /** Powers of ten between which most values lie. */
  from: number | null
  to: number | null
  beyond: number
}

export function histogramFacts(histogram: ComparisonDetail['histogram'], atol: number | null): HistogramFacts {
  const filled = bins(histogram).filter((bin) => !bin.zero)
  const counted = filled.reduce((sum, bin) => sum + bin.count, 0)
  const line = toleranceAt(atol)
  // "Most" leaves out the outer tenth on either side.
  const within = (share: number): Bin | undefined => {
    let sum = 0
    return filled.find((bin) => (sum += bin.count) >= counted * share)
  }
  return {
    total: counted + histogram.zero,
    exact: histogram.zero,
    from: within(0.1)?.from ?? null,
    to: within(0.9)?.to ?? null,
    beyond: line === null ? (atol === 0 ? counted : 0) : filled.filter((bin) => bin.from >= line - 1e-9).reduce((sum, bin) => sum + bin.count, 0),
  }
}
