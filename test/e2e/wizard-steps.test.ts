import { expect, test, type Page } from '@playwright/test'
import { launchApp } from './app'
import { violations } from './axe'

/** The wizard in the real app over the real core: nothing here is played. Without a GPU the engine cannot be judged, and that is said. */
const stages = ['load', 'convert', 'build', 'validate'] as const
type Stage = (typeof stages)[number]
const finished = /^(completed|cached)$/
const minutes = (n: number): number => n * 60_000

const button = (page: Page, stage: Stage) => page.getByTestId(`stage-${stage}`)
const signs = (page: Page): Promise<Array<string | null>> => Promise.all(stages.map((stage) => button(page, stage).getAttribute('data-sign')))
const states = (page: Page): Promise<Array<string | null>> => Promise.all(stages.map((stage) => button(page, stage).getAttribute('data-state')))
const ended = (page: Page, stage: Stage): Promise<void> => expect(button(page, stage)).toHaveAttribute('data-state', finished, { timeout: minutes(2) })

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
