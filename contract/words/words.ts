import type { FindingCode } from '../finding'

/**
 * A sentence with holes such as `{path}`, `{frame.line}` or `{names.length}` that the evidence fills. `{?key}` prints
 * nothing but wants the key to be there. Of several sentences the first whose holes can all be filled is taken.
 */
export type Sentence = string | readonly string[]

/** What one code means in a language other than the core's own. */
export interface FindingWords {
  title: string
  /** Says everything that the core's own message says. */
  whole?: Sentence
  /** Says the gist alone; the core's own message is shown beside it, with the detail that it carries. */
  gist?: Sentence
  remedy: Sentence
}

/** A part of a table: each code once, checked to be one. */
export type SomeFindings = { readonly [Code in FindingCode]?: FindingWords }
