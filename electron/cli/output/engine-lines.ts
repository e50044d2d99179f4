import type { DiffDocument, LayersDocument, RefitDocument, TimeDocument, TimingRow, WorkProgress } from '../../../contract/engine-work'
import type { Text } from '../text'
import { artifactLines, comparisonLines, engineUseLines } from './human'

const ms = (value: number | null): string => (value === null ? '–' : `${value.toPrecision(4)} ms`)

/** Where work on an engine stands, for the line that is rewritten. */
export function workLine({ phase, detail, fraction }: WorkProgress, text: Text): string {
  return [text.work[phase], detail, fraction === null ? '' : `${Math.round(fraction * 100)} %`].filter((part) => part !== '').join('  ')
}

export function timeLines(document: TimeDocument, text: Text): string[] {
  const shapes = (row: TimingRow): string =>
    Object.entries(row.shapes)
      .map(([name, sizes]) => `${name} ${sizes.join('x')}`)
      .join(', ')
  const rows = document.rows.flatMap((row, index) => [
    `${index === document.best ? '* ' : '  '}${shapes(row)}${row.cudaGraph ? '  CUDA graph' : ''}`,
    `    GPU ${ms(row.gpu.median)} (p99 ${ms(row.gpu.p99)})  H2D ${ms(row.h2d.median)}  D2H ${ms(row.d2h.median)}  enqueue ${ms(row.enqueue.median)}`,
    `    latency ${ms(row.latency.median)} (p90 ${ms(row.latency.p90)}, p95 ${ms(row.latency.p95)}, p99 ${ms(row.latency.p99)})  ${row.throughput.toFixed(1)}/s  n=${row.iterations}`,
  ])
  return [...rows, ...engineUseLines(document.engineUse, text)]
}

export function layerLines(document: LayersDocument): string[] {
  const slowest = [...document.layers].sort((a, b) => (b.ms?.mean ?? 0) - (a.ms?.mean ?? 0))
  return slowest.map(
    (layer) =>
      `${layer.ms === null ? '' : `${ms(layer.ms.mean)}  ${(layer.ms.share * 100).toFixed(1)} %  `}${layer.type}  ${layer.precision ?? '–'}  ${layer.name}`,
  )
}

export function diffLines(document: DiffDocument): string[] {
  const { totals } = document
  if (totals === null) return []
  const marks = { same: '=', changed: '~', 'only-a': '-', 'only-b': '+' } as const
  return [
    ...document.rows
      .filter(({ state }) => state !== 'same')
      .map((row) => {
        const names = (row.a.length > 0 ? row.a : row.b).map(({ name }) => name).join(' + ')
        return `${marks[row.state]} ${names}${row.changed.length > 0 ? `  (${row.changed.join(', ')})` : ''}${row.msDifference === null ? '' : `  ${ms(row.msDifference)}`}`
      }),
    `= ${totals.same}  ~ ${totals.changed}  - ${totals.onlyA}  + ${totals.onlyB}   ${ms(totals.aMs)} → ${ms(totals.bMs)}`,
  ]
}

export function refitLines(document: RefitDocument, text: Text): string[] {
  const { weights, sizes } = document
  return [
    ...(weights === null ? [] : [`${weights.set}/${weights.total}`]),
    ...(document.seconds === null ? [] : [text.seconds(document.seconds)]),
    ...(sizes.withWeights === null ? [] : [`${sizes.before} → ${sizes.withWeights} / ${sizes.withoutWeights}`]),
    ...comparisonLines(document.comparisons, text),
    ...(document.verified === null ? [] : [`${text.words.verdict}: ${text.words.verdicts[document.verified]}`]),
    ...artifactLines(document.artifacts),
  ]
}
