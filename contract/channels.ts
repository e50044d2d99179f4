import type { CommandName, EventName } from './ipc'

/** How a command or an event is named on Electron's wire. Without schemas, so that the preload can bundle it. */
export const commandChannel = (name: CommandName): string => `enginesmith:command:${name}`
export const eventChannel = (name: EventName): string => `enginesmith:event:${name}`
