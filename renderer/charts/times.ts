import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts'
import type { EChartsCoreOption } from 'echarts/core'
import type { TimeDocument, TimingRow } from '../../contract/engine-work'
import type { Tokens } from '../theme/tokens'
import { axisLook, axisNumber, dashed, markText } from './axes'

/** The GPU's times in bins, the median as a dashed line. */
export function timesOption(
  { gpu, histogram }: Pick<TimingRow, 'gpu' | 'histogram'>,
  tokens: Tokens,
  words: { axis: string; median: string },
  fontSize = 11,
): EChartsCoreOption {
  const { edges, counts } = histogram
  const low = edges[0] ?? 0
  const high = edges.at(-1) ?? low
  // All times the same: one bar as wide as a hundredth of the time.
  const half = high > low ? 0 : Math.max(low / 200, 1e-6)
  const bars = counts.map((value, index) => [(edges[index] ?? low) - half, (edges[index + 1] ?? low) + half, value])
  const look = axisLook(tokens, fontSize)
  return {
    grid: { left: 44, right: 18, top: 24, bottom: 40 },
    xAxis: {
      ...look,
      ...{ type: 'value', min: low - half, max: high + half, splitNumber: 4, name: words.axis, nameLocation: 'middle', nameGap: 24 },
      splitLine: { show: false },
      axisLabel: { ...look.axisLabel, formatter: axisNumber, showMinLabel: false, showMaxLabel: false },
    },
    yAxis: { ...look, type: 'value', min: 0, axisLine: { show: false }, splitNumber: 3 },
    series: [
      {
        type: 'custom',
        silent: true,
        clip: true,
        data: bars,
        encode: { x: [0, 1], y: 2 },
        renderItem: (_params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => bar(api, tokens.accent),
        markLine: {
          ...{ symbol: 'none', silent: true, animation: false, data: [{ xAxis: gpu.median }], lineStyle: dashed(tokens) },
          label: { ...markText(tokens, fontSize), formatter: words.median, position: 'end', distance: 4 },
        },
      },
    ],
  }
}

function bar(api: CustomSeriesRenderItemAPI, fill: string) {
  const [left = 0, top = 0] = api.coord([api.value(0), api.value(2)])
  const [right = 0, bottom = 0] = api.coord([api.value(1), 0])
  const gap = right - left > 4 ? 1 : 0
  return {
    type: 'rect' as const,
    shape: { x: left + gap, y: top, width: Math.max(1, right - left - 2 * gap), height: Math.max(0, bottom - top) },
    style: { fill },
  }
}

export interface SweepWords {
  rate: string
  p99: string
  batch: string
  off: string
  on: string
}

/** p99 latency across, items a second up: each point is a batch size; the limit is a dashed line, the best point is filled. */
export function sweepOption({ rows, best, latencyLimitMs }: TimeDocument, tokens: Tokens, words: SweepWords, fontSize = 11): EChartsCoreOption {
  const look = axisLook(tokens, fontSize)
  const line = (cudaGraph: boolean) => ({
    type: 'line',
    name: cudaGraph ? words.on : words.off,
    lineStyle: { width: 1.5, color: cudaGraph ? tokens.accent : tokens.text3, type: cudaGraph ? 'solid' : [4, 3] },
    data: rows.flatMap((row, index) =>
      row.cudaGraph !== cudaGraph
        ? []
        : {
            value: [row.latency.p99, row.throughput * (row.batch ?? 1)],
            symbol: 'circle',
            symbolSize: index === best ? 10 : 6,
            itemStyle: { color: index === best ? tokens.accent : tokens.surface, borderColor: cudaGraph ? tokens.accent : tokens.text3, borderWidth: 1.5 },
            // One of two lines carries the batch sizes: they lie close together.
            label: {
              show: cudaGraph || !rows.some((other) => other.cudaGraph),
              formatter: String(row.batch ?? ''),
              position: 'top',
              ...markText(tokens, fontSize),
            },
          },
    ),
    ...(latencyLimitMs === null
      ? {}
      : { markLine: { symbol: 'none', silent: true, animation: false, data: [{ xAxis: latencyLimitMs }], lineStyle: dashed(tokens), label: { show: false } } }),
  })
  return {
    grid: { left: 8, right: 20, top: 30, bottom: 24, containLabel: true },
    xAxis: { ...look, type: 'value', name: words.p99, nameLocation: 'middle', nameGap: 24, axisLabel: { ...look.axisLabel, formatter: axisNumber } },
    yAxis: {
      ...look,
      ...{ type: 'value', name: words.rate, nameTextStyle: { ...look.nameTextStyle, align: 'left' }, axisLine: { show: false }, splitNumber: 4 },
    },
    series: [false, true].filter((graph) => rows.some((row) => row.cudaGraph === graph)).map(line),
  }
}
