import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { recipeSchema } from '../../contract/recipe'
import type { RunFile } from '../../contract/run'
import { ask, launchApp, test, type RunningApp } from './app'
import { slowModel, stageShows } from './run'

/** Every target there is, so that the build takes its time. */
const recipe = recipeSchema.parse({ build: { backend: 'tensorrt-rtx', targets: ['sm75', 'sm80', 'sm86', 'sm89', 'sm120'] } })

let models: string
let model: string
test.beforeAll(() => {
  models = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-e2e-models-'))
  model = slowModel(models)
})
test.afterAll(() => fs.rmSync(models, { recursive: true, force: true }))

/** Opens the slow model as a run, shows it, and presses "run all" once; resolves while the builder is at work. */
async function building(running: RunningApp): Promise<{ id: string; folder: string }> {
  const { page } = running
  const made = await ask(page, 'run.create', { path: model, recipe })
  if (!made.ok) throw new Error(made.error.message)
  const { id, folder } = made.value
  await page.getByTestId('rail-history').click()
  await page.getByRole('button', { name: 'Open slow.onnx' }).first().click()
  await page.getByTestId('run-all').click()
  await buildingAgain(running, id)
  return { id, folder }
}

/** Waits until the builder itself says a phase. */
async function buildingAgain({ page }: RunningApp, id: string): Promise<void> {
  await page.getByTestId('stage-build').click()
  await expect
    .poll(
      async () => {
        const run = await ask(page, 'run.get', { id })
        return run.ok && run.value.stages.build.state === 'running' && run.value.stages.build.progress?.parent != null
      },
      { timeout: 60_000 },
    )
    .toBe(true)
}

const readRun = (folder: string): RunFile => JSON.parse(fs.readFileSync(path.join(folder, 'run.json'), 'utf8')) as RunFile
const halfFiles = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.scratch|\.tmp|\.part$/.test(name))

test('Esc cancels a build soon, and the run goes on from there', async () => {
  const running = await launchApp()
  const { page } = running
  const { id, folder } = await building(running)
  const since = Date.now()
  await page.keyboard.press('Escape')
  await stageShows(page, 'build', 'cancelled', 10_000)
  expect(Date.now() - since).toBeLessThan(3_000)
  await expect.poll(() => halfFiles(folder)).toEqual([])
  await page.getByTestId('primary-action').click()
  await buildingAgain(running, id)
  await expect(page.getByTestId('stage-load')).toHaveAttribute('data-state', 'cached')
  await page.getByTestId('cancel').click()
  await stageShows(page, 'build', 'cancelled', 10_000)
  expect(running.errors).toEqual([])
  await running.close()
})

test('an engine host that is killed is a crashed stage, never a dead window', async () => {
  const running = await launchApp()
  const { app, page } = running
  const { id } = await building(running)
  const host = (): Promise<number> =>
    app.evaluate(({ app: electron }) => electron.getAppMetrics().find((metric) => /engine host/i.test(`${metric.name} ${metric.serviceName}`))?.pid ?? 0)
  const first = await host()
  expect(first).toBeGreaterThan(0)
  process.kill(first, 'SIGKILL')
  await stageShows(page, 'build', 'crashed', 15_000)
  await expect(page.locator('[data-code=HOST_CRASHED]')).toBeVisible()
  await expect(page.getByTestId('rail-home')).toBeVisible()
  await page.getByTestId('primary-action').click()
  await buildingAgain(running, id)
  expect(await host()).not.toBe(first)
  await page.getByTestId('cancel').click()
  await stageShows(page, 'build', 'cancelled', 10_000)
  expect(running.errors).toEqual([])
  await running.close()
})

test('closing the window in the middle of a build asks; staying stays, closing cancels cleanly', async () => {
  const running = await launchApp()
  const { app, page, data } = running
  const { folder } = await building(running)
  await app.evaluate(({ dialog }) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked, reply: 1 })
    dialog.showMessageBox = ((_window: unknown, options: { message: string }) => {
      asked.push(options.message)
      return Promise.resolve({ response: (globalThis as unknown as { reply: number }).reply, checkboxChecked: false })
    }) as typeof dialog.showMessageBox
  })
  await page.getByRole('button', { name: 'Close window' }).click()
  await expect.poll(() => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)).toEqual(['A run is still under way'])
  await stageShows(page, 'build', 'running')
  await app.evaluate(() => Object.assign(globalThis, { reply: 0 }))
  const gone = app.waitForEvent('close', { timeout: 15_000 })
  await page.getByRole('button', { name: 'Close window' }).click()
  await gone
  expect(readRun(folder).stages.build.state).toBe('cancelled')
  expect(halfFiles(folder)).toEqual([])
  fs.rmSync(data, { recursive: true, force: true })
})

test('an app that is killed leaves a run that says so, resumes, and has no half file', async () => {
  const running = await launchApp()
  const { folder } = await building(running)
  const gone = running.app.waitForEvent('close', { timeout: 15_000 })
  running.app.process().kill('SIGKILL')
  await gone
  const again = await launchApp({ data: running.data, args: ['--run', folder] })
  await stageShows(again.page, 'build', 'crashed')
  await expect(again.page.locator('[data-code=APP_CRASHED]').first()).toBeVisible()
  expect(halfFiles(folder)).toEqual([])
  await again.page.getByTestId('primary-action').click()
  await stageShows(again.page, 'load', 'cached')
  await stageShows(again.page, 'build', 'running')
  await again.page.getByTestId('cancel').click()
  await stageShows(again.page, 'build', 'cancelled', 10_000)
  expect(again.errors).toEqual([])
  await again.app.close()
  fs.rmSync(running.data, { recursive: true, force: true })
})

test('a signal ends the app at once, and its processes with it', async () => {
  const running = await launchApp()
  const { app, data } = running
  const { folder } = await building(running)
  const children = await app.evaluate(({ app: electron }) => electron.getAppMetrics().map((metric) => metric.pid))
  const gone = app.waitForEvent('close', { timeout: 15_000 })
  app.process().kill('SIGTERM')
  await gone
  expect(readRun(folder).stages.build.state).toBe('cancelled')
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }
  await expect.poll(() => children.filter(alive)).toEqual([])
  fs.rmSync(data, { recursive: true, force: true })
})
