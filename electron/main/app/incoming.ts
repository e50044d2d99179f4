import { app, type BrowserWindow } from 'electron'
import type { SendEvent } from '../ipc/send'
import { parseArguments } from './arguments'

/** What the app is given to open: at the start, by a second start, by the system. Kept until the page listens. */
export class Incoming {
  private listening = false

  constructor(
    private waiting: string[],
    private readonly window: () => BrowserWindow | null,
    private readonly send: SendEvent,
  ) {}

  /** Called once by the page: it listens from now on. */
  take(): string[] {
    this.listening = true
    return this.waiting.splice(0)
  }

  open(paths: string[]): void {
    const window = this.window()
    if (window?.isMinimized()) window.restore()
    window?.focus()
    if (paths.length === 0) return
    if (this.listening) this.send('app.openPaths', { paths })
    else this.waiting = [...this.waiting, ...paths]
  }

  listen(): void {
    app.on('second-instance', (_event, argv, cwd) => this.open(parseArguments(argv, cwd, app.isPackaged ? null : app.getAppPath()).paths))
    app.on('open-file', (event, file) => {
      event.preventDefault()
      this.open([file])
    })
  }
}
