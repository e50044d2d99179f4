import type { WebContents } from 'electron'
import { eventChannel } from '../../../contract/channels'
import type { EventName, EventPayload } from '../../../contract/ipc'

export type SendEvent = <N extends EventName>(name: N, payload: EventPayload<N>) => void

/** Sends typed events to the window that is there; one that is gone or reloading misses nothing: it asks for snapshots. */
export function createSender(contents: () => Pick<WebContents, 'isDestroyed' | 'send'> | null): SendEvent {
  return (name, payload) => {
    const target = contents()
    if (target && !target.isDestroyed()) target.send(eventChannel(name), payload)
  }
}
