import { dialog, type BrowserWindow } from 'electron'
import { openChoice, type OpenKind } from './open-choices'
import type { Texts } from './texts'

export async function askOpen(window: BrowserWindow, kind: OpenKind, texts: Texts): Promise<string | null> {
  const answer = await dialog.showOpenDialog(window, openChoice(kind, texts, process.platform))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** What a person is asked a place for. */
export type SaveKind = 'report' | 'recipe' | 'results' | 'copy' | 'export' | 'engine'

export async function askSave(window: BrowserWindow, what: SaveKind, suggested: string, texts: Texts): Promise<string | null> {
  const answer = await dialog.showSaveDialog(window, {
    title: {
      report: texts.saveReport,
      recipe: texts.saveRecipe,
      results: texts.saveResults,
      copy: texts.saveCopy,
      export: texts.saveExport,
      engine: texts.saveEngine,
    }[what],
    defaultPath: suggested,
    // Elsewhere the system asks by itself.
    properties: ['showOverwriteConfirmation', 'createDirectory'],
  })
  return answer.canceled || answer.filePath === '' ? null : answer.filePath
}

/** Asked where the window is closed while a run is under way; true to cancel it and close. */
export async function askClose(window: BrowserWindow, texts: Texts): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: texts.closeTitle,
    detail: texts.closeDetail,
    buttons: [texts.closeCancel, texts.closeStay],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}
