import { stageNames, type RunSnapshot, type StageName, type StageResult, type StageState } from '../../../contract/run'
import type { Reason } from './primary'

/** What the stepper draws: the stage's state, or what only the eye needs to know of it. */
export type StepSign = StageState | 'needs' | 'here' | 'not-judged' | 'fail' | 'stale'

export interface Step {
  stage: StageName
  state: StageState
  sign: StepSign
  /** Seconds to show beside the name; null where there is nothing to show. */
  seconds: number | null
  /** The phase in which its process died. */
  phase: string | null
}

/** A result that can be stood on: it ended well, even if an option changed since. */
export const isDone = (stage: StageResult): boolean => stage.state === 'completed' || stage.state === 'cached'
/** Done and still true. */
export const isCurrent = (stage: StageResult): boolean => isDone(stage) && !stage.stale
export const isWorking = (stage: StageResult): boolean => stage.state === 'running' || stage.state === 'cancelling'

/** The stage that is at work, or null. */
export function workingStage(run: RunSnapshot): StageName | null {
  return stageNames.find((name) => isWorking(run.stages[name])) ?? null
}

/** The first stage that has no current result: where the user is needed. Null when all four are current. */
export function nextStage(run: RunSnapshot): StageName | null {
  return stageNames.find((name) => !isCurrent(run.stages[name])) ?? null
}

export const stageIndex = (stage: StageName): number => stageNames.indexOf(stage)
export const stageAfter = (stage: StageName): StageName | null => stageNames[stageIndex(stage) + 1] ?? null
export const stageBefore = (stage: StageName): StageName | null => stageNames[stageIndex(stage) - 1] ?? null

function signOf(run: RunSnapshot, stage: StageName, blocked: Reason | null): StepSign {
  const result = run.stages[stage]
  if (isWorking(result)) return result.state
  if (result.stale && isDone(result)) return 'stale'
  if (stage === 'validate' && isDone(result) && run.verdict !== null && run.verdict !== 'pass') return run.verdict
  if (result.state !== 'pending' || run.running || nextStage(run) !== stage) return result.state
  return blocked === null ? 'here' : 'needs'
}

function phaseOf(result: StageResult): string | null {
  if (result.state !== 'crashed') return null
  const phases = result.findings.map((finding) => finding.evidence['lastPhase'] ?? finding.evidence['phase'])
  const phase = phases.find((value) => typeof value === 'string')
  return typeof phase === 'string' ? phase : null
}

/**
 * The four steps as the stepper shows them.
 * @param now milliseconds, for the seconds of the stage at work
 * @param blocked what keeps the next stage from being run
 */
export function steps(run: RunSnapshot, now: number, blocked: Reason | null): Step[] {
  return stageNames.map((stage) => {
    const result = run.stages[stage]
    const seconds = isWorking(result) ? elapsed(result, now) : result.state === 'completed' && !result.stale ? result.seconds : null
    return { stage, state: result.state, sign: signOf(run, stage, blocked), seconds, phase: phaseOf(result) }
  })
}

/** Seconds since the stage began, by its own clock where it tells one. */
export function elapsed(result: StageResult, now: number): number | null {
  const started = result.startedAt === null ? NaN : Date.parse(result.startedAt)
  if (Number.isFinite(started)) return Math.max(0, (now - started) / 1000)
  return result.progress?.elapsed ?? null
}
