import { stageNames, type StageName } from '../../../contract/run'
import type { StageTable } from './runner'
import type { RunState } from './run-state'
import { stageInputs } from './stage-inputs'
import type { StageServices } from './stage'
import { stageKey } from './stage-key'
import { isDone } from './transition'

/** Finished stages whose result no longer fits the recipe: their own key changed, or that of a stage before them. */
export async function findStale(state: RunState, stages: StageTable, services: StageServices): Promise<Set<StageName>> {
  const stale = new Set<StageName>()
  for (const name of stageNames) {
    const result = state.file.stages[name]
    if (!isDone(result.state)) continue
    if (stale.size > 0 || (await keyOf(name, state, stages, services)) !== result.key) stale.add(name)
  }
  return stale
}

/** The key that the stage would have now; null where it would refuse. */
async function keyOf(name: StageName, state: RunState, stages: StageTable, services: StageServices): Promise<string | null> {
  try {
    return stageKey((await stages[name].prepare(stageInputs(state, false), services)).key)
  } catch {
    return null
  }
}
