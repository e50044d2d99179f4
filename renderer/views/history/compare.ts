import type { Comparison, RunSnapshot, Verdict } from '../../../contract/run'
import type en from '../../i18n/en'
import { t } from '../../i18n'
import { bytes, count, duration, missing, scientific, shortHash } from '../../i18n/format'

export interface CompareCell {
  text: string
  verdict?: Verdict
}
export interface CompareRow {
  name: keyof typeof en.history.rows
  cells: [CompareCell, CompareCell]
  differs: boolean
}
export interface CompareGroup {
  name: keyof typeof en.history.groups
  rows: CompareRow[]
}

/** What two runs have in common and where they part, in words. */
export function compareRuns(a: RunSnapshot, b: RunSnapshot): CompareGroup[] {
  const row = (name: CompareRow['name'], read: (run: RunSnapshot) => string): CompareRow => {
    const cells: [CompareCell, CompareCell] = [{ text: read(a) }, { text: read(b) }]
    return { name, cells, differs: cells[0].text !== cells[1].text }
  }
  const worst = (run: RunSnapshot, key: 'maxAbs'): number | null => reduce(run.comparisons, key, (x, y) => Math.max(x, y))
  const total = (run: RunSnapshot, key: 'mismatched' | 'compared'): number | null => reduce(run.comparisons, key, (x, y) => x + y)
  return [
    {
      name: 'result',
      rows: [
        verdictRow(a, b),
        row('maxAbs', (run) => scientific(worst(run, 'maxAbs'))),
        row('mismatched', (run) => count(total(run, 'mismatched'))),
        row('compared', (run) => count(total(run, 'compared'))),
        row('input', (run) => (run.input.sha256 ? shortHash(run.input.sha256) : missing)),
      ],
    },
    {
      name: 'engine',
      rows: [
        row('backend', (run) => (run.cards.build ? t(`common.backend.${run.cards.build.backend}`) : missing)),
        row('library', (run) => run.cards.build?.libraryVersion ?? missing),
        row('targets', (run) => run.cards.build?.targets.join(', ') || missing),
        row('size', (run) => bytes(run.cards.build?.bytes)),
        row('buildTime', (run) => duration(run.cards.build?.buildSeconds)),
      ],
    },
    {
      name: 'recipe',
      rows: [
        row('exporter', (run) => run.recipe.convert.exporter),
        row('opset', (run) => run.recipe.convert.opset?.toString() ?? t('history.asLibrary')),
        row('precision', (run) => run.recipe.build.precision ?? t('history.asLibrary')),
        row('optLevel', (run) => run.recipe.build.optLevel?.toString() ?? t('history.asLibrary')),
        row('refit', (run) => (run.recipe.build.refit ? t('history.yes') : t('history.no'))),
      ],
    },
  ]
}

function verdictRow(a: RunSnapshot, b: RunSnapshot): CompareRow {
  const cell = (run: RunSnapshot): CompareCell => (run.verdict ? { text: run.verdict, verdict: run.verdict } : { text: missing })
  return { name: 'verdict', cells: [cell(a), cell(b)], differs: a.verdict !== b.verdict }
}

function reduce(rows: readonly Comparison[], key: 'maxAbs' | 'mismatched' | 'compared', join: (x: number, y: number) => number): number | null {
  const numbers = rows.flatMap((row) => row[key] ?? [])
  return numbers.length > 0 ? numbers.reduce(join) : null
}
