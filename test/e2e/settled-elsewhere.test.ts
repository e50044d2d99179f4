import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import type { RunFile } from '../../contract/run'
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

/** The run as it was before it went to the machine with the GPU. */
function homeOf(folder: string): void {
  fs.cpSync(path.resolve('test', 'fixtures', 'runs', 'h200-pass'), folder, { recursive: true })
  const file = path.join(folder, 'run.json')
  const run = JSON.parse(fs.readFileSync(file, 'utf8')) as RunFile
  run.verdict = 'not-judged'
  run.comparisons = run.comparisons.map((row) => (row.hop === 'pytorch-onnx' ? row : { ...row, verdict: 'not-judged', compared: 0 }))
  run.stages.validate = { ...run.stages.validate, key: 'of the laptop', startedAt: '2026-11-20T00:00:00.000Z' }
  fs.writeFileSync(file, JSON.stringify(run))
}

test('a returned copy gives its verdict to the run that it came from, but to no engine that was changed since', async ({}, info) => {
  const away = await launchApp()
  const { page, data } = away
  const returned = path.join(data, 'returned')
  fs.cpSync(path.resolve('test', 'fixtures', 'runs', 'h200-pass'), returned, { recursive: true })
  const home = path.join(data, 'home')
  homeOf(home)
  const engine = path.join(home, 'artifacts', '39e3e976153e168c', 'model.engine')
  const whole = fs.readFileSync(engine)
  const changed = Buffer.from(whole)
  changed[changed.length - 100]! ^= 1
  fs.writeFileSync(engine, changed)
  await dropFiles(page, 'main', [home])
  await page.getByTestId('stage-validate').click()
  await expect(page.getByTestId('verdict')).toHaveAttribute('data-verdict', 'not-judged')

  await dropFiles(page, 'main', [returned])
  await expect(page.getByRole('alert')).toContainText('is not the file that this run made')
  await expect(page.getByTestId('verdict')).toHaveAttribute('data-verdict', 'not-judged')
  await screenshot(page, info.outputPath('refused.png'))

  fs.writeFileSync(engine, whole)
  await dropFiles(page, 'main', [returned])
  await expect(page.getByTestId('verdict')).toHaveAttribute('data-verdict', 'pass')
  await expect(page.locator('[data-code=VERDICT_MERGED]')).toBeVisible()
  expect((JSON.parse(fs.readFileSync(path.join(home, 'run.json'), 'utf8')) as RunFile).verdict).toBe('pass')
  await screenshot(page, info.outputPath('merged.png'))
  expect(away.errors).toEqual([])
  await away.close()
})
