import type { RunDocument } from '../../contract/documents'
import { stageNames, type RunSnapshot, type StageName, type StageResult, type StageState } from '../../contract/run'
import type { RunHandle } from '../core/api'

export type StageEntry = RunDocument['stages'][StageName]

export const isDone = (state: StageState): boolean => state === 'completed' || state === 'cached'

const pending: StageEntry = { state: 'pending', seconds: 0, cached: false }

/** What one call did to a run, whose folder may hold the results of earlier ones. */
export interface CallRecord {
  /** A stage as this call's document shows it. */
  stage(snapshot: Pick<RunSnapshot, 'stages'>, name: StageName): StageEntry
  /** Stops listening. */
  end(): void
}

/**
 * Follows which stages a call reaches. One that it does not reach is pending, whatever an earlier call left there; with
 * `only`, the finished stages before it are reused as they are.
 */
export function recordCall(handle: Pick<RunHandle, 'snapshot' | 'onChange'>, only: StageName | null): CallRecord {
  const touched = new Set<StageName>()
  let before = handle.snapshot().stages
  const end = handle.onChange(({ stages }) => {
    for (const name of stageNames) if (isWork(before[name], stages[name])) touched.add(name)
    before = stages
  })
  return {
    end,
    stage({ stages }, name) {
      const { state, seconds } = stages[name]
      if (touched.has(name)) return state === 'pending' ? pending : { state, seconds, cached: state === 'cached' }
      return only !== null && name !== only && isDone(state) ? { state: 'cached', seconds: 0, cached: true } : pending
    },
  }
}

/** True where a stage was started or reused; the report that is filed under the last one is no work of that stage. */
export function isWork(before: StageResult, now: StageResult): boolean {
  return before !== now && (before.artifacts === now.artifacts || before.state !== now.state)
}
