import { spawn } from 'node:child_process'
import type { PlainDocument } from '../../../contract/documents'
import { EnginesmithError, makeFinding } from '../../core/errors'
import { defineCommand } from '../command'
import { emptyPlain } from '../documents'
import { allWell } from '../exit-code'
import { requireRunFolder } from './run-folder'

/** How long the app has to fail: one that cannot start ends at once. */
const settled = 1_500

export const openCommand = defineCommand<PlainDocument>({
  name: 'open',
  args: [{ name: 'RUN', help: (t) => t.arguments.run }],
  own: [],
  flags: [],
  empty: emptyPlain,
  print: (_document, text) => [text.words.opened],
  async run(call, { surroundings, text, resolve }) {
    const { faults } = text
    const folder = resolve(call.args[0] ?? '')
    await requireRunFolder(folder)
    const { environment } = surroundings
    if (process.platform === 'linux' && !environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) {
      throw new EnginesmithError('DISPLAY_MISSING', faults.noDisplay, faults.noDisplayRemedy, { folder })
    }
    const app = surroundings.app()
    if (!app) throw new EnginesmithError('SETUP_MISSING', faults.setUp('Electron'), faults.setUpRemedy)
    const failure = await started(app.program, [...app.args, folder])
    if (failure !== null) throw new EnginesmithError('SETUP_MISSING', faults.appNotStarted(failure), faults.appNotStartedRemedy, { program: app.program })
    return { document: { findings: [makeFinding('USAGE', 'info', text.words.opened, text.usage.nothingToDo, { run: folder })] }, facts: allWell }
  },
})

/** Starts a program that outlives this one; null where it was still running, or had handed over and ended well, after a while. */
function started(program: string, args: string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: 'ignore' })
    const timer = setTimeout(() => {
      child.unref()
      resolve(null)
    }, settled)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve(error.message)
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      resolve(code === 0 ? null : `${program}: ${signal ?? `exit ${code}`}`)
    })
  })
}
