import { app, type BrowserWindow } from 'electron'
import type { Core } from '../../core/api'
import { rememberedState } from '../windows/main-window'
import { closeQuestion, type WorkUnderWay } from './close-question'
import { askClose } from './dialogs'
import { describeFault } from './log'
import type { OpenRuns } from './open-runs'
import type { Texts } from './texts'

/** How long a run may take to stop, and the processes to end, once the window is to be closed. */
const patienceMs = 6_000

export interface ClosingDeps {
  window: BrowserWindow
  runs: OpenRuns
  /** Beside the runs: batches at work, which can be resumed, and work on engines, which is lost; the core stops both. */
  otherWork: () => Omit<WorkUnderWay, 'runs'>
  core: () => Core | null
  texts: () => Texts
  log: (text: string) => void
}

/** One way out: the window closes only after a question where something is under way, and after everything was put in order. */
export function guardClosing({ window, runs, otherWork, core, texts, log }: ClosingDeps): void {
  let state: 'open' | 'asking' | 'ending' = 'open'

  const tidy = async (): Promise<void> => {
    const remembered = window.isDestroyed() ? null : rememberedState(window)
    await runs.cancelAll()
    await runs.closeAll()
    if (remembered) await core()?.saveSettings({ window: remembered })
    await core()?.dispose()
  }
  const end = async (): Promise<void> => {
    if (state === 'ending') return
    state = 'ending'
    const patience = new Promise((resolve) => setTimeout(resolve, patienceMs))
    await Promise.race([tidy().catch((error: unknown) => log(`closing: ${describeFault(error)}`)), patience])
    app.exit(0)
  }
  const askOrEnd = async (): Promise<void> => {
    const question = closeQuestion({ runs: runs.atWork, ...otherWork() }, texts().close)
    if (question === null) return end()
    state = 'asking'
    const yes = await askClose(window, question)
    state = 'open'
    if (yes) await end()
  }

  window.on('close', (event) => {
    event.preventDefault()
    if (state === 'open') void askOrEnd()
  })
  app.on('before-quit', (event) => {
    if (state === 'ending') return
    event.preventDefault()
    window.close()
  })
  // Asked to end by the system: nobody is there to answer a question.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
}
