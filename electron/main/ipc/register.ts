import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import type { z } from 'zod'
import { commandChannel } from '../../../contract/channels'
import { commands, type CommandName, type Commands, type IpcAnswer } from '../../../contract/ipc'
import { isTrustedSender } from '../security/sender'
import { toIpcError } from './errors'

type Parsed<N extends CommandName> = z.output<Commands[N]['input']>
type Answer<N extends CommandName> = z.input<Commands[N]['output']>

/** One handler a command: a missing one does not compile. */
export type Handlers = { [N in CommandName]: (input: Parsed<N>) => Promise<Answer<N>> | Answer<N> }

const refused: IpcAnswer<never> = {
  ok: false,
  error: { code: 'USAGE', message: 'This page may not send commands.', remedy: 'Use the window of the app.', details: {}, findings: [] },
}

/** Registers every command: sender's frame and origin are checked, the input is parsed, errors are mapped; nothing is thrown across. */
export function registerCommands(ipcMain: Pick<IpcMain, 'handle'>, handlers: Handlers, log: (text: string) => void): void {
  for (const name of Object.keys(commands) as CommandName[]) {
    ipcMain.handle(commandChannel(name), (event, input: unknown) => answer(event, name, handlers, input, log))
  }
}

async function answer<N extends CommandName>(
  event: Pick<IpcMainInvokeEvent, 'senderFrame'>,
  name: N,
  handlers: Handlers,
  input: unknown,
  log: (text: string) => void,
): Promise<IpcAnswer<Answer<N>>> {
  if (!isTrustedSender(event.senderFrame)) {
    log(`refused ${name} from ${event.senderFrame?.url ?? 'a frame that is gone'}`)
    return refused
  }
  try {
    const parsed = commands[name].input.parse(input) as Parsed<N>
    return { ok: true, value: await handlers[name](parsed) }
  } catch (error) {
    const mapped = toIpcError(error)
    log(`${name}: ${mapped.code} ${mapped.message}`)
    return { ok: false, error: mapped }
  }
}
