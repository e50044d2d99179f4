import type { ModelFile } from '../../../contract/run'
import { isDangerousName, modernName } from '../formats/pickle/grade'

/** What one call of the command line allows; nothing of it is kept. */
export interface CallTrust {
  /** Globals by name, for every file of the call. */
  names: string[]
  /** Hashes of files whose every refused name is allowed, dangerous ones excepted. */
  listed: string[]
  /** Hashes of files that are trusted once. */
  once: string[]
  /** Classes whose code may be imported, as `module:Class`, with any arguments. */
  classes: string[]
  /** The folder that the call names for code: its classes may be imported. */
  project: string | null
  /** Hashes of engines whose code for the CPU may be loaded. */
  hostCode: string[]
}

/** A call that allows nothing. */
export const noCallTrust = (): CallTrust => ({ names: [], listed: [], once: [], classes: [], project: null, hostCode: [] })

/** What holds for one file: globals by name, or everything in the isolated worker. */
export interface Granted {
  names: string[]
  once: boolean
}

export const nothingGranted: Granted = { names: [], once: false }

/** Names that `weights_only=True` refuses and nobody allowed, as the file spells them. */
export function stillRefused(pickle: NonNullable<ModelFile['pickle']>, granted: Granted): string[] {
  const allowed = new Set(granted.names.map(modernName))
  return pickle.unsafe.filter((name) => !allowed.has(modernName(name)))
}

/** Those of `names` that may ever be allowed one by one, as Python 3 spells them. */
export function allowable(names: readonly string[], dangerous: readonly string[] = []): string[] {
  const never = new Set(dangerous)
  return [...new Set(names.filter((name) => !never.has(name) && !isDangerousName(name)).map(modernName))].sort()
}
