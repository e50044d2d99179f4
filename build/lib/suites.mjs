// The suites of `npm test`: what each starts and where its counts lie.
import fs from 'node:fs'
import path from 'node:path'
import { fromJunit, fromPlaywright, none, readCounts } from './counts.mjs'
import { withDisplay } from './display.mjs'
import { electronEnv } from './electron-path.mjs'
import { at, folders, venvPython } from './paths.mjs'
import { run } from './process.mjs'

/** @typedef {import('./vitest-counts.mjs').Counts} Counts */
/** @typedef {{ name: string, title: string, run: (results: string, extra: string[]) => Promise<Counts> }} Suite */

const vitest = at('node_modules', 'vitest', 'vitest.mjs')
const playwright = at('node_modules', '@playwright', 'test', 'cli.js')

/** A runner that ended without leaving counts failed as a whole. @param {Counts | null} counts @param {number} code @param {string} name */
function orFailure(counts, code, name) {
  if (!counts) return { ...none(), failed: 1, failures: [`${name}: ended with ${code} and left no result`] }
  if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1, failures: [...counts.failures, `${name}: ended with ${code}`] }
  return counts
}

/**
 * @param {string} name
 * @param {string} command @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function shown(name, command, args, env) {
  try {
    return (await run(command, args, { inherit: true, allowFailure: true, env })).code
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`)
    return 1
  }
}

/** A program that writes counts itself. @param {string} name @param {string} title @param {(file: string, extra: string[]) => { command: string, args: string[], env?: NodeJS.ProcessEnv }} how @returns {Suite} */
const counting = (name, title, how) => ({
  name,
  title,
  async run(results, extra) {
    const file = path.join(results, `${name}.json`)
    fs.rmSync(file, { force: true })
    const { command, args, env } = how(file, extra)
    const code = await withDisplay((display) => shown(name, command, args, { ...electronEnv(), ...display, ...env, ENGINESMITH_COUNTS: file }))
    return orFailure(readCounts(file), code, name)
  },
})

/** @param {string} name a project of vitest.config.ts @param {string} title */
const vitestSuite = (name, title) =>
  counting(name, title, (_file, extra) => ({
    command: process.execPath,
    args: [vitest, 'run', '--project', name, '--passWithNoTests', '--reporter=default', `--reporter=${at('build', 'lib', 'vitest-counts.mjs')}`, ...extra],
  }))

/** @type {Suite} */
const pythonSuite = {
  name: 'python',
  title: 'Python worker',
  async run(results, extra) {
    const file = path.join(results, 'python.xml')
    fs.rmSync(file, { force: true })
    const code = await shown('python', venvPython(folders.python), ['-m', 'pytest', `--junitxml=${file}`, ...extra], { PYTHONDONTWRITEBYTECODE: '1' })
    return orFailure(fs.existsSync(file) ? fromJunit(fs.readFileSync(file, 'utf8')) : null, code, 'python')
  },
}

/** @type {Suite} */
const e2eSuite = {
  name: 'e2e',
  title: 'end to end: the real app',
  async run(results, extra) {
    const file = path.join(results, 'e2e.json')
    fs.rmSync(file, { force: true })
    const code = await withDisplay((display) =>
      shown('e2e', process.execPath, [playwright, 'test', '--reporter=list,json', ...extra], {
        ...electronEnv(),
        ...display,
        PLAYWRIGHT_JSON_OUTPUT_NAME: file,
      }),
    )
    return orFailure(fs.existsSync(file) ? fromPlaywright(JSON.parse(fs.readFileSync(file, 'utf8'))) : null, code, 'e2e')
  },
}

/** In the order of cost: the cheap ones say first what is wrong. @type {Suite[]} */
export const suites = [
  counting('types', 'type checks', () => ({ command: process.execPath, args: [at('build', 'lint.mjs'), '--types'] })),
  counting('lint', 'lint and formats', () => ({ command: process.execPath, args: [at('build', 'lint.mjs')] })),
  vitestSuite('unit', 'unit: contract, core, build'),
  vitestSuite('renderer', 'renderer'),
  vitestSuite('native', 'native addon against the real library'),
  pythonSuite,
  vitestSuite('integration', 'integration: the command line and real stages'),
  e2eSuite,
  vitestSuite('packed', 'the packed app, installed'),
]
