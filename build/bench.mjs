// npm run bench: measurements that take minutes and a quiet machine (test/bench), apart from the tests.
import { withDisplay } from './lib/display.mjs'
import { electronEnv } from './lib/electron-path.mjs'
import { at } from './lib/paths.mjs'
import { run } from './lib/process.mjs'
import { setupOrExit } from './setup.mjs'

await setupOrExit({ quiet: true })
const args = [at('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'bench', '--reporter=verbose', ...process.argv.slice(2)]
const { code } = await withDisplay((display) => run(process.execPath, args, { inherit: true, allowFailure: true, env: { ...electronEnv(), ...display } }))
process.exit(code)
