import type { RunSnapshot, StageName } from '../../../contract/run'
import type { TrustState } from './trust'
import { isCurrent, isDone, stageAfter, stageBefore, workingStage } from './stages'

/** Why the primary action cannot be taken; one sentence each in the message files. */
export type Reason =
  | 'busy'
  | 'unsafe'
  | 'dangerous'
  | 'unknownFormat'
  | 'isEngine'
  | 'classMissing'
  | 'classUnconfirmed'
  | 'inputsMissing'
  | 'inputsInvalid'
  | 'profileInvalid'
  | 'optionsInvalid'
  | 'loadFirst'
  | 'convertFirst'
  | 'buildFirst'

/** What a press does: run stages, look at the next one, save the report, or show the folder that goes to another machine. */
export type Primary =
  | { kind: 'start'; upTo: StageName; label: 'start' | 'again' | 'resume'; reason: Reason | null }
  | { kind: 'continue'; to: StageName; reason: Reason | null }
  | { kind: 'report'; reason: null }
  | { kind: 'settle'; reason: null }

const first: Record<StageName, Reason> = { load: 'loadFirst', convert: 'loadFirst', build: 'convertFirst', validate: 'buildFirst' }

/** A file that holds weights but not the code to run them. */
export const needsClass = (run: RunSnapshot): boolean => ['state-dict', 'checkpoint', 'safetensors', 'wts'].includes(run.input.format)

/** What stands in the way of Load, most basic first; `draft` is what the form in front of the user says of itself, `trust` what was decided for the file. */
export function loadReason(run: RunSnapshot, draft: Reason | null, trust: TrustState = 'none'): Reason | null {
  const { input, recipe } = run
  if (input.format === 'unknown') return 'unknownFormat'
  if (input.format === 'engine') return 'isEngine'
  if (input.pickle?.verdict === 'dangerous') return 'dangerous'
  if (trust === 'none' && (input.pickle?.unsafe.length ?? 0) > 0) return 'unsafe'
  if (needsClass(run) && recipe.load.model === null) return 'classMissing'
  if (draft !== null) return draft
  const known = input.signature !== null && input.signature.inputs.length > 0
  if (!known && recipe.load.inputs.length === 0 && recipe.load.inputsFile === null) return 'inputsMissing'
  return null
}

/**
 * The one primary action of a step.
 * @param draft what the open form holds against going on, null when it is in order
 */
export function primaryAction(run: RunSnapshot, view: StageName, draft: Reason | null, trust: TrustState = 'none'): Primary {
  const stage = run.stages[view]
  const next = stageAfter(view)
  const busy = run.running || workingStage(run) !== null
  if (busy && next !== null) return { kind: 'continue', to: next, reason: 'busy' }
  if (busy) return { kind: 'start', upTo: view, label: 'start', reason: 'busy' }
  if (isCurrent(stage)) {
    if (next !== null) return { kind: 'continue', to: next, reason: null }
    return run.verdict === 'not-judged' ? { kind: 'settle', reason: null } : { kind: 'report', reason: null }
  }
  const label = stage.stale || stage.state === 'failed' || stage.state === 'crashed' ? 'again' : stage.state === 'cancelled' ? 'resume' : 'start'
  const before = stageBefore(view)
  const blocked = loadReason(run, draft, trust) ?? (before !== null && !isDone(run.stages[before]) ? first[view] : null)
  return { kind: 'start', upTo: view, label, reason: blocked }
}

/** Whether "run all to verdict" can be offered: something is left to do and nothing stands in the way. */
export function canRunAll(run: RunSnapshot, view: StageName, draft: Reason | null, trust: TrustState = 'none'): boolean {
  if (run.running || workingStage(run) !== null || isCurrent(run.stages.validate)) return false
  return view !== 'validate' && loadReason(run, draft, trust) === null
}
