import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { judgeSample } from '../../build/lib/expected.mjs'
import { driveSample } from '../../build/lib/wizard.mjs'
import type { StageName } from '../../contract/run'
import { ask, dropFiles, launchApp, test } from './app'
import { stageShows } from './run'

const stages: StageName[] = ['load', 'convert', 'build', 'validate']

test('the sample goes through the wizard by mouse to its verdict and its report', async () => {
  const running = await launchApp()
  const { app, page, data } = running
  const { run, folder } = await driveSample(page, { scratch: path.join(data, 'pictures'), log: () => undefined, limit: 120_000 })
  expect(judgeSample(run).problems).toEqual([])
  await expect(page.getByTestId('live')).toContainText('Verdict')

  await app.evaluate(({ shell }) => {
    shell.openPath = (file) => {
      Object.assign(globalThis, { opened: file })
      return Promise.resolve('')
    }
  })
  await page.getByTestId('stage-validate').click()
  await page.getByTestId('open-report').click()
  await expect.poll(() => app.evaluate(() => (globalThis as unknown as { opened?: string }).opened)).toBe(path.join(folder, 'report.html'))
  expect(fs.readFileSync(path.join(folder, 'report.html'), 'utf8')).toContain('shapes.pt2')
  expect(running.errors).toEqual([])
  await running.close()
})

/** Tab until the focus is on the element with this test id. */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((id) => document.activeElement?.getAttribute('data-testid') === id, testId)) return
  }
  throw new Error(`Tab does not reach ${testId}`)
}

test('the whole wizard by keyboard alone, in Chinese and dark', async () => {
  const running = await launchApp({ settings: { language: 'zh-CN', theme: 'dark' } })
  const { page } = running
  await tabTo(page, 'home-sample')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('stage-load')).toHaveAttribute('aria-current', 'step')
  for (const [i, stage] of stages.entries()) {
    await expect(page.getByTestId('primary-action')).toBeEnabled()
    if (i > 0) {
      await page.keyboard.press('Control+Enter')
      await expect(page.getByTestId(`stage-${stage}`)).toHaveAttribute('aria-current', 'step')
    }
    await page.keyboard.press('Control+Enter')
    await stageShows(page, stage, 'completed')
  }
  await expect(page.getByTestId('verdict').first()).toBeVisible()
  await page.keyboard.press('Alt+3')
  await expect(page.getByTestId('stage-build')).toHaveAttribute('aria-current', 'step')
  await page.keyboard.press('Alt+1')
  await expect(page.getByTestId('stage-load')).toHaveAttribute('aria-current', 'step')

  await page.keyboard.press('Control+j')
  await expect(page.getByRole('log')).toBeVisible()
  await page.keyboard.press('Control+f')
  await page.keyboard.type('a')
  await page.keyboard.press('F3')
  await expect(page.locator('mark').first()).toBeVisible()
  await page.keyboard.press('Control+j')
  await expect(page.getByRole('log')).toHaveCount(0)
  await page.keyboard.press('Control+i')
  await expect(page.getByRole('complementary')).toHaveCount(0)
  await page.keyboard.press('Control+i')
  await expect(page.getByRole('complementary')).toHaveCount(1)

  await page.keyboard.press('Alt+3')
  await tabTo(page, 'primary-action')
  const radios = page.getByTestId('backends').getByRole('radio')
  for (let i = 0; i < 30 && !(await radios.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))); i++) await page.keyboard.press('Tab')
  const before = await page.getByTestId('backends').getByRole('radio', { checked: true }).innerText()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByTestId('backends').getByRole('radio', { checked: true })).not.toHaveText(before)
  expect(running.errors).toEqual([])
  await running.close()
})

test('a dropped file that is no model says so, and nothing is lost', async () => {
  const running = await launchApp()
  const { page, data } = running
  const file = path.join(data, '不是模型 "quoted" 🙂.onnx')
  fs.writeFileSync(file, 'not a model at all\n'.repeat(100))
  await dropFiles(page, '[data-testid=home-drop]', [file])
  const refusedAtOnce = page.getByRole('alert')
  const refusedInLoad = page.getByTestId('finding')
  await expect(refusedAtOnce.or(refusedInLoad).first()).toBeVisible()
  await page.getByTestId('rail-home').click()
  await dropFiles(page, '[data-testid=home-drop]', [path.resolve('resources', 'samples', 'shapes.onnx')])
  await expect(page.getByTestId('stage-load')).toBeVisible()
  const described = await ask(page, 'file.describe', { path: path.resolve('resources', 'samples', 'shapes.onnx') })
  expect(described).toMatchObject({ ok: true, value: { format: 'onnx' } })
  expect(running.errors).toEqual([])
  await running.close()
})
