import type { BatchRow } from '../../../contract/batch'
import type { Recipe } from '../../../contract/recipe'
import { t } from '../../i18n'
import { count } from '../../i18n/format'
import { classesOf } from './classes'

/** One part of what a review shows: a head with a note at its end, and lines below. */
export interface ReviewPart {
  key: string
  head: string
  hint: string
  note: string
  lines: readonly string[]
}

/** The names that files need beyond tensors, file by file. */
export const namesByFile = (rows: readonly BatchRow[]): ReviewPart[] =>
  rows.map((row) => ({
    key: row.id,
    head: row.name,
    hint: row.path,
    note: t('batch.trustNames', { n: row.trust.names, count: count(row.trust.names) }),
    lines: [...new Set(row.findings.flatMap(({ evidence }) => (Array.isArray(evidence['names']) ? evidence['names'].map(String) : [])))],
  }))

/** The classes that rows name, each with its arguments and the rows that want it so. */
export const classesByName = (rows: readonly BatchRow[], common: Recipe): ReviewPart[] =>
  classesOf(rows, common).map(({ model, modelArgs, files }) => {
    const args = modelArgs === null ? [] : [t('batch.classArgs', { args: JSON.stringify(modelArgs) })]
    return {
      key: JSON.stringify([model, modelArgs]),
      head: model ?? '',
      hint: model ?? '',
      note: t('batch.classRows', { n: files.length, count: count(files.length) }),
      lines: [...args, ...files],
    }
  })
