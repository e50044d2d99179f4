import { nextTick } from 'vue'
import { backendSchema } from '../../contract/engine'
import type { RemedyAction } from '../../contract/finding'
import { stageNameSchema } from '../../contract/run'
import { call } from '../api'
import { useRuns } from '../stores/runs'
import { useSettings } from '../stores/settings'
import { useToolchain } from '../stores/toolchain'
import { useUi } from '../stores/ui'
import { isOfCopies } from './model/convert'
import { editStage, setOption } from './model/recipe'
import type { Wizard } from './use-wizard'

/** Recipe options that name a file of arrays. */
const arrayFiles = ['load.inputsFile', 'validate.expect']

/**
 * Does what a remedy's button says; a run that it starts waits for no other, so while a stage is at work only the
 * option is set.
 */
export async function carryOut(action: RemedyAction, wizard: Wizard): Promise<void> {
  const ui = useUi()
  switch (action.kind) {
    case 'set-option':
      return setFrom(action, wizard)
    case 'choose-exporter': {
      const { exporter } = wizard.recipe.value.convert
      const other = exporter === 'dynamo' ? 'torchscript' : 'dynamo'
      wizard.show('convert')
      wizard.edit(editStage(wizard.recipe.value, 'convert', { exporter: action.value === 'dynamo' || action.value === 'torchscript' ? action.value : other }))
      return again(wizard, 'convert')
    }
    case 'choose-backend': {
      const backend = backendSchema.safeParse(action.value)
      if (backend.success) wizard.edit(editStage(wizard.recipe.value, 'build', { backend: backend.data }))
      wizard.show('build')
      return
    }
    case 'choose-file':
      return chooseFile(action, wizard)
    case 'choose-folder': {
      const path = await choose('folder')
      if (path !== null) await ui.attempt(() => useSettings().save({ project: path }))
      return
    }
    case 'choose-python': {
      const path = (await knownPython(action.value)) ?? (await choose('python'))
      if (path === null) return
      await ui.attempt(() => useSettings().save({ python: path }))
      await useToolchain().look(true)
      // A named one is an answer to this very failure.
      return action.value === undefined ? undefined : again(wizard)
    }
    case 'run-again':
      return again(wizard)
    case 'open-toolchain':
      return ui.go('toolchain')
    case 'open-settings':
      return ui.go('settings')
    // Asked where the finding stands: FindingItem.
    case 'allow-host-code':
      return
    case 'copy':
      await ui.attempt(() => call('clipboard.write', { text: typeof action.value === 'string' ? action.value : JSON.stringify(action.value ?? '') }))
      return
  }
}

/**
 * One value is set and its step run again at once: that is what such a label promises. A whole list (inputs, a profile)
 * is a proposal: it is put in place to be looked at. No value at all means: show me where.
 */
async function setFrom(action: RemedyAction, wizard: Wizard): Promise<void> {
  const path = action.path ?? ''
  const stage = stageNameSchema.safeParse(path.split('.')[0])
  // What a finding says may come from elsewhere: a class is shown where it is stated, never put there.
  const value = path.startsWith('load.model') ? undefined : action.value
  const next = setOption(wizard.recipe.value, path, value)
  if (next !== null) wizard.edit(next)
  if (stage.success) wizard.show(stage.data)
  // A copy is saved where the person says, so it is theirs to begin.
  if (isOfCopies(path)) return
  if (next !== null && (typeof action.value !== 'object' || action.value === null)) return again(wizard, stage.success ? stage.data : undefined)
  await nextTick()
  document.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"] input`)?.focus()
}

/** A Python that the remedy names, where it is one that main finds on this machine: a run may come from elsewhere. */
async function knownPython(value: RemedyAction['value']): Promise<string | null> {
  if (typeof value !== 'string') return null
  const toolchain = useToolchain()
  if (toolchain.snapshot === null) await toolchain.look()
  return toolchain.pythons.some((python) => python.path === value) ? value : null
}

async function again(wizard: Wizard, stage = wizard.stage.value): Promise<void> {
  if (!wizard.run.value.running) await wizard.start(stage)
}

/** Asks main for the system's dialog; null where it was closed. */
export async function choose(kind: 'model' | 'folder' | 'npz' | 'sample' | 'image' | 'python' | 'onnx'): Promise<string | null> {
  const answer = await useUi().attempt(() => call('dialog.open', { kind }))
  return answer?.path ?? null
}

async function chooseFile(action: RemedyAction, wizard: Wizard): Promise<void> {
  if (action.path !== undefined && arrayFiles.includes(action.path)) {
    const path = await choose(action.path === 'load.inputsFile' ? 'sample' : 'npz')
    const next = path === null ? null : setOption(wizard.recipe.value, action.path, path)
    if (next !== null) wizard.edit(next)
    return
  }
  const path = await choose('model')
  if (path !== null) await useRuns().openPath(path)
}
