// The native addon, by plain CMake: its headers come from two npm packages, and nothing of NVIDIA's is needed.
import fs from 'node:fs'
import path from 'node:path'
import { addonFile, at } from '../paths.mjs'
import { run, works } from '../process.mjs'
import { SetupFailure } from '../report.mjs'
import { clearStamp, filesUnder, keyOf, readStamp, writeStamp } from '../stamp.mjs'

const source = at('native')
const out = at('native', 'build')

const headerVersions = () => {
  const { devDependencies } = JSON.parse(fs.readFileSync(at('package.json'), 'utf8'))
  return [devDependencies['node-addon-api'], devDependencies['node-api-headers']]
}

export const nativeKey = () =>
  keyOf({
    files: filesUnder([source], (name) => name !== 'native/build'),
    values: { platform: process.platform, arch: process.arch, headers: headerVersions() },
  })

/** Every tenth of the way, and whatever the compiler complains about. @param {(message: string) => void} log */
function progress(log) {
  let tenth = -1
  return (/** @type {string} */ line) => {
    const percent = /^\[\s*(\d+)%\]/.exec(line)
    if (!percent) return /error|warning/i.test(line) ? log(line) : undefined
    const now = Math.floor(Number(percent[1]) / 10)
    if (now > tenth) log(line)
    tenth = Math.max(tenth, now)
  }
}

/** CMake refuses a build folder that was made under another path, so one of a clone that was moved or copied is made anew. */
function forgetMovedBuild() {
  const cache = path.join(out, 'CMakeCache.txt')
  const home = fs.existsSync(cache) ? /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(fs.readFileSync(cache, 'utf8'))?.[1] : undefined
  if (home !== undefined && path.resolve(home) !== path.resolve(source)) fs.rmSync(out, { recursive: true, force: true })
}

/** @type {import('../../setup.mjs').Step} */
export const native = {
  name: 'native',
  title: 'native addon',
  cost: 'nothing to fetch, 20-90 s on two cores',
  needed() {
    if (!fs.existsSync(addonFile)) return 'the addon is not built'
    return readStamp('native') === nativeKey() ? null : 'its sources changed'
  },
  async run({ log }) {
    if (!(await works('cmake'))) throw new SetupFailure('native addon', 'cmake is not installed', 'On Debian run: sudo apt-get install cmake make g++')
    clearStamp('native')
    forgetMovedBuild()
    const key = nativeKey()
    await run('cmake', ['-S', source, '-B', out, '-DCMAKE_BUILD_TYPE=Release'], { quiet: true })
    await run('cmake', ['--build', out, '--config', 'Release', '--parallel', '2'], { onLine: progress(log) })
    if (!fs.existsSync(addonFile))
      throw new SetupFailure('native addon', 'CMake ended well but left no native/build/enginesmith.node', 'Remove native/build and run: npm run setup')
    writeStamp('native', key)
  },
  remedy: 'Read the compiler messages above; a C++17 compiler and CMake 3.18 are needed. Then run: npm run setup',
}
