import type { DocumentCommand } from '../../contract/documents'
import type { Settings } from '../../contract/settings'
import type { Core } from '../core/api'
import type { Facts } from './exit-code'
import type { Flag } from './flags/types'
import type { Reporter } from './output/progress'
import type { Surroundings } from './surroundings'
import type { Text } from './text'

/** A flag of the call itself, such as where to write; never part of a recipe. */
export interface CallFlag {
  name: string
  short: string | null
  /** What stands for the value in the help; null for a switch. */
  value: string | null
  /** True where the value may be left out; it is then the empty text. */
  optional?: boolean
  required: boolean
  help: (text: Text) => string
}

/** An argument that is no flag; `many` takes any number, none included. */
export interface CallArgument {
  name: string
  many?: boolean
  help: (text: Text) => string
}

/** A call as it was understood. */
export interface Call {
  args: string[]
  /** Values of the flags of the call itself, by name. */
  own: Record<string, string | boolean | undefined>
  /** Flags that write options, in the order of the table. */
  given: Array<{ flag: Flag; values: Array<string | boolean> }>
}

/** What a command works with. */
export interface Context {
  text: Text
  signal: AbortSignal
  surroundings: Surroundings
  reporter: Reporter
  /** Makes a path of the call absolute. */
  resolve(given: string): string
  /** The core, started at the first call; `settings` lie over the settings file for this call alone. */
  core(settings?: Partial<Settings>): Promise<Core>
  /** What is known so far, for a call that is ended before its command can answer. */
  partial: (() => object) | null
}

export interface Outcome {
  document: object
  facts: Facts
}

/** One command: its words, its flags, the document of a call that came to nothing, and its work. */
export interface Command {
  name: DocumentCommand
  args: ReadonlyArray<CallArgument>
  own: readonly CallFlag[]
  flags: readonly Flag[]
  /** The document with nothing in it: stages pending, the unknown null. */
  empty(text: Text): object
  /** The document as text for people. */
  print(document: object, text: Text): string[]
  /** Rejects with an EnginesmithError where the call cannot be done. */
  run(call: Call, context: Context): Promise<Outcome>
}

/** Ties a command's document type together; outside, only the schema knows it. */
export function defineCommand<D extends object>(
  command: Omit<Command, 'empty' | 'print' | 'run'> & {
    empty(text: Text): D
    print(document: D, text: Text): string[]
    run(call: Call, context: Context): Promise<{ document: D; facts: Facts }>
  },
): Command {
  return { ...command, print: (document, text) => command.print(document as D, text) }
}
