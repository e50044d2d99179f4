import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { venvPython } from '../../build/lib/paths.mjs'
import { dropFiles, launchApp, screenshot, test } from './app'
import { stageShows } from './run'

// An exported program with an operator of another library: asked for in the real window, imported, tried.

const shots = process.env['ENGINESMITH_SHOTS']
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-e2e-operators-'))
const program = path.join(folder, 'custom.pt2')
const python = path.resolve('test', 'fixtures', 'python')
test.beforeAll(() => {
  const save = `import sys, torch, operator_nets; torch.export.save(torch.export.export(operator_nets.WithOperator(), (torch.ones(2, 4),)), sys.argv[1])`
  execFileSync(venvPython(path.resolve('.venv')), ['-c', save, program], { env: { ...process.env, PYTHONPATH: python } })
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`the library of an operator is imported and the operator is tried, ${language} ${theme}`, async () => {
    test.setTimeout(180_000)
    const running = await launchApp({ settings: { language, theme, project: python }, size: { width: 1280, height: 900 } })
    const { page } = running
    await dropFiles(page, '.shell', [program])
    await page.getByTestId('sample').waitFor()
    await page.getByTestId('primary-action').click()
    await stageShows(page, 'load', 'failed')
    const card = page.getByTestId('operators')
    await expect(card).toContainText('enginesmith_test::doubled')
    await card.getByRole('textbox').fill('operator_nets')
    if (shots) {
      await card.scrollIntoViewIfNeeded()
      await screenshot(page, path.join(shots, `operators-asked-${language}.png`))
    }
    await page.getByTestId('check-operators').click()
    await stageShows(page, 'load', 'completed')
    await expect(card).toContainText('2 × 4')
    if (shots) await screenshot(page, path.join(shots, `operators-${language}.png`))
    await running.close()
  })
}
