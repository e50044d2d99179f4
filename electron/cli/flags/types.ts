import type { Recipe } from '../../../contract/recipe'
import type { Settings } from '../../../contract/settings'
import type { CallTrust } from '../../core/trust/names'
import type { Text } from '../text'

/** What flags write into: a recipe of this call and settings of this machine, in memory only. */
export interface Draft {
  recipe: Recipe
  settings: Partial<Settings>
  /** What this call trusts. */
  trust: CallTrust
}

/** What reading a flag's value needs. */
export interface FlagContext {
  text: Text
  /** Makes a path absolute. */
  resolve(given: string): string
  /** Makes a program's path absolute; a bare name is looked up as a shell would. */
  program(given: string): string
}

/** One flag that writes an option. `values` holds every value given, in order; a switch has `true` or `false`. */
export interface Flag {
  /** Without dashes. */
  name: string
  /** What stands for the value in the help; null for a switch, which then also has a `--no-` form. */
  value: string | null
  repeat: boolean
  /** Has a `--no-` form beside its value, which gives `false`. */
  off?: boolean
  help: (text: Text) => string
  apply(draft: Draft, values: Array<string | boolean>, context: FlagContext): void
}

/** A flag with a value; of several, the last counts. */
export function valued(name: string, value: string, help: Flag['help'], apply: (draft: Draft, value: string, context: FlagContext) => void): Flag {
  return { name, value, repeat: false, help, apply: (draft, values, context) => apply(draft, String(values.at(-1)), context) }
}

/** A flag that may be given several times and means all of them. */
export function repeated(name: string, value: string, help: Flag['help'], apply: (draft: Draft, values: string[], context: FlagContext) => void): Flag {
  return { name, value, repeat: true, help, apply: (draft, values, context) => apply(draft, values.map(String), context) }
}

/** `--name` and `--no-name`. */
export function toggled(name: string, help: Flag['help'], apply: (draft: Draft, value: boolean) => void): Flag {
  return { name, value: null, repeat: false, help, apply: (draft, values) => apply(draft, values.at(-1) === true) }
}
