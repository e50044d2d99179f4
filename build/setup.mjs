// npm run setup: everything that the clone lacks, step by step. Each step looks first, does only what is missing,
// and leaves a state that a later run can go on from. The other commands (start, demo, test, dist, bench) call it.
import { pathToFileURL } from 'node:url'
import { root } from './lib/paths.mjs'
import { elapsed, logger, say, SetupFailure } from './lib/report.mjs'
import { compile } from './lib/steps/compile.mjs'
import { electron } from './lib/steps/electron.mjs'
import { native } from './lib/steps/native.mjs'
import { packages } from './lib/steps/packages.mjs'
import { python } from './lib/steps/python.mjs'
import { system } from './lib/steps/system.mjs'

/**
 * @typedef {object} Step
 * @property {string} name for `--only`
 * @property {string} title
 * @property {string} cost what it fetches and how long that takes
 * @property {() => string | null | Promise<string | null>} needed why there is something to do; null where there is nothing
 * @property {(context: { log: (message: string) => void }) => Promise<void | 'later'>} run
 * @property {string} remedy what to do when it fails for a reason of its own
 */

/** In the order of need: later steps stand on earlier ones. @type {Step[]} */
export const steps = [system, packages, electron, native, python, compile]

const lowestNode = [20, 9]

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > (lowestNode[0] ?? 0) || (major === lowestNode[0] && minor >= (lowestNode[1] ?? 0))) return
  throw new SetupFailure(
    'Node.js',
    `this is Node ${process.versions.node}`,
    `Install Node ${lowestNode.join('.')} or newer (22 or 24 are fine), then run: npm run setup`,
  )
}

/**
 * @param {{ only?: string[], quiet?: boolean }} [options] `quiet` says nothing where nothing is to do
 * @returns {Promise<number>} how many steps did something
 * @throws {SetupFailure}
 */
export async function setup({ only, quiet = false } = {}) {
  const started = Date.now()
  checkNode()
  let done = 0
  /** @type {string[]} */
  const later = []
  for (const step of steps.filter(({ name }) => !only || only.includes(name))) {
    const since = Date.now()
    try {
      const reason = await step.needed()
      if (reason === null) {
        if (!quiet) say(`${step.title}: nothing to do`)
        continue
      }
      say(`${step.title}: ${reason} (${step.cost})`)
      if ((await step.run({ log: logger(step.name) })) === 'later') {
        later.push(step.title)
        continue
      }
    } catch (error) {
      if (error instanceof SetupFailure) throw error
      throw new SetupFailure(step.title, error instanceof Error ? error.message : String(error), step.remedy)
    }
    done++
    say(`${step.title}: done in ${elapsed(since)}`)
  }
  if (done > 0) say(`set-up: ${done} of ${steps.length} steps had something to do, ${elapsed(started)}`)
  else if (!quiet && later.length === 0) say('set-up: everything is there, nothing was done')
  if (later.length > 0 && !quiet) say(`set-up: left to you: ${later.join(', ')} (see above)`)
  return done
}

/**
 * Set-up as the first part of another command: a failure is told and ends the process.
 * @param {{ only?: string[], quiet?: boolean }} [options]
 */
export async function setupOrExit(options) {
  try {
    return await setup(options)
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error
    say(`\nset-up stopped at: ${error.what}\n  why: ${error.why.replace(/\n/g, '\n       ')}\n  what to do: ${error.remedy}`)
    process.exit(1)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const chosen = process.argv.slice(2).filter((name) => !name.startsWith('-'))
  const unknown = chosen.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    say(`unknown step: ${unknown.join(', ')}. There are: ${steps.map(({ name }) => name).join(', ')}`)
    process.exit(2)
  }
  process.chdir(root)
  await setupOrExit(chosen.length > 0 ? { only: chosen } : {})
}
