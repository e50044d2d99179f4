// npm start: sets up what is missing and opens the app. Arguments are handed on: npm start -- model.pt
import { spawn } from 'node:child_process'
import path from 'node:path'
import { hasDisplay } from './lib/display.mjs'
import { electronEnv, requireElectron, scriptSwitches } from './lib/electron-path.mjs'
import { root } from './lib/paths.mjs'
import { say } from './lib/report.mjs'
import { setupOrExit } from './setup.mjs'

await setupOrExit({ quiet: true })
if (!hasDisplay()) {
  say('There is no display to open a window on. `npm run demo` drives the app on a virtual one; `npm run -s cli -- --help` needs none.')
  process.exit(3)
}
const from = process.env.npm_lifecycle_event === 'start' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd()
const args = process.argv.slice(2).map((arg) => (arg.startsWith('-') ? arg : path.resolve(from, arg)))
const child = spawn(requireElectron().executable, [...scriptSwitches(), root, ...args], { stdio: 'inherit', env: { ...process.env, ...electronEnv() } })
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  say(`Electron did not start: ${error.message}`)
  process.exit(4)
})
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
