import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import type { Bridge, CommandName, EventName } from '../../contract/ipc'
import { commandChannel, eventChannel } from '../../contract/channels'

/**
 * The bridge: one method a command, one subscription an event, and the path of a dropped file. Neither `ipcRenderer`
 * nor an Electron event object ever reaches the page. The two tables exist because the contract's schemas are not
 * bundled here; a command or an event missing in them does not compile.
 */
const commandNames: Record<CommandName, true> = {
  'app.info': true,
  'app.ready': true,
  'settings.get': true,
  'settings.set': true,
  'trust.list': true,
  'trust.isolation': true,
  'trust.allow': true,
  'trust.once': true,
  'trust.confirmClass': true,
  'trust.hostCode': true,
  'trust.revoke': true,
  'toolchain.get': true,
  'build.options': true,
  'dialog.open': true,
  'file.describe': true,
  'run.create': true,
  'run.open': true,
  'run.get': true,
  'run.list': true,
  'run.setRecipe': true,
  'run.start': true,
  'run.cancel': true,
  'run.ready': true,
  'run.saveCopy': true,
  'run.detail': true,
  'run.previewSample': true,
  'run.log': true,
  'run.saveReport': true,
  'run.export': true,
  'run.origin': true,
  'run.plainEngine': true,
  'run.openReport': true,
  'run.showFolder': true,
  'run.remove': true,
  'batch.create': true,
  'batch.open': true,
  'batch.get': true,
  'batch.list': true,
  'batch.cancelLooking': true,
  'batch.add': true,
  'batch.edit': true,
  'batch.configure': true,
  'batch.order': true,
  'batch.act': true,
  'batch.export': true,
  'engine.open': true,
  'engine.layers': true,
  'engine.diff': true,
  'engine.time': true,
  'engine.drill': true,
  'engine.sheet': true,
  'engine.cancel': true,
  'engine.save': true,
  'recipe.read': true,
  'recipe.save': true,
  'clipboard.write': true,
  'link.open': true,
  'window.control': true,
}
const eventNames: Record<EventName, true> = {
  'run.changed': true,
  'run.logged': true,
  'batch.changed': true,
  'batch.looking': true,
  'engine.progress': true,
  'settings.changed': true,
  'trust.changed': true,
  'toolchain.changed': true,
  'app.openPaths': true,
  'window.state': true,
  'theme.system': true,
}

const invoke = Object.fromEntries(
  Object.keys(commandNames).map((name) => [name, (input: unknown): Promise<unknown> => ipcRenderer.invoke(commandChannel(name as CommandName), input)]),
) as Bridge['invoke']

const on: Bridge['on'] = (name, listener) => {
  if (!Object.hasOwn(eventNames, name)) throw new Error(`No such event: ${String(name)}`)
  const forward = (_event: IpcRendererEvent, payload: Parameters<typeof listener>[0]): void => listener(payload)
  ipcRenderer.on(eventChannel(name), forward)
  return () => {
    ipcRenderer.removeListener(eventChannel(name), forward)
  }
}

const getPathForFile: Bridge['getPathForFile'] = (file) => {
  try {
    return webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0])
  } catch {
    // Not a file of the disk, or no file at all.
    return ''
  }
}

contextBridge.exposeInMainWorld('enginesmith', { invoke, on, getPathForFile } satisfies Bridge)
