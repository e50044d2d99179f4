import { z } from 'zod'
import type { Finding } from './finding'

/** Weights that do not fit their class (LOAD_STATE_DICT_MISMATCH), as the finding's evidence holds them. */
export const mismatchKinds = ['missing', 'unexpected', 'misshapen'] as const
export type MismatchKind = (typeof mismatchKinds)[number]

/** `shape` is null where it is not known: of a lazy parameter before its first run, or where an earlier version told no more than the name. */
const sideSchema = z.object({ shape: z.array(z.number()).nullable(), dtype: z.string().nullable() })
export type MismatchSide = z.infer<typeof sideSchema>

/** A key on which the weights and the class disagree, and what each side has under it; null where it has nothing. */
export interface MismatchRow {
  kind: MismatchKind
  name: string
  file: MismatchSide | null
  class: MismatchSide | null
}

const namesSchema = z.array(z.string()).catch([])
const misshapenSchema = z.array(z.object({ name: z.string(), file: z.array(z.number()), class: z.array(z.number()) })).catch([])
const tensorsSchema = z.record(z.string(), z.object({ file: sideSchema.nullable(), class: sideSchema.nullable() })).catch({})

/** The rows of a refused load: missing keys, then unexpected ones, then those of another shape; empty for any other finding. */
export function mismatchRows({ code, evidence }: Pick<Finding, 'code' | 'evidence'>): MismatchRow[] {
  if (code !== 'LOAD_STATE_DICT_MISMATCH') return []
  const tensors = tensorsSchema.parse(evidence['tensors'])
  const untold: MismatchSide = { shape: null, dtype: null }
  const told = (name: string): { file: MismatchSide; class: MismatchSide } => ({
    file: tensors[name]?.file ?? untold,
    class: tensors[name]?.class ?? untold,
  })
  return [
    ...namesSchema.parse(evidence['missing']).map((name): MismatchRow => ({ kind: 'missing', name, file: null, class: told(name).class })),
    ...namesSchema.parse(evidence['unexpected']).map((name): MismatchRow => ({ kind: 'unexpected', name, file: told(name).file, class: null })),
    ...misshapenSchema.parse(evidence['misshapen']).map((row): MismatchRow => ({
      kind: 'misshapen',
      name: row.name,
      file: { ...told(row.name).file, shape: row.file },
      class: { ...told(row.name).class, shape: row.class },
    })),
  ]
}
