import { createHash } from 'node:crypto'
import stringify from 'json-stable-stringify'
import type { StageName } from '../../../contract/run'

/** Everything that decides a stage's result, and nothing that does not. */
export interface StageKeyParts {
  stage: StageName
  /** Grows when the stage's code changes what it makes. */
  version: number
  /** The options that matter to the result. */
  options: unknown
  /** Content hashes of what goes in. */
  inputs: string[]
  /** The part of the environment that the stage declares. */
  environment: Record<string, string | null>
}

/** sha256 in hex over the parts as JSON with sorted keys: equal keys mean that the result may be reused. */
export function stageKey(parts: StageKeyParts): string {
  const text = stringify(parts)
  if (text === undefined) throw new Error('A stage key needs JSON')
  return createHash('sha256').update(text).digest('hex')
}

/** The same over everything but the environment: two machines that judge one thing have it in common. */
export function subjectKey(parts: StageKeyParts): string {
  return stageKey({ ...parts, environment: {} })
}
