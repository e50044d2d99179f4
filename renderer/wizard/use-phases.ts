import { shallowRef, watch, type Ref } from 'vue'
import type { StageResult } from '../../contract/run'
import { advance, close, type Phase } from './model/phases'
import { isWorking } from './model/stages'

/** Every phase that the stage has told of since it began; the snapshot holds only the one of now. */
export function usePhases(stage: () => StageResult): Ref<readonly Phase[]> {
  const phases = shallowRef<readonly Phase[]>([])
  let begun: string | null = null
  watch(
    stage,
    (result) => {
      if (isWorking(result) && result.startedAt !== begun) {
        begun = result.startedAt
        phases.value = []
      }
      if (result.progress !== null) phases.value = advance(phases.value, result.progress)
      else if (!isWorking(result)) phases.value = close(phases.value, result.seconds)
    },
    { immediate: true },
  )
  return phases
}
