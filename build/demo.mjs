// npm run demo: set-up, then the real app, driven through the bundled sample to a verdict, with a picture of every step.
// On a machine without a display it runs on a virtual one. Exit code 0 when the verdict is the one expected here.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { withDisplay } from './lib/display.mjs'
import { electronEnv, requireElectron, scriptSwitches } from './lib/electron-path.mjs'
import { judgeSample } from './lib/expected.mjs'
import { root } from './lib/paths.mjs'
import { elapsed, say } from './lib/report.mjs'
import { driveSample } from './lib/wizard.mjs'
import { setupOrExit } from './setup.mjs'

const started = Date.now()
await setupOrExit({ quiet: true })
const { _electron } = await import('@playwright/test')
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-demo-'))

try {
  const outcome = await withDisplay(async (display) => {
    const runtime = requireElectron()
    say(`opening the app (Electron ${runtime.version})`)
    const app = await _electron.launch({
      executablePath: runtime.executable,
      args: [...scriptSwitches(), root],
      cwd: root,
      env: /** @type {Record<string, string>} */ ({ ...process.env, ...electronEnv(), ...display }),
      timeout: 60_000,
    })
    try {
      return await driveSample(await app.firstWindow(), { scratch, log: say })
    } finally {
      await app.close()
    }
  })
  const judgement = judgeSample(outcome.run)
  process.stdout.write(
    [
      ...judgement.lines,
      `run folder: ${outcome.folder}`,
      `pictures: ${path.join(outcome.folder, 'screenshots')} (${outcome.pictures.length})`,
      `time: ${elapsed(started)}`,
    ].join('\n') + '\n',
  )
  for (const problem of judgement.problems) say(`problem: ${problem}`)
  process.exitCode = judgement.ok ? 0 : 1
} catch (error) {
  say(`the demo did not reach a verdict: ${error instanceof Error ? error.message : error}`)
  const pictures = fs.readdirSync(scratch)
  if (pictures.length > 0) say(`pictures so far: ${scratch}`)
  process.exitCode = 4
} finally {
  if (process.exitCode === 0 || fs.readdirSync(scratch).length === 0) fs.rmSync(scratch, { recursive: true, force: true })
}
