import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { ask, dropFiles, launchApp, test, type RunningApp } from './app'

const sample = path.resolve('resources', 'samples', 'shapes.onnx')

/** Opens a file as a run and carries it up to a stage over the app's own bridge; the wizard's buttons have tests of their own. */
async function runUpTo(page: Page, file: string, upTo: 'load' | 'build' | 'validate'): Promise<{ id: string; folder: string }> {
  const made = await ask(page, 'run.create', { path: file, recipe: null })
  if (!made.ok) throw new Error(made.error.message)
  const { id, folder } = made.value
  await ask(page, 'run.start', { id, upTo })
  await expect
    .poll(
      async () => {
        const now = await ask(page, 'run.get', { id })
        return now.ok && !now.value.running && now.value.stages[upTo].state
      },
      { timeout: 90_000 },
    )
    .toMatch(/completed|cached/)
  return { id, folder }
}

test.describe('runs', () => {
  let running: RunningApp
  let first: { id: string; folder: string }
  test.beforeAll(async () => {
    running = await launchApp()
    const copy = path.join(running.data, 'second model.onnx')
    fs.copyFileSync(sample, copy)
    first = await runUpTo(running.page, sample, 'validate')
    await runUpTo(running.page, copy, 'load')
  })
  test.afterAll(async () => {
    await running.close()
  })
  test.afterEach(() => {
    expect(running.errors).toEqual([])
  })

  test('Home lists them and opens one as it was', async () => {
    const { page } = running
    await page.getByTestId('rail-home').click()
    await expect(page.getByTestId('recent-run')).toHaveCount(2)
    await expect(page.getByTestId('recent-run').first()).toContainText('second model.onnx')
    await page.getByTestId('recent-run').nth(1).click()
    await expect(page.locator('main[data-view=run]')).toBeVisible()
    await expect(page.getByTestId('stage-validate')).toHaveAttribute('aria-current', 'step')
    await expect(page.getByRole('navigation', { name: 'Location' })).toContainText('shapes.onnx')
  })

  test('History filters, sorts, and compares two', async () => {
    const { page } = running
    await page.getByTestId('rail-history').click()
    const rows = page.locator('tbody tr')
    await expect(rows).toHaveCount(2)
    await page.keyboard.press('Control+f')
    await page.keyboard.type('second')
    await expect(rows).toHaveCount(1)
    await page.keyboard.type(' nothing')
    await expect(page.getByText('No run matches')).toBeVisible()
    await page.getByRole('button', { name: 'Clear filter' }).click()
    await expect(rows).toHaveCount(2)
    await page.getByRole('button', { name: 'Not judged', exact: true }).click()
    await page.getByRole('button', { name: 'All', exact: true }).click()
    await page.getByText('Model', { exact: true }).click()
    await expect(rows.first()).toContainText('second model.onnx')

    await page.getByRole('checkbox', { name: 'shapes.onnx' }).click()
    await page.getByRole('checkbox', { name: 'second model.onnx' }).click()
    await page.keyboard.press('Control+d')
    const drawer = page.getByRole('dialog', { name: 'Compare two runs' })
    await expect(drawer).toContainText('Both runs took the same model file.')
    await drawer.getByRole('switch', { name: 'Differences only' }).click()
    await expect(drawer).not.toContainText('Exporter')
    await page.keyboard.press('Escape')
    await expect(drawer).toHaveCount(0)
  })

  test('a run folder that is dropped opens as it was, also from elsewhere', async () => {
    const { page, data } = running
    const moved = path.join(data, 'from elsewhere')
    // The original is open: what says so stays with it.
    fs.cpSync(first.folder, moved, { recursive: true, filter: (file) => !path.basename(file).includes('lock') })
    const before = JSON.parse(fs.readFileSync(path.join(moved, 'run.json'), 'utf8')) as { verdict: string }
    await page.getByTestId('rail-home').click()
    await dropFiles(page, '[data-testid=home-drop]', [moved])
    await expect(page.getByTestId('verdict').first()).toHaveAttribute('data-verdict', before.verdict)
    fs.rmSync(moved, { recursive: true, force: true })
  })

  test('a page that dies comes back and has lost nothing', async () => {
    const { app, page, errors } = running
    await page.getByTestId('rail-home').click()
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer())
    const log = path.join(running.data, 'logs', 'main.log')
    const logged = (): string => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '')
    await expect.poll(logged).toContain("the page's process is gone: crashed")
    // Playwright has lost the page; main has not. A script that is sent to a dying page is never answered.
    const listed = (): Promise<number> =>
      app.evaluate(({ BrowserWindow }) => {
        const count = BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(`document.querySelectorAll('[data-testid=recent-run]').length`, true)
        return Promise.race([count as Promise<number>, new Promise<number>((resolve) => setTimeout(() => resolve(0), 1000))])
      })
    await expect.poll(listed, { timeout: 30_000 }).toBeGreaterThanOrEqual(2)
    errors.length = 0
  })
})

test('removing asks first, then moves the folder to the trash', async () => {
  const running = await launchApp()
  const { app, page } = running
  const run = await runUpTo(page, sample, 'load')
  await app.evaluate(({ shell }) => {
    const trashed: string[] = []
    Object.assign(globalThis, { trashed })
    shell.trashItem = (folder) => {
      trashed.push(folder)
      return Promise.resolve()
    }
  })
  await page.getByTestId('rail-history').click()
  await page.getByRole('button', { name: 'Move shapes.onnx to the trash' }).click()
  await expect(page.getByRole('dialog', { name: 'Move this run to the trash?' })).toContainText(run.folder)
  await page.keyboard.press('Escape')
  expect(await app.evaluate(() => (globalThis as unknown as { trashed: string[] }).trashed)).toEqual([])
  await page.getByRole('button', { name: 'Move shapes.onnx to the trash' }).click()
  await page.getByTestId('confirm').click()
  await expect(page.getByText('shapes.onnx was moved to the trash.')).toBeVisible()
  expect(await app.evaluate(() => (globalThis as unknown as { trashed: string[] }).trashed)).toEqual([run.folder])
  await running.close()
})

test('a file and a run folder given at the start are opened, and a second start tells the first', async () => {
  const running = await launchApp({ args: [sample] })
  const { app, page, data } = running
  await expect(page.locator('main[data-view=run]')).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Location' })).toContainText('shapes.onnx')
  const other = path.join(data, 'other.onnx')
  fs.copyFileSync(sample, other)
  await app.evaluate(
    ({ app: electron }, given) => void electron.emit('second-instance', {}, [process.execPath, '--some-switch', electron.getAppPath(), given], '/'),
    other,
  )
  await expect(page.getByRole('navigation', { name: 'Location' })).toContainText('other.onnx')
  const listed = await ask(page, 'run.list', {})
  const folder = listed.ok ? listed.value.find((run) => run.name === 'shapes.onnx')?.folder : undefined
  await running.app.close()
  const again = await launchApp({ data, args: ['--run', folder ?? ''] })
  await expect(again.page.getByRole('navigation', { name: 'Location' })).toContainText('shapes.onnx')
  await again.app.close()
  fs.rmSync(data, { recursive: true, force: true })
})

test('the window is as it was left', async () => {
  const first = await launchApp({ size: { width: 1400, height: 850 } })
  await first.page.getByRole('button', { name: 'Maximize' }).click()
  await expect(first.page.getByRole('button', { name: 'Minimize' })).toBeVisible()
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.unmaximize())
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1400, 850))
  const gone = first.app.waitForEvent('close')
  await first.page.getByRole('button', { name: 'Close window' }).click()
  await gone
  const saved = JSON.parse(fs.readFileSync(path.join(first.data, 'settings.json'), 'utf8')) as { window: object }
  expect(saved.window).toMatchObject({ width: 1400, height: 850 })
  fs.rmSync(first.data, { recursive: true, force: true })
})
