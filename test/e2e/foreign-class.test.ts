import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { venvPython } from '../../build/lib/paths.mjs'
import { recipeSchema } from '../../contract/recipe'
import { ask, dropFiles, launchApp, screenshot, test } from './app'
import { violations } from './axe'
import { stageShows } from './run'

// A run folder from elsewhere that names a class: asked about once in the real window, then its weights are repaired.

const unconfirmed = { en: 'Class to confirm', 'zh-CN': '类待确认' }
const shots = process.env['ENGINESMITH_SHOTS']
let folder = ''
const at = (name: string): string => path.join(folder, name)
test.beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-e2e-foreign-'))
  fs.mkdirSync(at('code'))
  const code = `import torch\nopen(${JSON.stringify(at('canary'))}, 'w').close()\nclass Net(torch.nn.Sequential):\n    def __init__(self):\n        super().__init__(*[torch.nn.Linear(4, 4) for _ in range(40)])\n`
  fs.writeFileSync(at('code/outsider.py'), code)
  const save = `import sys, torch; net = torch.nn.Sequential(*[torch.nn.Linear(4, 4) for _ in range(40)]); torch.save({'module.' + k: v for k, v in net.state_dict().items()}, sys.argv[1])`
  execFileSync(venvPython(path.resolve('.venv')), ['-c', save, at('weights.pt')])
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`a class from elsewhere is asked about once, and its weights are repaired, ${language} ${theme}`, async () => {
    test.setTimeout(240_000)
    fs.rmSync(at('canary'), { force: true })
    const running = await launchApp({ settings: { language, theme, project: at('code') }, size: { width: 1280, height: 900 } })
    const { page } = running
    await dropFiles(page, '.shell', [at('weights.pt')])
    await page.getByTestId('sample').waitFor()
    const listed = await ask(page, 'run.list', {})
    const id = listed.ok ? (listed.value[0]?.id ?? '') : ''
    // As if it had come with the run: nobody typed it here.
    const recipe = recipeSchema.parse({ load: { model: 'outsider:Net', inputs: [{ name: 'x', dtype: 'float32', shape: [2, 4] }] } })
    await ask(page, 'run.setRecipe', { id, recipe })
    const question = page.getByTestId('foreign-class')
    await expect(question).toContainText('outsider:Net')
    await expect(page.getByTestId('primary-action')).toBeDisabled()
    // Past the button, too.
    await ask(page, 'run.start', { id, upTo: 'load' })
    await stageShows(page, 'load', 'failed')
    expect(fs.existsSync(at('canary'))).toBe(false)
    if (shots) {
      await question.scrollIntoViewIfNeeded()
      await screenshot(page, path.join(shots, `foreign-${language}.png`))
    }
    expect(await violations(page)).toEqual([])
    await page.getByTestId('confirm-class').click()
    await expect(question).toHaveCount(0)
    await page.getByTestId('primary-action').click()
    await expect(page.getByTestId('mismatch')).toBeVisible({ timeout: 90_000 })
    expect(fs.existsSync(at('canary'))).toBe(true)
    await page.getByTestId('mismatch').scrollIntoViewIfNeeded()
    if (shots) await screenshot(page, path.join(shots, `mismatch-${language}.png`))
    expect(await violations(page)).toEqual([])
    await page.getByTestId('repair-prefix').click()
    await stageShows(page, 'load', 'completed')
    await expect(page.getByTestId('mismatch')).toHaveCount(0)

    // It can be taken back.
    await page.getByTestId('rail-settings').click()
    const card = page.getByTestId('trust-card')
    await expect(card).toContainText('outsider:Net')
    if (shots) {
      await card.scrollIntoViewIfNeeded()
      await screenshot(page, path.join(shots, `trust-${language}.png`))
    }
    await card.getByRole('button').last().click()
    await expect(card).not.toContainText('outsider:Net')
    await running.close()
  })

  test(`the classes of a plan from elsewhere are asked about in its sheet, ${language} ${theme}`, async () => {
    test.setTimeout(240_000)
    fs.rmSync(at('canary'), { force: true })
    const load = { model: 'outsider:Net', modelArgs: [], keyPrefix: 'module.', inputs: [{ name: 'x', dtype: 'float32', shape: [2, 4] }] }
    const recipe = recipeSchema.parse({ load, build: { backend: 'onnxruntime' } })
    fs.copyFileSync(at('weights.pt'), at('第二 weights.pt'))
    fs.writeFileSync(at('plan.json'), JSON.stringify({ name: 'elsewhere', rows: ['weights.pt', '第二 weights.pt'].map((file) => ({ path: file, recipe })) }))
    const running = await launchApp({ settings: { language, theme, project: at('code') }, size: { width: 1280, height: 800 } })
    const { page } = running
    await page.getByTestId('rail-batch').click()
    await dropFiles(page, '.shell', [at('plan.json')])
    const states = page.getByTestId('batch-state')
    await expect(states).toHaveText([unconfirmed[language], unconfirmed[language]])
    // Started all the same: refused, and nothing is imported.
    await page.getByTestId('batch-start').click()
    await expect(page.getByTestId('batch-filter-error')).toContainText('2', { timeout: 60_000 })
    expect(fs.existsSync(at('canary'))).toBe(false)
    await page.locator('tr[id^=row-] [data-column=file]').first().click()
    await page.keyboard.press('Control+a')
    if (shots) await screenshot(page, path.join(shots, `batch-foreign-${language}.png`))
    await page.getByTestId('batch-classes').click()
    await expect(page.getByTestId('batch-class-review')).toContainText('outsider:Net')
    expect(await violations(page)).toEqual([])
    if (shots) await screenshot(page, path.join(shots, `batch-classes-${language}.png`))
    await page.getByTestId('confirm').click()
    await expect(page.getByTestId('batch-classes')).toHaveCount(0)
    await page.getByTestId('batch-start').click()
    await expect(page.getByTestId('batch-filter-pass')).toContainText('2', { timeout: 120_000 })
    expect(fs.existsSync(at('canary'))).toBe(true)
    await running.close()
  })
}
