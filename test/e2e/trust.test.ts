import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { venvPython } from '../../build/lib/paths.mjs'
import { ask, dropFiles, launchApp, test } from './app'
import { violations } from './axe'
import { stageShows } from './run'

// Trust in the real window: what a file may do is decided here, and can be taken back.

const fixtures = path.resolve('test', 'fixtures')
const python = venvPython(path.resolve('.venv'))
let folder = ''
test.beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-e2e-trust-'))
  execFileSync(python, ['-W', 'ignore', path.join(fixtures, 'hostile', 'make_hostile.py'), path.join(folder, 'hostile'), path.join(folder, 'canary')])
  const whole = 'import sys, torch, nets; torch.save({"model": nets.Affine()}, sys.argv[1])'
  execFileSync(python, ['-c', whole, path.join(folder, 'whole.pt')], { env: { ...process.env, PYTHONPATH: path.join(fixtures, 'python') } })
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

test('a hostile file is dropped, told, and nothing runs', async () => {
  test.setTimeout(180_000)
  const running = await launchApp()
  const { page } = running
  for (const name of ['protocol-4', 'legacy', 'zip-in-zip', 'many-values']) {
    await page.getByTestId('rail-home').click()
    await dropFiles(page, '.shell', [path.join(folder, 'hostile', `${name}.pt`)])
    await expect(
      page
        .getByRole('status')
        .or(page.getByRole('alert'))
        .filter({ hasText: new RegExp(`${name}\\.pt`) })
        .first(),
    ).toBeVisible({ timeout: 30_000 })
  }
  // One that is a state_dict otherwise gets as far as its card, and no further.
  await dropFiles(page, '.shell', [path.join(folder, 'hostile', 'legacy-with-weights.pt')])
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('canary'))).toEqual([])
  // Nor does the window take the way past its own buttons.
  for (const name of fs.readdirSync(path.join(folder, 'hostile')).slice(0, 20)) {
    const made = await ask(page, 'run.create', { path: path.join(folder, 'hostile', name), recipe: null })
    if (made.ok) {
      const { id } = made.value
      const once = await ask(page, 'trust.once', { id })
      expect(once.ok, name).toBe(false)
      await ask(page, 'run.start', { id, upTo: 'convert' })
    } else expect(made.error.code).toMatch(/^(LOAD_|FILE_)/)
  }
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('canary'))).toEqual([])
  await running.close()
})

test('the names of one file are allowed, remembered, and revoked in the settings', async () => {
  test.setTimeout(240_000)
  const running = await launchApp({ settings: { project: path.join(fixtures, 'python') } })
  const { page, errors } = running
  await dropFiles(page, '.shell', [path.join(folder, 'whole.pt')])
  await expect(page.locator('[data-trust=refused]')).toContainText('2 globals refused')
  expect(await violations(page)).toEqual([])
  await page.getByTestId('allow-names').click()
  await expect(page.locator('[data-trust=allowed]')).toContainText('2 names allowed for this file')
  const made = JSON.parse(fs.readFileSync(path.join(running.data, 'trust.json'), 'utf8')) as { decisions: Array<{ names: string[] }> }
  expect(made.decisions.map((decision) => decision.names)).toEqual([['nets.Affine', 'torch.nn.modules.linear.Linear']])

  const { id } = await current(page)
  await setInput(page, id)
  await page.getByTestId('primary-action').click()
  await stageShows(page, 'load', /completed|cached/)
  await expect(page.getByText('Loaded with names that you allowed')).toBeVisible()

  await page.getByTestId('rail-settings').click()
  const card = page.getByTestId('trust-card')
  await expect(card).toContainText('whole.pt')
  await expect(card).toContainText('2 names allowed')
  expect(await violations(page)).toEqual([])
  await card.getByRole('button', { name: 'Revoke the trust in whole.pt' }).click()
  await expect(card).toContainText('Nothing is trusted beyond safe loading')

  await page.getByTestId('rail-run').click()
  await expect(page.locator('[data-trust=refused]')).toBeVisible()
  await page.getByTestId('trust-once').click()
  await expect(page.getByRole('dialog')).toContainText(/isolated on this machine/)
  await page.getByTestId('confirm').click()
  await expect(page.locator('[data-trust=trustedOnce]')).toBeVisible()
  await page.getByTestId('trust-revoke').click()
  await expect(page.locator('[data-trust=refused]')).toBeVisible()
  expect(errors).toEqual([])
  await running.close()
})

/** The run that was made last. */
async function current(page: Page): Promise<{ id: string }> {
  const answer = await ask(page, 'run.list', {})
  const [run] = answer.ok ? answer.value : []
  if (run === undefined) throw new Error('no run is listed')
  return run
}

async function setInput(page: Page, id: string): Promise<void> {
  const got = await ask(page, 'run.get', { id })
  if (!got.ok) throw new Error(got.error.message)
  const { recipe } = got.value
  await ask(page, 'run.setRecipe', { id, recipe: { ...recipe, load: { ...recipe.load, inputs: [{ name: 'x', dtype: 'float32', shape: [2, 4] }] } } })
  await expect(page.getByTestId('primary-action')).toBeEnabled()
}
