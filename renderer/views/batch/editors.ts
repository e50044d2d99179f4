import { planRowSchema, type BatchRow, type RowEdit } from '../../../contract/batch'
import { backendSchema, precisionSchema, targetSchema } from '../../../contract/engine'
import { loadOptionsSchema, type Recipe } from '../../../contract/recipe'
import { t, type MessageKey } from '../../i18n'
import { fitRecipe, ownRecipe } from './state'

/** What was typed as an edit, or in words why it is none. */
export type Parsed = { edit: RowEdit } | { refused: string }

export interface Choice {
  value: string
  label: string
}
interface Common {
  /** What the editor begins with. */
  text: (row: BatchRow, common: Recipe) => string
  parse: (text: string) => Parsed
  /** The cell of one row as an edit of another. */
  copy: (row: BatchRow, common: Recipe, to: BatchRow) => RowEdit
  /** The value that the cell has where nobody sets one. */
  clear: RowEdit
  /** Whether this row has such a cell at all. */
  offered?: (row: BatchRow) => boolean
}
/** How a cell is edited in place. */
export type Editor = Common &
  (
    | { kind: 'choice'; options: (row: BatchRow) => Choice[] }
    /** `file`: a path, which may also be chosen. */
    | { kind: 'text'; hint: MessageKey; file?: boolean }
    | { kind: 'toggle' }
  )

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')
const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
/** The choice that stands for null. */
const none = ''

export const applyRecipeFile = 'file'
const ownOption = 'own'

const backend: Editor = {
  kind: 'choice',
  options: () => [{ value: none, label: t('batch.backendAuto') }, ...backendSchema.options.map((value) => ({ value, label: t(`common.backend.${value}`) }))],
  text: (row, common) => ownRecipe(row, common).build.backend ?? none,
  parse: (text) => ({ edit: { backend: text === none ? null : backendSchema.parse(text) } }),
  copy: (row, common) => ({ backend: ownRecipe(row, common).build.backend }),
  clear: { backend: null },
}
const precision: Editor = {
  kind: 'choice',
  options: () => [
    { value: none, label: t('batch.byDefault') },
    ...precisionSchema.options.map((value) => ({ value, label: t(`wizard.build.precision.${value}`) })),
  ],
  text: (row, common) => ownRecipe(row, common).build.precision ?? none,
  parse: (text) => ({ edit: { precision: text === none ? null : precisionSchema.parse(text) } }),
  copy: (row, common) => ({ precision: ownRecipe(row, common).build.precision }),
  clear: { precision: null },
}
const recipe: Editor = {
  kind: 'choice',
  options: (row) => [
    { value: none, label: t('batch.recipe.common') },
    ...(row.recipe === null ? [] : [{ value: ownOption, label: t('batch.recipe.own') }]),
    { value: applyRecipeFile, label: t('batch.recipe.file') },
  ],
  text: (row) => (row.recipe === null ? none : ownOption),
  parse: () => ({ edit: { recipe: null } }),
  copy: (row, common, to) => ({ recipe: row.recipe && fitRecipe(row.recipe, to, common) }),
  clear: { recipe: null },
}
const include: Editor = {
  kind: 'toggle',
  text: (row) => String(!row.excluded),
  parse: (text) => ({ edit: { excluded: text !== 'true' } }),
  copy: (row) => ({ excluded: row.excluded }),
  clear: { excluded: false },
}
const targets: Editor = {
  kind: 'text',
  hint: 'batch.hint.targets',
  text: (row, common) => ownRecipe(row, common).build.targets.join(' '),
  parse: (text) => {
    const wrong = words(text).find((word) => !targetSchema.safeParse(word).success)
    return wrong === undefined ? { edit: { targets: words(text) } } : { refused: t('batch.refused.targets', { word: wrong }) }
  },
  copy: (row, common) => ({ targets: ownRecipe(row, common).build.targets }),
  clear: { targets: [] },
}
const specs = (row: BatchRow, common: Recipe): string[] => ownRecipe(row, common).load.inputs.map(specOf)
const specOf = ({ name, dtype, shape }: { name: string; dtype: string; shape: ReadonlyArray<number | string> }): string => `${name}:${dtype}:${shape.join('x')}`
const shape: Editor = {
  kind: 'text',
  hint: 'batch.hint.shape',
  text: (row, common) => (specs(row, common).length > 0 ? specs(row, common) : (row.signature ?? []).map(specOf)).join(' '),
  parse: (text) => ({ edit: { inputSpecs: words(text) } }),
  copy: (row, common) => ({ inputSpecs: specs(row, common) }),
  clear: { inputSpecs: [] },
}
const profileSpecs = (row: BatchRow, common: Recipe): string[] =>
  ownRecipe(row, common).build.profiles.flatMap((profile) =>
    profile.map(
      ({ name, min, opt, max }) =>
        `${name}:${[...new Set([min, opt, max].map((sizes) => sizes.join('x')))].length === 1 ? min.join('x') : [min, opt, max].map((sizes) => sizes.join('x')).join('/')}`,
    ),
  )
const profiles: Editor = {
  kind: 'text',
  hint: 'batch.hint.profiles',
  text: (row, common) => profileSpecs(row, common).join(' '),
  parse: (text) => ({ edit: { shapes: words(text) } }),
  copy: (row, common) => ({ shapes: profileSpecs(row, common) }),
  clear: { shapes: [] },
}
const ofClass: Editor = {
  kind: 'text',
  hint: 'batch.hint.class',
  text: (row, common) => ownRecipe(row, common).load.model ?? '',
  parse: (text) => {
    const model = loadOptionsSchema.shape.model.safeParse(orNull(text))
    return model.success ? { edit: { model: model.data } } : { refused: t('batch.refused.class') }
  },
  copy: (row, common) => ({ model: ownRecipe(row, common).load.model }),
  clear: { model: null },
  offered: (row) => row.format !== 'onnx',
}
const sample: Editor = {
  kind: 'text',
  hint: 'batch.hint.sample',
  file: true,
  text: (row, common) => row.inputs ?? ownRecipe(row, common).load.inputsFile ?? '',
  parse: (text) => ({ edit: { inputs: orNull(text) } }),
  copy: (row) => ({ inputs: row.inputs }),
  clear: { inputs: null },
}
const expect: Editor = {
  kind: 'text',
  hint: 'batch.hint.expect',
  file: true,
  text: (row, common) => row.expect ?? ownRecipe(row, common).validate.expect ?? '',
  parse: (text) => ({ edit: { expect: orNull(text) } }),
  copy: (row) => ({ expect: row.expect }),
  clear: { expect: null },
}
const limit: Editor = {
  kind: 'text',
  hint: 'batch.hint.limit',
  text: (row) => (row.minutes === null ? '' : String(row.minutes)),
  parse: (text) => {
    const minutes = planRowSchema.shape.minutes.safeParse(text.trim() === '' ? null : Number(text.trim()))
    return minutes.success ? { edit: { minutes: minutes.data } } : { refused: t('batch.refused.limit') }
  },
  copy: (row) => ({ minutes: row.minutes }),
  clear: { minutes: null },
}

export const editors = { include, shape, class: ofClass, backend, targets, precision, recipe, profiles, sample, expect, limit }

/** Whether a cell of this row may be edited now. */
export function canEdit(row: BatchRow, editor: Editor | undefined): editor is Editor {
  return editor !== undefined && row.model && row.state !== 'running' && (editor.offered?.(row) ?? true)
}
