import { computed, shallowRef } from 'vue'
import type { BatchRow, RowEdit } from '../../contract/batch'

/** One thing that can be taken back: edits of rows, or the order they stood in. */
export type Step = { edits: Array<{ rows: string[]; edit: RowEdit }> } | { order: string[] }

/** Steps that are kept: enough for what one remembers. */
const depth = 50
const ofRecipe = ['recipe', 'model', 'backend', 'precision', 'targets', 'inputSpecs', 'shapes'] as const satisfies ReadonlyArray<keyof RowEdit>

/** The edit that gives these rows back what `edit` is about to change; rows that had the same share one. */
export function inverseOf(rows: readonly BatchRow[], edit: RowEdit): Step {
  const groups = new Map<string, { rows: string[]; edit: RowEdit }>()
  for (const { id, recipe, inputs, expect, excluded, minutes } of rows) {
    const before: RowEdit = {
      ...(ofRecipe.some((name) => edit[name] !== undefined) ? { recipe } : {}),
      ...(edit.inputs === undefined ? {} : { inputs }),
      ...(edit.expect === undefined ? {} : { expect }),
      ...(edit.excluded === undefined ? {} : { excluded }),
      ...(edit.minutes === undefined ? {} : { minutes }),
    }
    const key = JSON.stringify(before)
    const group = groups.get(key) ?? { rows: [], edit: before }
    groups.set(key, group)
    group.rows.push(id)
  }
  return { edits: [...groups.values()] }
}

/** What can be taken back and done again. `apply` carries a step out and hands back the one that undoes it; null where it was refused. */
export function useHistory(apply: (step: Step) => Promise<Step | null>) {
  const done = shallowRef<Step[]>([])
  const undone = shallowRef<Step[]>([])

  function note(step: Step): void {
    done.value = [...done.value.slice(1 - depth), step]
    undone.value = []
  }
  async function turn(from: typeof done, to: typeof done): Promise<boolean> {
    const step = from.value.at(-1)
    if (step === undefined) return false
    from.value = from.value.slice(0, -1)
    const back = await apply(step)
    if (back === null) return false
    to.value = [...to.value.slice(1 - depth), back]
    return true
  }
  return {
    canUndo: computed(() => done.value.length > 0),
    canRedo: computed(() => undone.value.length > 0),
    note,
    undo: () => turn(done, undone),
    redo: () => turn(undone, done),
    clear: () => {
      done.value = []
      undone.value = []
    },
  }
}
