import type { StageName } from '../../../contract/run'
import type { RunState } from './run-state'
import type { StageInputs } from './stage'
import { isDone } from './transition'

/** What a stage would get now. */
export function stageInputs(state: RunState, only: boolean): StageInputs {
  const { file, folder } = state
  const per = <T>(pick: (name: StageName) => T): Record<StageName, T> => ({
    load: pick('load'),
    convert: pick('convert'),
    build: pick('build'),
    validate: pick('validate'),
  })
  return {
    file: file.input,
    recipe: file.recipe,
    folder,
    artifacts: per((name) => (isDone(file.stages[name].state) ? file.stages[name].artifacts.filter((artifact) => artifact.kind !== 'report') : [])),
    cards: file.cards,
    keys: per((name) => file.stages[name].key),
    only,
  }
}
