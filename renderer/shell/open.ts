import { call, pathOfFile } from '../api'
import { t } from '../i18n'
import { useBatch } from '../stores/batch'
import { useRuns } from '../stores/runs'
import { useUi } from '../stores/ui'

/** As the app names the plans that it writes; any other JSON may be the index of a sharded model. */
const planName = /\.plan\.json$/

/**
 * Opens what was given: one model is a run and one run folder that run; a folder of anything else, a plan, or several at
 * once are a batch. Into a plan that is shown everything is added.
 */
export async function openPaths(paths: readonly string[]): Promise<void> {
  const ui = useUi()
  const batch = useBatch()
  const given = paths.filter((path) => path !== '')
  const [first] = given
  if (first === undefined) {
    ui.notify({ severity: 'error', text: t('shell.notAFile') })
    return
  }
  if (given.length > 1 || ui.view === 'batch' || planName.test(first)) await batch.openPaths([...given])
  else await useRuns().openPath(first, null, (error) => (error.code === 'FILE_IS_DIRECTORY' ? batch.openPaths([first]) : undefined))
}

export async function openFiles(files: FileList): Promise<void> {
  await openPaths(Array.from(files, pathOfFile))
}

/** Asks for a model file by the system's dialog. */
export async function chooseModel(): Promise<void> {
  const answer = await useUi().attempt(() => call('dialog.open', { kind: 'model' }))
  if (answer?.path) await useRuns().openPath(answer.path)
}

/** Asks for a run folder by the system's dialog. */
export async function chooseRunFolder(): Promise<void> {
  const answer = await useUi().attempt(() => call('dialog.open', { kind: 'folder' }))
  if (answer?.path) await useRuns().openFolder(answer.path)
}

/** Asks for a folder with models by the system's dialog. */
export async function chooseBatchFolder(): Promise<void> {
  const answer = await useUi().attempt(() => call('dialog.open', { kind: 'folder' }))
  if (answer?.path) await useBatch().openPaths([answer.path])
}

/** Asks for a plan file by the system's dialog. */
export async function choosePlan(): Promise<void> {
  const answer = await useUi().attempt(() => call('dialog.open', { kind: 'plan' }))
  if (answer?.path) await useBatch().openPaths([answer.path])
}
