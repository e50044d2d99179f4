import { call, pathOfFile } from '../api'
import { t } from '../i18n'
import { fileName } from '../i18n/format'
import { useRuns } from '../stores/runs'
import { useUi } from '../stores/ui'

/** Opens the first of several paths as a run and names the rest, which are not opened. */
export async function openPaths(paths: readonly string[]): Promise<void> {
  const ui = useUi()
  const [first, ...rest] = paths.filter((path) => path !== '')
  if (first === undefined) {
    ui.notify({ severity: 'error', text: t('shell.notAFile') })
    return
  }
  if (rest.length > 0) ui.notify({ severity: 'info', text: t('shell.severalFiles', { first: fileName(first), rest: rest.map(fileName).join(', ') }) })
  await useRuns().openPath(first)
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
