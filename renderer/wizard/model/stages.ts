import { stageNames, type RunSnapshot, type StageName, type StageResult, type StageState } from '../../../contract/run'

/** What the stepper draws: the stage's state, plus what only the eye needs (where to go next, a verdict that is not a tick). */
export type StepSign = StageState | 'here' | 'not-judged' | 'failed-verdict' | 'stale'

export interface Step {
  stage: StageName
  state: StageState
  stale: boolean
  sign: StepSign
  /** Seconds to show beside the name; null where there is nothing to show. */
  seconds: number | null
  /** The code of the finding that stopped it, or the phase in which its process died. */
  note: string | null
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

/** The stages from `stage` on that hold a result which is out of date. */
export const staleStages = (run: RunSnapshot): StageName[] => stageNames.filter((name) => run.stages[name].stale)

function signOf(run: RunSnapshot, stage: StageName): StepSign {
  const result = run.stages[stage]
  if (isWorking(result)) return result.state
  if (result.stale && isDone(result)) return 'stale'
  if (stage === 'validate' && isDone(result)) {
    if (run.verdict === 'not-judged') return 'not-judged'
    if (run.verdict === 'fail') return 'failed-verdict'
  }
  if (result.state === 'pending' && !run.running && nextStage(run) === stage) return 'here'
  return result.state
}

function noteOf(result: StageResult): string | null {
  if (result.state === 'failed') return result.findings.find((finding) => finding.severity === 'error')?.code ?? null
  if (result.state !== 'crashed') return null
  const phase = result.findings.map((finding) => finding.evidence['phase'] ?? finding.evidence['lastPhase']).find((value) => typeof value === 'string')
  return typeof phase === 'string' ? phase : null
}

/**
 * The four steps as the stepper shows them.
 * @param now milliseconds, for the seconds of the stage at work
 */
export function steps(run: RunSnapshot, now: number): Step[] {
  return stageNames.map((stage) => {
    const result = run.stages[stage]
    const seconds = isWorking(result) ? elapsed(result, now) : isDone(result) && result.state !== 'cached' ? result.seconds : null
    return { stage, state: result.state, stale: result.stale, sign: signOf(run, stage), seconds, note: noteOf(result) }
  })
}

/** Seconds since the stage began, by its own clock where it tells one. */
export function elapsed(result: StageResult, now: number): number | null {
  const started = result.startedAt === null ? NaN : Date.parse(result.startedAt)
  if (Number.isFinite(started)) return Math.max(0, (now - started) / 1000)
  return result.progress?.elapsed ?? null
}
