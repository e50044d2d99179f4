// Opens the app of this clone as it is, for the command line's `open`: nothing is set up and nothing compiled.
// node build/open.mjs FOLDER
import { spawn } from 'node:child_process'
import { electronRuntime, scriptSwitches } from './lib/electron-path.mjs'
import { root } from './lib/paths.mjs'

const runtime = electronRuntime()
if (!runtime) {
  process.stderr.write('Electron is not set up in this clone. Run: npm run setup\n')
  process.exit(3)
}
const child = spawn(runtime.executable, [...scriptSwitches(), root, ...process.argv.slice(2)], { stdio: 'inherit' })
child.on('error', () => process.exit(4))
child.on('exit', (code) => process.exit(code ?? 1))
