import { dialog, type BrowserWindow } from 'electron'
import type { CloseQuestion } from './close-question'
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

/** Asked where the window is closed while something is under way; true to end it and close. */
export async function askClose(window: BrowserWindow, { title, detail, close, stay }: CloseQuestion): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: title,
    detail,
    buttons: [close, stay],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}
