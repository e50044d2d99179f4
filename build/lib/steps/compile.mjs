// The app's bundles: main, preload, renderer and command line, from TypeScript and Vue into out/.
import fs from 'node:fs'
import { at } from '../paths.mjs'
import { run } from '../process.mjs'
import { clearStamp, filesUnder, keyOf, readStamp, writeStamp } from '../stamp.mjs'

const inputs = [
  'contract',
  'electron',
  'renderer',
  'build/bundles.mjs',
  'electron.vite.config.ts',
  'vite.cli.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
]
/** What a complete build has left. */
const outputs = [
  'out/main/index.js',
  'out/main/engine-host.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'out/cli/index.js',
  'out/cli/engine-host.js',
]

export const compileKey = () => keyOf({ files: filesUnder(inputs.map((name) => at(name))) })

/** @type {import('../../setup.mjs').Step} */
export const compile = {
  name: 'compile',
  title: 'the app',
  cost: 'nothing to fetch, 10-20 s',
  needed() {
    const missing = outputs.find((name) => !fs.existsSync(at(name)))
    if (missing) return `${missing} is not there`
    return readStamp('compile') === compileKey() ? null : 'sources changed'
  },
  async run({ log }) {
    clearStamp('compile')
    const key = compileKey()
    log('main, preload and renderer')
    await run(process.execPath, [at('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build', '--logLevel', 'warn'], { env: { NO_COLOR: '1' } })
    log('command line')
    await run(process.execPath, [at('node_modules', 'vite', 'bin', 'vite.js'), 'build', '-c', 'vite.cli.config.ts', '--logLevel', 'warn'], {
      env: { NO_COLOR: '1' },
    })
    const missing = outputs.filter((name) => !fs.existsSync(at(name)))
    if (missing.length > 0) throw new Error(`the build ended well but left no ${missing.join(', ')}`)
    writeStamp('compile', key)
  },
  remedy: 'Run npm run typecheck to see what does not compile; then run: npm run build',
}
