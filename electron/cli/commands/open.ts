import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
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

/**
 * Starts a program that outlives this one; null where it was still running, or had handed over and ended well, after a
 * while. Its stderr goes to a file: a pipe would break under it when we are gone.
 */
function started(program: string, args: string[]): Promise<string | null> {
  const log = path.join(os.tmpdir(), `enginesmith-open-${randomBytes(4).toString('hex')}.log`)
  const handle = fs.openSync(log, 'w')
  return new Promise<string | null>((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', handle] })
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
      const said = fs.readFileSync(log, 'utf8').trim().split('\n').at(-1)
      resolve(code === 0 ? null : said || `${program}: ${signal ?? `exit ${code}`}`)
    })
  }).finally(() => {
    fs.closeSync(handle)
    try {
      fs.rmSync(log, { force: true })
    } catch {
      // Windows keeps a file that is in use; it is small and lies among the temporary ones.
    }
  })
}
