import type { BatchRow, RowEdit } from '../../../contract/batch'
import type { Recipe } from '../../../contract/recipe'
import { t } from '../../i18n'
import { percent } from '../../i18n/format'
import type { ChipState } from '../../parts/Chip.vue'

/** What the filters above the table go by. */
export const filters = ['all', 'needs', 'running', 'waiting', 'pass', 'fail', 'not-judged', 'error', 'skipped'] as const
export type RowFilter = (typeof filters)[number]

/** The one group that a row is counted in. */
export function groupOf(row: BatchRow): Exclude<RowFilter, 'all'> {
  if (row.state === 'running') return 'running'
  if (row.state === 'skipped' || row.state === 'excluded') return 'skipped'
  if (row.state === 'error' || row.state === 'cancelled') return 'error'
  if (row.state === 'done') return row.result?.verdict ?? 'error'
  return needsAnswer(row) ? 'needs' : 'waiting'
}

/** A row that comes to nothing before a person answers: trust, the class of its weights, or whether that class may be imported. */
export const needsAnswer = (row: BatchRow): boolean => row.needs.some((need) => need !== 'inputs')

/** A row's state as sign and words. */
export function chipOf(row: BatchRow): { state: ChipState; text: string; plain: boolean } {
  const { result } = row
  if (row.state === 'running') {
    if (row.held !== null) return { state: 'pending', text: t(`batch.held.${row.held}`), plain: false }
    const stage = t(`common.stage.${row.stage ?? 'load'}`)
    return { state: 'running', text: row.fraction === null ? stage : `${stage} ${percent(row.fraction)}`, plain: false }
  }
  if (row.state === 'skipped') return { state: 'stale', text: t('batch.state.skipped'), plain: true }
  if (row.state === 'excluded') return { state: 'stale', text: t('batch.state.excluded'), plain: true }
  if (row.state === 'cancelled') return { state: 'cancelled', text: t('common.state.cancelled'), plain: false }
  if (row.state === 'error') {
    const stage = result?.failedAt == null ? null : t(`common.stage.${result.failedAt}`)
    if (result?.crashed === true) return { state: 'crashed', text: stage === null ? t('common.state.crashed') : t('batch.crashedAt', { stage }), plain: false }
    return { state: 'failed', text: stage === null ? t('batch.state.error') : t('batch.failedAt', { stage }), plain: false }
  }
  if (row.state === 'done' && result?.verdict != null) {
    const word = t(`common.state.${result.verdict}`)
    return { state: result.verdict, text: result.reused ? t('batch.reused', { verdict: word }) : word, plain: false }
  }
  const [need] = row.needs.filter((one) => one !== 'inputs')
  if (need !== undefined) return { state: 'needs', text: t(`batch.needs.${need}`), plain: false }
  return { state: 'pending', text: t('common.state.pending'), plain: true }
}

/** The recipe that a row runs with, its own or the batch's. */
export const ownRecipe = (row: BatchRow, common: Recipe): Recipe => row.recipe ?? common

/** The name of the recipe file that was applied to a row, as far as it is known. */
export function recipeLabel(row: BatchRow, names: ReadonlyMap<string, string>): string {
  if (row.recipe === null) return t('batch.recipe.common')
  return names.get(JSON.stringify(row.recipe)) ?? t('batch.recipe.own')
}

export function shapeOf(row: BatchRow, common: Recipe): string {
  const stated = ownRecipe(row, common).load.inputs
  const inputs = stated.length > 0 ? stated : (row.signature ?? [])
  return inputs.map(({ shape }) => (shape.length === 0 ? t('common.scalar') : shape.join(' × '))).join(', ')
}

/** The finding to read first: the gravest, and for what is no model the reason. */
export function worstOf(row: BatchRow): BatchRow['findings'][number] | null {
  const all = row.result?.findings ?? row.findings
  return (
    all.find(({ severity }) => severity === 'error') ??
    all.find(({ severity }) => severity === 'warning') ??
    (row.state === 'skipped' ? (all[0] ?? null) : null)
  )
}

/** A recipe on its way to a row: what it leaves open of the model itself (class, inputs, profiles) stays as the row has it. */
export function fitRecipe(recipe: Recipe, row: BatchRow, common: Recipe): Recipe {
  const own = ownRecipe(row, common)
  const { load, build } = recipe
  const ofClass = load.model === null ? { model: own.load.model, modelArgs: own.load.modelArgs, keyPrefix: own.load.keyPrefix } : {}
  const inputs = load.inputs.length === 0 ? { inputs: own.load.inputs } : {}
  const profiles = build.profiles.length === 0 ? { profiles: own.build.profiles } : {}
  return { ...recipe, load: { ...load, ...ofClass, ...inputs }, build: { ...build, ...profiles } }
}

/** Edits of one row each, those that are alike together. */
export function together(edits: ReadonlyArray<readonly [id: string, edit: RowEdit]>): Array<{ rows: string[]; edit: RowEdit }> {
  const groups = new Map<string, { rows: string[]; edit: RowEdit }>()
  for (const [id, edit] of edits) {
    const key = JSON.stringify(edit)
    const group = groups.get(key) ?? { rows: [], edit }
    groups.set(key, group)
    group.rows.push(id)
  }
  return [...groups.values()]
}
