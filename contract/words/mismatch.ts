import type { Finding } from '../finding'
import { mismatchKinds, mismatchRows, type MismatchKind, type MismatchSide } from '../mismatch'
import type { Language } from './tell'

/** Keys of one kind on which weights and class disagree; each side such as `3x4 float32`, null where it has no such key or nothing is known. */
export interface ToldKeys {
  kind: MismatchKind
  title: string
  inFile: string
  inClass: string
  rows: Array<{ name: string; file: string | null; class: string | null }>
  /** How many more there are. */
  more: number
}

interface Words extends Record<MismatchKind, string> {
  inFile: string
  inClass: string
  scalar: string
}

const words: Record<Language, Words> = {
  en: {
    missing: 'missing in the file',
    unexpected: 'not in the class',
    misshapen: 'other shape',
    inFile: 'in the file',
    inClass: 'in the class',
    scalar: 'scalar',
  },
  'zh-CN': { missing: '文件中缺少', unexpected: '类中没有', misshapen: '形状不同', inFile: '文件中', inClass: '类中', scalar: '标量' },
}

/** The table of weights that do not fit their class, for a page of text; empty for any other finding. @param most rows of a kind */
export function tellKeys(finding: Pick<Finding, 'code' | 'evidence'>, language: Language, most: number): ToldKeys[] {
  const { scalar, inFile, inClass, ...titles } = words[language]
  const side = (told: MismatchSide | null): string | null => {
    const shape = told?.shape?.length === 0 ? scalar : told?.shape?.join('x')
    return [shape, told?.dtype].filter(Boolean).join(' ') || null
  }
  const rows = mismatchRows(finding)
  return mismatchKinds.flatMap((kind) => {
    const all = rows.filter((row) => row.kind === kind)
    if (all.length === 0) return []
    const shown = all.slice(0, most).map((row) => ({ name: row.name, file: side(row.file), class: side(row.class) }))
    return [{ kind, title: titles[kind], inFile, inClass, rows: shown, more: all.length - shown.length }]
  })
}
