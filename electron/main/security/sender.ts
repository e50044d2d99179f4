import { appHost, appScheme } from './app-protocol'
import { parseUrl } from './parse-url'

/** What is looked at of the frame that sent a message; null where it is gone. */
export interface SenderFrame {
  readonly url: string
  readonly parent: unknown
}

/** Only the main frame of a page of the app itself may send a command. */
export function isTrustedSender(frame: SenderFrame | null): boolean {
  if (frame === null || frame.parent !== null) return false
  const url = parseUrl(frame.url)
  return url !== null && url.protocol === `${appScheme}:` && url.host === appHost
}
