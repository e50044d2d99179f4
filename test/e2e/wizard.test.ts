import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { launchApp, type RunningApp } from './app'

/** The wizard in the real app over the real core: nothing here is played. Without a GPU the engine cannot be judged, and that is said. */
const stages = ['load', 'convert', 'build', 'validate'] as const
type Stage = (typeof stages)[number]
const finished = /^(completed|cached)$/
const minutes = (n: number): number => n * 60_000

const button = (page: Page, stage: Stage) => page.getByTestId(`stage-${stage}`)
const signs = (page: Page): Promise<Array<string | null>> => Promise.all(stages.map((stage) => button(page, stage).getAttribute('data-sign')))
const states = (page: Page): Promise<Array<string | null>> => Promise.all(stages.map((stage) => button(page, stage).getAttribute('data-state')))
const ended = (page: Page, stage: Stage): Promise<void> => expect(button(page, stage)).toHaveAttribute('data-state', finished, { timeout: minutes(2) })

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).setLegacyMode(true).analyze()
  return found.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`))
}

/** What a machine like this one can say of the sample's engine. */
const expected = /^(not-judged|pass)$/

test('the sample goes through the four steps by mouse, and every step is accessible', async () => {
  test.setTimeout(minutes(6))
  const running = await launchApp()
  const { page, errors } = running
  await page.getByTestId('home-sample').click()
  await expect(page.getByTestId('model-card')).toContainText('shapes')
  for (const stage of stages) {
    await expect(page.getByTestId('primary-action')).toBeEnabled()
    await page.getByTestId('primary-action').click()
    await ended(page, stage)
    await expect(button(page, stage)).toHaveAttribute('aria-current', 'step')
    expect(await violations(page), stage).toEqual([])
    if (stage !== 'validate') await page.getByTestId('primary-action').click()
  }
  await expect(page.getByTestId('verdict').first()).toHaveAttribute('data-verdict', expected)
  await expect(page.locator('[data-hop=pytorch-onnx]')).toContainText('max')
  // Both charts are really drawn, each with its sentence.
  await expect(page.getByTestId('histogram').locator('svg')).toBeVisible()
  await expect(page.getByTestId('scatter').locator('svg')).toBeVisible()
  await expect(page.getByRole('img', { name: /^Histogram of the absolute error of output: 72 values/ })).toBeVisible()
  await page.getByText('Values', { exact: true }).click()
  await expect(page.getByRole('img', { name: /the line is equality/ })).toBeVisible()
  expect(errors).toEqual([])
  await running.close()
})

test('going back and changing an option runs again only what depends on it, and can be undone', async () => {
  test.setTimeout(minutes(6))
  const running = await launchApp({ settings: { language: 'zh-CN', theme: 'dark' } })
  const { page, errors } = running
  await page.getByTestId('home-sample').click()
  await page.getByTestId('run-all').click()
  await ended(page, 'validate')
  await expect(button(page, 'validate')).toHaveAttribute('aria-current', 'step')
  expect(await violations(page)).toEqual([])

  await button(page, 'build').click()
  await page.locator('[data-option=optLevel] [role=combobox]').click()
  await page.locator('.n-base-select-option', { hasText: /^2$/ }).click()
  await expect(button(page, 'build')).toHaveAttribute('data-sign', 'stale')
  expect(await signs(page)).toEqual([expect.stringMatching(finished), expect.stringMatching(finished), 'stale', 'stale'])
  await page.getByTestId('run-all').click()
  await expect(button(page, 'validate')).not.toHaveAttribute('data-sign', /stale|running|pending/, { timeout: minutes(2) })
  expect(await states(page)).toEqual(['cached', 'cached', 'completed', 'completed'])
  await button(page, 'build').click()
  await expect(page.locator('[data-option=optLevel][data-same=true]')).toBeVisible()

  await page.keyboard.press('Control+z')
  await expect(button(page, 'build')).toHaveAttribute('data-sign', 'stale')
  await page.keyboard.press('Control+Shift+z')
  await expect(button(page, 'build')).not.toHaveAttribute('data-sign', 'stale')
  expect(errors).toEqual([])
  await running.close()
})

test('the whole wizard works by keyboard alone', async () => {
  test.setTimeout(minutes(6))
  const running = await launchApp()
  const { page, errors } = running
  const focused = (): Promise<string | undefined> => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['testid'])
  for (let i = 0; i < 30 && (await focused()) !== 'home-sample'; i++) await page.keyboard.press('Tab')
  expect(await focused()).toBe('home-sample')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('primary-action')).toBeEnabled()
  for (const stage of stages) {
    await page.keyboard.press('Control+Enter')
    await ended(page, stage)
    if (stage !== 'validate') await page.keyboard.press('Control+Enter')
  }
  await expect(page.getByTestId('verdict').first()).toHaveAttribute('data-verdict', expected)
  await page.keyboard.press('Alt+3')
  await expect(page.getByTestId('requested')).toBeVisible()
  await page.keyboard.press('Control+j')
  await page.keyboard.press('Control+f')
  await page.keyboard.type('memory')
  await expect(page.locator('.log mark').first()).toBeVisible()
  await page.keyboard.press('Control+i')
  await expect(page.locator('aside.insp')).toHaveCount(0)
  await page.keyboard.press('Alt+1')
  await expect(page.getByTestId('model-card')).toBeVisible()
  expect(errors).toEqual([])
  await running.close()
})

test.describe('a build that takes its time', () => {
  let running: RunningApp
  let models: string
  test.beforeAll(async () => {
    running = await launchApp()
    models = path.join(running.data, 'models')
    fs.mkdirSync(models)
    const python = path.resolve('.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
    execFileSync(python, [path.resolve('test/fixtures/native/make_models.py'), models, '250'])
  })
  test.afterAll(() => running.close())

  async function building(page: Page): Promise<void> {
    await expect(button(page, 'build')).toHaveAttribute('data-state', 'running', { timeout: minutes(2) })
    await expect(page.getByTestId('progress').locator('li').first()).toBeVisible({ timeout: minutes(1) })
  }

  test('shows the builder’s phases, is cancelled by Escape, outlives the end of its process, and goes on', async () => {
    test.setTimeout(minutes(6))
    const { app, page, errors } = running
    await app.evaluate(
      ({ app: electron }, file) => void electron.emit('second-instance', {}, [process.execPath, electron.getAppPath(), file], '/'),
      path.join(models, 'slow.onnx'),
    )
    await expect(page.getByTestId('model-card')).toContainText('slow.onnx')
    await page.keyboard.press('Alt+3')
    await page.getByTestId('run-all').waitFor()
    await page.getByTestId('run-all').click()
    await building(page)
    await page.keyboard.press('Escape')
    await expect(button(page, 'build')).toHaveAttribute('data-state', 'cancelled')
    await expect(page.getByTestId('notice-cancelled')).toBeVisible()

    await page.getByTestId('primary-action').click()
    await building(page)
    const killed = await app.evaluate(({ app: electron }) => {
      const hosts = electron.getAppMetrics().filter((one) => one.type === 'Utility' && one.serviceName === 'node.mojom.NodeService')
      for (const host of hosts) process.kill(host.pid, 'SIGKILL')
      return hosts.length
    })
    expect(killed).toBeGreaterThan(0)
    await expect(button(page, 'build')).toHaveAttribute('data-state', 'crashed')
    await expect(page.getByTestId('findings')).toContainText('HOST_CRASHED')
    await expect(page.getByTestId('primary-action')).toHaveText('Build again')

    await page.getByTestId('primary-action').click()
    await building(page)
    await page.getByTestId('cancel').click()
    await expect(button(page, 'build')).toHaveAttribute('data-state', 'cancelled')
    expect((await states(page)).slice(0, 2)).toEqual(['cached', 'cached'])
    expect(errors).toEqual([])
  })
})
