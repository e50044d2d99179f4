// Debian packages: what Electron links, a virtual display, fonts, and what compiles the addon.
import { run, works } from '../process.mjs'
import { SetupFailure } from '../report.mjs'

/** Electron's libraries, the display for machines without one, fonts for both languages, and a compiler. */
export const debianPackages = [
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libxtst6',
  'fonts-dejavu-core',
  'fonts-noto-cjk',
  'cmake',
  'make',
  'g++',
]

const isRoot = () => typeof process.getuid === 'function' && process.getuid() === 0

/**
 * Debian 13 and Ubuntu 24.04 renamed some libraries with the suffix t64; both names count.
 * @returns {Promise<string[]>} names that dpkg does not have
 */
export async function missingPackages(names = debianPackages) {
  const asked = names.flatMap((name) => [name, `${name}t64`])
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...asked], { quiet: true, allowFailure: true })
  const there = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return names.filter((name) => !there.has(name) && !there.has(`${name}t64`))
}

/** @param {string[]} names @returns {Promise<string[]>} the names that this release of the system knows */
async function knownNames(names) {
  const known = []
  for (const name of names) {
    const { stdout } = await run('apt-cache', ['policy', name], { quiet: true, allowFailure: true })
    known.push(/Candidate: (?!\(none\))/.test(stdout) ? name : `${name}t64`)
  }
  return known
}

/** @type {import('../../setup.mjs').Step} */
export const system = {
  name: 'system',
  title: 'Debian packages',
  cost: 'up to 250 MB, 15-60 s',
  async needed() {
    if (process.platform !== 'linux' || !(await works('dpkg-query'))) return null
    const missing = await missingPackages()
    return missing.length > 0 ? `missing: ${missing.join(' ')}` : null
  },
  async run({ log }) {
    const missing = await missingPackages()
    const line = `apt-get install --no-install-recommends -y ${missing.join(' ')}`
    if (!isRoot() || !(await works('apt-get'))) {
      // Not fatal: a desktop may have another compiler or a display of its own. The step that needs one will say so.
      log(`not installed, because that takes root. Run: sudo ${line}`)
      return 'later'
    }
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    log('apt-get update')
    await run('apt-get', ['update', '-q'], { quiet: true, env, allowFailure: true })
    const names = await knownNames(missing)
    log(`apt-get install ${names.join(' ')}`)
    await run('apt-get', ['install', '--no-install-recommends', '-y', '-q', ...names], {
      env,
      onLine: (text) => /^(Get|Setting up)/.test(text) && log(text.slice(0, 120)),
    })
    const left = await missingPackages()
    if (left.length > 0) throw new SetupFailure('Debian packages', `apt-get ended well, yet these are missing: ${left.join(' ')}`, `Run: ${line}`)
  },
  remedy: 'Run apt-get update and look at its errors; then run: npm run setup',
}
