import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { ask, dropFiles, launchApp, screenshot, test, type RunningApp } from './app'

/** Run folders as an H200 with TensorRT 10.6 left them, without their logs: verdicts that this machine cannot reach. */
const settled = [
  { name: 'h200-pass', verdict: 'pass', words: { en: 'Equal within tolerance', 'zh-CN': '在容差内一致' } },
  { name: 'h200-stripped', verdict: 'fail', words: { en: 'REFIT_ALL_ZERO', 'zh-CN': 'REFIT_ALL_ZERO' } },
] as const

let running: RunningApp
test.beforeAll(async () => {
  running = await launchApp()
})
test.afterAll(async () => running.close())

for (const language of ['en', 'zh-CN'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`a run that was judged on a GPU machine opens with its verdict, ${language}, ${theme}`, async ({}, info) => {
      const { page, data, errors } = running
      await ask(page, 'settings.set', { language, theme })
      for (const { name, verdict, words } of settled) {
        const folder = path.join(data, `${name} ${language} ${theme}`)
        fs.cpSync(path.resolve('test', 'fixtures', 'runs', name), folder, { recursive: true })
        await dropFiles(page, 'main', [folder])
        await page.getByTestId('stage-validate').click()
        await expect(page.getByTestId('verdict')).toHaveAttribute('data-verdict', verdict)
        await expect(page.locator('main')).toContainText(words[language])
        await expect(page.getByTestId('outputs')).toContainText('72')
        await screenshot(page, info.outputPath(`${name}-validate.png`))
        await page.getByTestId('stage-build').click()
        await expect(page.getByTestId('requested')).toBeVisible()
        await screenshot(page, info.outputPath(`${name}-build.png`))
      }
      expect(errors).toEqual([])
    })
  }
}
