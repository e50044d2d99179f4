import type { Session } from 'electron'
import { appOrigin } from './app-protocol'

const own = [`${appOrigin}/`, 'devtools://', 'data:', `blob:${appOrigin}/`]

export const isOwnUrl = (url: string): boolean => own.some((start) => url.startsWith(start))

/** The page talks to no server: whatever is not the app's own file is cancelled before it leaves. */
export function blockNetwork(session: { webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> }): void {
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isOwnUrl(details.url) }))
}
