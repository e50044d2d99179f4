import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { dropFiles, launchApp, picture, test } from './app'

let folder: string
let models: string
let planted: string[]
const python = process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python'
test.beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-batch-'))
  models = path.join(folder, 'models')
  const made = spawnSync(python, ['test/fixtures/batch/make_batch.py', models, '14', '2', '10'], { encoding: 'utf8' })
  planted = JSON.parse(made.stdout) as string[]
  fs.copyFileSync('resources/samples/shapes.pt', path.join(folder, 'weights.pt'))
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const filter = (page: Page, name: string) => page.getByTestId(`batch-filter-${name}`)
const rowOf = (page: Page, name: string) => page.locator('tr[id^=row-]', { hasText: name })

test('a drop of files and folders becomes a plan, is edited, run, paused, stopped, and resumed at the next start', async () => {
  test.setTimeout(240_000)
  const data = path.join(folder, 'data')
  const first = await launchApp({ data: (fs.mkdirSync(data), data), settings: { language: 'en', theme: 'light' } })
  const { page } = first
  await dropFiles(page, '[data-testid=home-drop]', [models, path.join(folder, 'weights.pt')])
  await expect(filter(page, 'all')).toContainText('25', { timeout: 60_000 })
  await expect(filter(page, 'needs')).toContainText('1')
  await expect(filter(page, 'skipped')).toContainText('10')
  await expect(rowOf(page, 'weights.pt')).toContainText('Needs a class')
  await picture(page, 'plan')

  // Leave one out, set the backend of the others, and fill it down from the first.
  await rowOf(page, 'weights.pt').getByRole('checkbox').click()
  await page.getByTestId('batch-leave-out').click()
  await expect(rowOf(page, 'weights.pt')).toContainText('Left out')
  await filter(page, 'waiting').click()
  await page.locator('thead').getByRole('checkbox').click()
  await expect(page.getByTestId('batch-selection')).toContainText('14 selected')
  await page.getByTestId('batch-options').click()
  await picture(page, 'options')
  await page.getByTestId('options-backend').click()
  await page.getByText('ONNX Runtime CPU').last().click()
  await page.getByTestId('options-apply').click()
  await expect(rowOf(page, 'test_abs/')).toContainText('ONNX Runtime CPU')
  await page.getByTestId('batch-fill').click()
  await page.locator('thead').getByRole('checkbox').click()
  await rowOf(page, planted[1] ?? '')
    .getByRole('checkbox')
    .click()
  await page.getByTestId('batch-first').click()
  await expect(page.locator('tr[id^=row-]').first()).toContainText(planted[1] ?? '')
  await filter(page, 'all').click()

  await page.getByTestId('batch-limits').click()
  await page.getByLabel('Models side by side').fill('1')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Escape')
  await page.getByTestId('batch-start').click()
  await expect(filter(page, 'fail')).toContainText('1', { timeout: 60_000 })
  await page.getByTestId('batch-pause').click()
  await expect(page.getByTestId('batch-go')).toBeVisible()
  const held = await page.getByTestId('batch-finished').textContent()
  await picture(page, 'paused')
  await page.waitForTimeout(1500)
  const still = await page.getByTestId('batch-finished').textContent()
  expect(Number(/^\d+/.exec(still ?? '')?.[0]) - Number(/^\d+/.exec(held ?? '')?.[0])).toBeLessThanOrEqual(1)
  expect(still).not.toBe('14 of 14 finished')
  await page.getByTestId('batch-go').click()
  await expect(page.getByTestId('batch-pause')).toBeVisible()
  expect(first.errors).toEqual([])
  first.app.process().kill('SIGKILL')

  const second = await launchApp({ data })
  await expect(second.page.getByTestId('batch-interrupted')).toContainText('was interrupted')
  await picture(second.page, 'interrupted')
  await second.page.getByTestId('batch-resume').click()
  await expect(second.page.getByTestId('batch-finished')).toHaveText('14 of 14 finished', { timeout: 90_000 })
  await expect(filter(second.page, 'pass')).toContainText('12')
  await expect(filter(second.page, 'fail')).toContainText('2')
  await second.page.getByTestId('batch-charts').click()
  await expect(second.page.getByTestId('batch-chart-row').locator('svg')).toHaveCount(3)
  await picture(second.page, 'done')
  await filter(second.page, 'fail').click()
  await rowOf(second.page, planted[0] ?? '')
    .getByRole('button')
    .click()
  await expect(second.page.locator('main[data-view=run]')).toBeVisible()
  await expect(second.page.getByTestId('run-verdict').or(second.page.getByText('Fail').first())).toBeVisible()
  expect(second.errors).toEqual([])
  await second.close()
})
