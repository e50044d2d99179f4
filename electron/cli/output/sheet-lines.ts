import type { SheetDocument, SheetRow } from '../../../contract/engine-sheet'
import { flavourNames } from '../../core/engines/library'
import type { Text } from '../text'
import { comparisonLines } from './human'

const ms = (value: number | null | undefined): string => (value == null ? '–' : `${value.toPrecision(4)} ms`)

export function sheetLines(document: SheetDocument, text: Text): string[] {
  const { sheet, words } = text
  return [
    ...document.rows.flatMap((row) => [`${flavourNames[row.backend]} ${row.version ?? ''}`.trimEnd(), ...facts(row, text).map((line) => `    ${line}`)]),
    ...(document.difference.length === 0 ? [] : [sheet.difference]),
    ...document.difference.map((row) => `    ${row.output}: max ${row.maxAbs?.toExponential(2) ?? '–'}`),
    ...(document.verdict === null ? [] : [`${words.verdict}: ${words.verdicts[document.verdict]}`]),
  ]
}

function facts(row: SheetRow, text: Text): string[] {
  const { sheet } = text
  if (row.notBuilt !== null) return [`${sheet.notBuilt}: ${text.reason(row.notBuilt)}`]
  return [
    `${sheet.build} ${row.buildSeconds === null ? '–' : text.seconds(row.buildSeconds)}  ${sheet.size} ${row.engine === null ? '–' : (row.engine.bytes / 1024 / 1024).toFixed(2)} MiB`,
    row.notRun === null
      ? `${sheet.firstRun} ${ms(row.firstRunMs)}  ${sheet.warmStart} ${ms(row.warmStartMs)}  ${sheet.latency} ${ms(row.latency?.median)} (p99 ${ms(row.latency?.p99)}, GPU ${ms(row.gpu?.median)})`
      : `${sheet.notRun}: ${text.reason(row.notRun)}`,
    ...comparisonLines(row.comparisons, text),
  ]
}
