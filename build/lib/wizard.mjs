// Drives the app's wizard as a person would: by its buttons. Used by the demo, in the clone and against the packed app.
import fs from 'node:fs'
import path from 'node:path'

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {{ folder: string, run: import('../../contract/run').RunFile, pictures: string[] }} Outcome
 */

const stages = /** @type {const} */ (['load', 'convert', 'build', 'validate'])
const ended = ['completed', 'cached']
const stopped = ['failed', 'crashed', 'cancelled']

/** @param {Page} page @param {string} stage */
const stateOf = (page, stage) => page.getByTestId(`stage-${stage}`).getAttribute('data-state')

/** @param {Page} page @returns {Promise<string>} what the app says in its findings, for the message of a failed drive */
const findings = async (page) =>
  (
    await page
      .getByTestId('finding')
      .allInnerTexts()
      .catch(() => [])
  )
    .join('\n')
    .slice(0, 2000)

/**
 * @typedef {object} Drive
 * @property {string} scratch holds the pictures until the run folder is known
 * @property {(message: string) => void} log
 * @property {number} [limit] milliseconds for all stages together
 */

/** Takes numbered pictures. @param {Page} page @param {string} scratch */
function camera(page, scratch) {
  fs.mkdirSync(scratch, { recursive: true })
  /** @type {string[]} */
  const taken = []
  return {
    taken,
    /** @param {string} name */
    async take(name) {
      const file = `${String(taken.length + 1).padStart(2, '0')}-${name}.png`
      await page.screenshot({ path: path.join(scratch, file), animations: 'disabled', caret: 'hide' })
      taken.push(file)
    },
  }
}

/**
 * Opens the bundled sample from Home and presses the primary action until there is a verdict.
 * @param {Page} page
 * @param {Drive} drive
 * @returns {Promise<Outcome>}
 */
export async function driveSample(page, drive) {
  const pictures = camera(page, drive.scratch)
  await page.getByTestId('home-sample').waitFor({ timeout: 60_000 })
  await pictures.take('home')
  await page.getByTestId('home-sample').click()
  return driveStages(page, drive, pictures)
}

/**
 * Carries the run that is open through its four stages.
 * @param {Page} page
 * @param {Drive} drive
 * @returns {Promise<Outcome>}
 */
export async function driveStages(page, { scratch, log, limit = 300_000 }, pictures = camera(page, scratch)) {
  const deadline = Date.now() + limit
  await page.getByTestId('stage-load').waitFor({ timeout: 60_000 })
  await pictures.take('new-run')

  for (const stage of stages) {
    let presses = 0
    for (let state = await stateOf(page, stage); !ended.includes(state ?? ''); state = await stateOf(page, stage)) {
      if (Date.now() > deadline) throw new Error(`${stage} is still ${state} after ${limit / 1000} s\n${await findings(page)}`)
      if (stopped.includes(state ?? '')) {
        await pictures.take(`${stage}-${state}`)
        throw new Error(`${stage} ended as ${state}\n${await findings(page)}`)
      }
      const action = page.getByTestId('primary-action')
      // While a stage runs the same button cancels it: it is pressed only where nothing runs.
      if (state === 'pending' && !(await anyRunning(page)) && (await action.isEnabled())) {
        if (++presses > 8) throw new Error(`${stage} is still pending after ${presses - 1} presses of the primary action\n${await findings(page)}`)
        await action.click()
        await page.waitForTimeout(350)
      }
      await page.waitForTimeout(150)
    }
    await page.getByTestId(`stage-${stage}`).click()
    await page.waitForTimeout(400)
    await pictures.take(stage)
    log(`${stage}: ${await stateOf(page, stage)}`)
  }

  const verdict = page.getByTestId('verdict').first()
  await verdict.waitFor({ timeout: 15_000 })
  const shown = await verdict.getAttribute('data-verdict')
  const { folder } = await newestRun(page)
  const target = path.join(folder, 'screenshots')
  fs.mkdirSync(target, { recursive: true })
  for (const file of pictures.taken) fs.copyFileSync(path.join(scratch, file), path.join(target, file))
  const run = JSON.parse(fs.readFileSync(path.join(folder, 'run.json'), 'utf8'))
  if (shown !== run.verdict) throw new Error(`the screen says ${shown}, run.json says ${run.verdict}`)
  return { folder, run, pictures: pictures.taken.map((file) => path.join(target, file)) }
}

/** @param {Page} page */
async function anyRunning(page) {
  const states = await Promise.all(stages.map((stage) => stateOf(page, stage)))
  return states.some((state) => state === 'running' || state === 'cancelling')
}

/**
 * The run that was changed last, asked over the app's own bridge.
 * @param {Page} page
 * @returns {Promise<{ folder: string }>}
 */
async function newestRun(page) {
  const answer = await page.evaluate(() =>
    /** @type {{ enginesmith: import('../../contract/ipc').Bridge }} */ (/** @type {unknown} */ (globalThis)).enginesmith.invoke['run.list']({}),
  )
  if (!answer.ok) throw new Error(`the app could not list its runs: ${answer.error.message}`)
  const [newest] = answer.value.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
  if (!newest) throw new Error('the app lists no run')
  return newest
}
