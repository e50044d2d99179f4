import type { BatchRow } from '../../../contract/batch'
import type { Recipe } from '../../../contract/recipe'
import { t, type MessageKey } from '../../i18n'
import { bytes, count, duration, fileName, missing } from '../../i18n/format'
import { editors, type Editor } from './editors'
import { chipOf, ownRecipe, recipeLabel, shapeOf, worstOf } from './state'

export type ColumnKey =
  | 'file'
  | 'kind'
  | 'trust'
  | 'include'
  | 'shape'
  | 'class'
  | 'backend'
  | 'targets'
  | 'precision'
  | 'recipe'
  | 'profiles'
  | 'sample'
  | 'expect'
  | 'limit'
  | 'estimate'
  | 'memory'
  | 'time'
  | 'size'
  | 'latency'
  | 'finding'
  | 'state'

export interface Column {
  key: ColumnKey
  title: string
  width: number
  right?: boolean
  mono?: boolean
  /** What the cell says; what draws more than words does so itself. */
  text: (row: BatchRow) => string
  /** What a sort goes by; absent: the column does not sort. */
  value?: (row: BatchRow) => string | number
  /** How the cell is edited; absent: it is not. */
  editor?: Editor
}

/** What the columns hang on beyond the row: the batch's own recipe, and names of recipe files that were applied. */
export interface SheetContext {
  common: Recipe
  rowMinutes: number | null
  recipeNames: ReadonlyMap<string, string>
}

/** The cells of a row: of what is no model one cell says why, in place of all that it does not have. */
export function cellsOf(row: BatchRow, columns: readonly Column[]): Array<{ column: Column; span: number }> {
  if (row.model) return columns.map((column) => ({ column, span: 1 }))
  const own = columns.filter(({ key }) => keptOfJunk.includes(key))
  return own
    .map((column) => ({ column, span: column.key === 'finding' ? columns.length - own.length + 1 : 1 }))
    .sort((a, b) => keptOfJunk.indexOf(a.column.key) - keptOfJunk.indexOf(b.column.key))
}
const keptOfJunk: readonly ColumnKey[] = ['file', 'kind', 'finding', 'state']

/** Columns of the plan, then what comes of it; once rows have ended, the results stand first. */
export function columnsOf(rows: readonly BatchRow[], ran: boolean, context: SheetContext): Column[] {
  const { common } = context
  const has = (test: (row: BatchRow) => boolean): boolean => rows.some(test)
  const title = (key: ColumnKey): string => t(`batch.columns.${key}` as MessageKey)
  const plain = (row: BatchRow, text: string): string => (row.model ? text : '')
  const make = (key: ColumnKey, width: number, rest: Omit<Column, 'key' | 'title' | 'width'>): Column => ({
    key,
    title: title(key),
    width,
    ...rest,
    ...(key in editors ? { editor: editors[key as keyof typeof editors] } : {}),
  })
  const sorted = (key: ColumnKey, width: number, text: (row: BatchRow) => string, rest: Partial<Column> = {}): Column =>
    make(key, width, { text, value: text, ...rest })
  const number = (
    key: ColumnKey,
    width: number,
    value: (row: BatchRow) => number | null | undefined,
    text: (value: number | null | undefined) => string,
  ): Column => make(key, width, { right: true, text: (row) => plain(row, text(value(row))), value: (row) => value(row) ?? -1 })

  const file = sorted('file', 204, (row) => row.name, { mono: true })
  const kind = sorted('kind', 114, (row) => t(`common.format.${row.format}`))
  const trust = sorted('trust', 124, (row) => plain(row, t(`batch.trust.${row.trust.kind}`, { n: row.trust.names, count: count(row.trust.names) })), {
    value: (row) => row.trust.kind,
  })
  const include = sorted('include', 66, () => '', { value: (row) => (row.excluded ? 1 : 0) })
  const shape = sorted('shape', 136, (row) => plain(row, shapeOf(row, common) || t('batch.noShape')), { mono: true })
  const ofClass = sorted('class', 138, (row) => plain(row, ownRecipe(row, common).load.model ?? missing), { mono: true })
  const backend = sorted('backend', 140, (row) => {
    const own = ownRecipe(row, common).build.backend
    return plain(row, own === null ? t('batch.backendAuto') : t(`common.backend.${own}`))
  })
  const targets = sorted('targets', 104, (row) => plain(row, ownRecipe(row, common).build.targets.join(' ') || t('batch.thisMachine')))
  const precision = sorted('precision', 92, (row) => {
    const own = ownRecipe(row, common).build.precision
    return plain(row, own === null ? t('batch.byDefault') : t(`wizard.build.precision.${own}`))
  })
  const recipe = sorted('recipe', 112, (row) => plain(row, recipeLabel(row, context.recipeNames)))
  const profiles = sorted('profiles', 138, (row) => plain(row, editors.profiles.text(row, common) || t('batch.byDefault')), { mono: true })
  const sample = sorted('sample', 112, (row) => plain(row, fileName(editors.sample.text(row, common)) || t('batch.seeded')))
  const expect = sorted('expect', 112, (row) => plain(row, fileName(editors.expect.text(row, common)) || missing))
  const limit = make('limit', 84, {
    right: true,
    text: (row) => {
      const minutes = row.minutes ?? context.rowMinutes
      return plain(row, minutes === null ? missing : t('batch.minutesShort', { count: count(minutes) }))
    },
    value: (row) => row.minutes ?? context.rowMinutes ?? Infinity,
  })
  const estimate = number('estimate', 84, (row) => row.estimate?.seconds, duration)
  const memory = number('memory', 88, (row) => (row.estimate === null ? null : row.estimate.memoryMiB * 1024 * 1024), bytes)
  const time = number('time', 76, (row) => row.result?.seconds, duration)
  const size = number('size', 92, (row) => row.result?.engineBytes, bytes)
  const latency = number(
    'latency',
    112,
    (row) => row.result?.latencyMs,
    (value) => (value == null ? missing : `${value.toFixed(2)} ms`),
  )
  const finding = make('finding', 240, { text: (row) => worstOf(row)?.message ?? '' })
  const state = sorted('state', 140, (row) => chipOf(row).text)

  const classes = has((row) => row.needs.includes('class') || ownRecipe(row, common).load.model !== null) ? [ofClass] : []
  const sizes = has((row) => row.result?.engineBytes != null) ? [size] : []
  const latencies = has((row) => row.result?.latencyMs != null) ? [latency] : []
  if (!has((row) => row.model)) return [file, kind, { ...finding, width: 560 }, state]
  return ran
    ? [
        file,
        kind,
        shape,
        backend,
        precision,
        time,
        ...sizes,
        ...latencies,
        finding,
        trust,
        include,
        ...classes,
        targets,
        recipe,
        profiles,
        sample,
        expect,
        limit,
        state,
      ]
    : [file, kind, trust, include, shape, backend, targets, precision, ...classes, estimate, memory, recipe, profiles, sample, expect, limit, finding, state]
}
