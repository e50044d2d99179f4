import { computed, inject, provide, shallowReactive, shallowRef, type ComputedRef, type InjectionKey } from 'vue'
import type { RemedyAction } from '../../contract/finding'
import type { Recipe } from '../../contract/recipe'
import type { RunSnapshot, StageName } from '../../contract/run'
import { useRuns } from '../stores/runs'
import { useUi } from '../stores/ui'
import { carryOut } from './act'
import { emptyHistory, record, redo, undo, type RecipeHistory } from './model/history'
import type { Reason } from './model/primary'
import { editStage, sameRecipe } from './model/recipe'

/** What every part of the wizard may know and do. Nothing here changes a run but by a command to main. */
export interface Wizard {
  run: ComputedRef<RunSnapshot>
  /** The recipe with the edits that main has not answered yet. */
  recipe: ComputedRef<Recipe>
  stage: ComputedRef<StageName>
  /** What the open form holds against going on. */
  draft: ComputedRef<Reason | null>
  /** A form says that it cannot be taken over as it stands, or (null) that it can. */
  hold: (form: string, reason: Reason | null) => void
  edit: (recipe: Recipe) => void
  editOptions: <S extends 'load' | 'convert' | 'build' | 'validate'>(stage: S, options: Partial<Recipe[S]>) => void
  canUndo: ComputedRef<boolean>
  canRedo: ComputedRef<boolean>
  undo: () => boolean
  redo: () => boolean
  show: (stage: StageName) => void
  start: (upTo: StageName) => Promise<void>
  /** Resolves when main has every edit: what a command goes by is what is shown. */
  settled: () => Promise<void>
  cancel: () => Promise<void>
  /** Carries out a finding's remedy. */
  act: (action: RemedyAction) => Promise<void>
}

const key: InjectionKey<Wizard> = Symbol('wizard')

/** Undo survives a look at another view: it belongs to the run, for as long as the window lives. */
const histories = shallowReactive(new Map<string, RecipeHistory>())

/** The wizard of the step this component is part of. */
export function useWizard(): Wizard {
  const wizard = inject(key)
  if (wizard === undefined) throw new Error('useWizard outside of the wizard')
  return wizard
}

/** Makes the wizard of a run and gives it to every component below. */
export function provideWizard(run: ComputedRef<RunSnapshot>): Wizard {
  const runs = useRuns()
  const ui = useUi()
  const unsent = shallowRef<Recipe | null>(null)
  const held = shallowReactive(new Map<string, Reason>())
  const recipe = computed(() => unsent.value ?? run.value.recipe)
  const history = computed(() => histories.get(run.value.id) ?? emptyHistory())
  let sending: Promise<unknown> = Promise.resolve()

  /** One at a time and in order; an edit that a newer one has overtaken is not sent at all. */
  function send(next: Recipe): void {
    unsent.value = next
    const id = run.value.id
    sending = sending.then(async () => {
      if (unsent.value !== next) return
      await ui.attempt(() => runs.setRecipe(id, next))
      if (unsent.value === next) unsent.value = null
    })
  }
  function edit(next: Recipe): void {
    if (sameRecipe(recipe.value, next)) return
    histories.set(run.value.id, record(history.value, recipe.value))
    send(next)
  }
  function step(direction: typeof undo): boolean {
    const result = direction(history.value, recipe.value)
    if (result === null) return false
    histories.set(run.value.id, result.history)
    send(result.recipe)
    return true
  }

  const wizard: Wizard = {
    run,
    recipe,
    stage: computed(() => ui.stage),
    draft: computed(() => [...held.values()][0] ?? null),
    hold: (form, reason) => void (reason === null ? held.delete(form) : held.set(form, reason)),
    edit,
    editOptions: (stage, options) => edit(editStage(recipe.value, stage, options)),
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    undo: () => step(undo),
    redo: () => step(redo),
    show: (stage) => {
      ui.stage = stage
    },
    start: async (upTo) => {
      await sending
      await ui.attempt(() => runs.start(run.value.id, upTo))
    },
    settled: async () => {
      await sending
    },
    cancel: async () => {
      await ui.attempt(() => runs.cancel(run.value.id))
    },
    act: (action) => carryOut(action, wizard),
  }
  provide(key, wizard)
  return wizard
}
