import type { CommandOutput } from '../../../../contract/ipc'
import { EnginesmithError } from '../../../core/errors'
import { isAllowedLink } from '../../security/external-links'
import type { Handlers } from '../register'

export interface SystemDeps {
  info: () => CommandOutput<'app.info'>
  /** Hands over, once, what the app was started with. */
  takePaths: () => string[]
  askOpen: (kind: Parameters<Handlers['dialog.open']>[0]['kind']) => Promise<string | null>
  writeClipboard: (text: string) => void
  openExternal: (url: string) => Promise<void>
  controlWindow: (action: Parameters<Handlers['window.control']>[0]['action']) => void
}

/** The window, the clipboard, the system's dialogs and links. */
export function systemHandlers(
  deps: SystemDeps,
): Pick<Handlers, 'app.info' | 'app.ready' | 'dialog.open' | 'clipboard.write' | 'link.open' | 'window.control'> {
  return {
    'app.info': () => deps.info(),
    'app.ready': () => ({ paths: deps.takePaths() }),
    'dialog.open': async ({ kind }) => ({ path: await deps.askOpen(kind) }),
    'clipboard.write': ({ text }) => {
      deps.writeClipboard(text)
      return {}
    },
    'link.open': async ({ url }) => {
      if (!isAllowedLink(url))
        throw new EnginesmithError('USAGE', `This address is not one that the app opens: ${url}`, 'Open it in a browser, if you trust it.', { url })
      await deps.openExternal(url)
      return {}
    },
    'window.control': ({ action }) => {
      deps.controlWindow(action)
      return {}
    },
  }
}
