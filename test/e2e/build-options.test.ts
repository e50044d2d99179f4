import path from 'node:path'
import { expect, test } from '@playwright/test'
import { ask, dropFiles, launchApp, picture } from './app'
import { violations } from './axe'

const model = path.resolve(import.meta.dirname, '../fixtures/native/cnn.onnx')

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`every option of the real TensorRT-RTX is offered, taken and read back, ${language} ${theme}`, async () => {
    test.setTimeout(120_000)
    const running = await launchApp({ settings: { language, theme }, size: { width: 1280, height: 900 } })
    const { page, errors } = running
    await dropFiles(page, '[data-testid=home-drop]', [model])
    await page.getByTestId('stage-build').click()
    await page.getByTestId('advanced').click()
    // By the library's own table: what full TensorRT alone has is not here.
    await expect(page.locator('[data-option=tiling]')).toBeVisible()
    await expect(page.locator('[data-option=avgTiming]')).toHaveCount(0)
    const answer = await ask(page, 'build.options', { backend: 'tensorrt-rtx' })
    expect(answer).toMatchObject({ ok: true })

    await page.getByTestId('add-profile').click()
    await expect(page.getByTestId('profiles').getByRole('group')).toHaveCount(2)
    await picture(page, `options-${theme}`)
    await page.locator('[data-option=sparsity]').getByRole('switch').click()
    await page.locator('[data-option=weightStreaming]').getByRole('switch').click()
    await page.locator('[data-option=engineName]').getByRole('textbox').fill('cnn')
    await page.locator('[data-option=engineName]').getByRole('textbox').press('Enter')
    await page.locator('[data-option=engineName]').scrollIntoViewIfNeeded()
    await picture(page, `advanced-${theme}`)
    expect(await violations(page)).toEqual([])

    await page.getByTestId('run-all').click()
    const requested = page.getByTestId('requested')
    await expect(page.getByTestId('stage-build')).toHaveAttribute('data-state', /completed|cached/, { timeout: 60_000 })
    await page.getByTestId('stage-build').click()
    await expect(requested.locator('[data-option=engineName]')).toHaveAttribute('data-same', 'true')
    await expect(requested.locator('[data-option=sparsity]')).toHaveAttribute('data-same', 'true')
    await expect(requested.locator('[data-option="profile 1 image"]')).toHaveAttribute('data-same', 'true')
    await picture(page, `built-${theme}`)

    // An engine that streams can be given a budget, TensorRT-RTX a cache: in Validate, and in the recipe.
    await page.getByTestId('stage-validate').click()
    const [budget, cache] = [page.getByTestId('run-options').getByRole('textbox').nth(0), page.getByTestId('run-options').getByRole('textbox').nth(1)]
    await budget.fill('half')
    await expect(budget).toHaveAttribute('aria-invalid', 'true')
    await picture(page, `run-options-bad-${theme}`)
    await budget.fill('50%')
    await budget.press('Enter')
    await expect(budget).not.toHaveAttribute('aria-invalid', 'true')
    await expect(cache).toBeVisible()
    await page.getByTestId('run-options').scrollIntoViewIfNeeded()
    await picture(page, `run-options-${theme}`)
    expect(await violations(page)).toEqual([])
    await page.getByTestId('rail-settings').click()
    await expect(page.getByTestId('add-plugin')).toBeVisible()
    await page.getByTestId('runtime-cache').scrollIntoViewIfNeeded()
    await picture(page, `settings-${theme}`)
    expect(errors).toEqual([])
    await running.close()
  })
}
