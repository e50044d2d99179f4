import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type ElectronApplication, type Page } from '@playwright/test'
import { drillOf, layersOf, shownEngine, timesOf } from '../renderer/engine-documents'
import { dropFiles, launchApp, picture, test } from './app'
import { violations } from './axe'

/** A run that a GPU judged: its layers are in run.json, so that they are listed anywhere. */
const judged = path.resolve('test/fixtures/runs/h200-pass')
const stripped = path.resolve('test/fixtures/runs/h200-stripped')
const onnx = path.resolve('test/fixtures/native/cnn.onnx')
const gpuHere = spawnSync('nvidia-smi', ['-L']).status === 0
test.skip(gpuHere, 'these are the words of a machine without a GPU')

let folder: string
let engine: string
test.beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-engine-'))
  engine = path.join(folder, 'cnn.engine')
  const built = spawnSync(process.execPath, ['out/cli/index.js', 'build', onnx, '-o', engine, '--backend', 'tensorrt-rtx', '--target', 'sm86'], {
    encoding: 'utf8',
  })
  expect(built.status, built.stderr).toBe(0)
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const tab = (page: Page, name: string) => page.getByTestId(`engine-tab-${name}`)

/** The system's dialogs answer at once with this path. */
async function answerDialogs(app: ElectronApplication, file: string): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [answer] })
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: answer })
  }, file)
}

async function accessible(page: Page, where: string): Promise<void> {
  expect(await violations(page), where).toEqual([])
}

/** Main answers these commands with documents of a GPU that is not here. */
async function answerCommands(app: ElectronApplication, answers: Record<string, unknown>): Promise<void> {
  await app.evaluate(({ ipcMain }, given) => {
    for (const [name, value] of Object.entries(given)) {
      ipcMain.removeHandler(`enginesmith:command:${name}`)
      ipcMain.handle(`enginesmith:command:${name}`, () => ({ ok: true, value }))
    }
  }, answers)
}

for (const [theme, language] of [
  ['light', 'en'],
  ['dark', 'zh-CN'],
] as const) {
  test(`1,000 layers in the table and in the graph, and the times of a sweep, ${theme}, ${language}`, async () => {
    const running = await launchApp({ settings: { theme, language } })
    const { page, app } = running
    const shot = (name: string): Promise<void> => picture(page, `${name}-${theme}-${language}`)
    await answerCommands(app, {
      'engine.open': shownEngine(),
      'engine.layers': layersOf(1000),
      'engine.time': timesOf([1, 2, 4, 8, 16], 1.2),
      'engine.drill': drillOf(),
    })
    await answerDialogs(app, judged)
    await page.keyboard.press('Control+6')
    await page.getByTestId('engine-choose').click()
    await expect(page.getByTestId('layers-count')).toContainText('1,000')
    // Virtual: a fraction of the rows is in the page.
    expect(await page.locator('[data-layer]').count()).toBeLessThan(80)
    await page.locator('th[data-col-key=ms]').click()
    await expect(page.locator('[data-layer]').first()).toContainText('0.0900')
    await shot('layers')
    await accessible(page, '1,000 layers')

    await tab(page, 'graph').click()
    const box = page.locator('.vue-flow__node', { hasText: 'conv_250 + relu_250' })
    // It begins where the data enters, in a size that can be read; the whole of it is a hair.
    await expect(page.locator('.vue-flow__node', { hasText: 'image' })).toBeInViewport({ timeout: 30_000 })
    await shot('graph-start')
    await page.getByTestId('graph-fit').click()
    await page.waitForTimeout(300)
    await shot('graph-whole')
    await page.getByTestId('graph-find').locator('input').fill('conv_250')
    await expect(page.getByTestId('graph-hits')).toContainText('1')
    await expect(box).toBeInViewport()
    await page.waitForTimeout(300)
    await shot('graph-found')
    await accessible(page, 'graph')
    const before = await page.locator('.vue-flow__transformationpane').getAttribute('style')
    await page.getByTestId('engine-graph').hover()
    await page.mouse.wheel(0, 400)
    await expect.poll(() => page.locator('.vue-flow__transformationpane').getAttribute('style')).not.toBe(before)
    await page.getByTestId('graph-row').click()
    await expect(page.locator('tr.chosen[data-layer="conv_250 + relu_250"]')).toBeInViewport()
    await shot('graph-row')

    await tab(page, 'timing').click()
    await page.getByTestId('time-run').click()
    await expect(page.getByTestId('sweep-best')).toBeVisible()
    await expect(page.getByTestId('engine-panel').locator('svg path').first()).toBeVisible()
    await page.waitForTimeout(500)
    await shot('timing')
    await accessible(page, 'timing')
    await page.getByTestId('sweep-best').scrollIntoViewIfNeeded()
    await shot('timing-charts')

    await tab(page, 'refit').click()
    await page.getByTestId('drill-run').click()
    await expect(page.getByTestId('drill-verdict')).toBeVisible()
    await expect(page.locator('[data-step=refit]')).toContainText('× 1.01')
    await shot('drill-judged')
    await accessible(page, 'a judged drill')
    expect(running.errors).toEqual([])
    await running.close()
  })
}

for (const [theme, language] of [
  ['light', 'en'],
  ['dark', 'zh-CN'],
] as const) {
  test(`a dropped engine, a judged run, the sheet and the drill in the Engine view, ${theme}, ${language}`, async () => {
    test.setTimeout(240_000)
    const running = await launchApp({ settings: { theme, language } })
    const { page, app } = running
    const shot = (name: string): Promise<void> => picture(page, `${name}-${theme}-${language}`)

    // An engine that was built here for another GPU: told from its header alone, and why its layers are not to be had.
    await dropFiles(page, '[data-testid=home-drop]', [engine])
    await page.getByTestId('open-engine').click()
    await expect(page.getByTestId('engine-name')).toHaveText('cnn.engine')
    await expect(page.locator('main[data-view=engine]')).toContainText('sm86')
    await expect(page.locator('[data-code=DRIVER_MISSING]')).toBeVisible({ timeout: 30_000 })
    await shot('dropped')
    await accessible(page, 'a dropped engine')
    await tab(page, 'timing').click()
    await page.getByTestId('time-run').click()
    await expect(page.locator('[data-code=DRIVER_MISSING]')).toBeVisible({ timeout: 30_000 })
    await shot('timing-none')
    await accessible(page, 'timing without a GPU')
    await tab(page, 'graph').click()
    await expect(page.getByTestId('engine-panel')).toContainText(language === 'en' ? 'No graph to draw' : '没有可绘制的图')

    // A run from elsewhere keeps its layers.
    await answerDialogs(app, judged)
    await page.keyboard.press('Control+k')
    const action = language === 'en' ? 'Look into an engine' : '查看引擎'
    await page.getByTestId('palette').locator('input').fill(action)
    await expect(page.getByTestId('palette').locator('[aria-selected=true]')).toContainText(action)
    await page.keyboard.press('Enter')
    await tab(page, 'layers').click()
    await expect(page.getByTestId('layers-count')).toContainText('9', { timeout: 30_000 })
    await expect(page.getByTestId('layer-table')).toContainText('CaskConvolution')
    await page.getByTestId('layers-grouping').locator('[data-value=node]').click()
    await shot('layers-by-node')
    await accessible(page, 'layers')
    await tab(page, 'diff').click()
    await answerDialogs(app, stripped)
    await page.getByTestId('diff-choose').click()
    await expect(page.getByTestId('diff-totals')).toBeVisible({ timeout: 30_000 })
    await shot('diff')
    await accessible(page, 'difference')

    // What is built from an ONNX file: for real with TensorRT-RTX, and a reason for the rest.
    await tab(page, 'sheet').click()
    await answerDialogs(app, onnx)
    await page.getByTestId('onnx-choose').click()
    await page.getByTestId('sheet-run').click()
    await expect(page.getByTestId('sheet-table').locator('[data-line=size]')).toContainText('KiB', { timeout: 90_000 })
    await expect(page.locator('[data-code=ENGINE_NOT_RUN]')).toBeVisible()
    await shot('sheet')
    await accessible(page, 'sheet')
    const saved = path.join(folder, `sheet-${language}.json`)
    await answerDialogs(app, saved)
    await page.getByTestId('save-sheet-json').click()
    await expect.poll(() => fs.existsSync(saved)).toBe(true)
    expect(JSON.parse(fs.readFileSync(saved, 'utf8'))).toMatchObject({
      verdict: 'not-judged',
      rows: [{ backend: 'tensorrt' }, { backend: 'tensorrt-rtx', notBuilt: null }],
    })

    await tab(page, 'refit').click()
    await answerDialogs(app, onnx)
    await page.getByTestId('onnx-choose').click()
    await page.locator('[data-value=tensorrt-rtx]').click()
    // Sizes that cannot be read are told in place of a drill; with sizes and a level it is built that way.
    await page.getByTestId('engine-build').click()
    const sizes = page.locator('[data-option=profiles] input')
    await sizes.fill('image:1x3x16x16/2x3')
    await page.getByTestId('drill-run').click()
    await expect(page.locator('[data-code=USAGE]')).toBeVisible({ timeout: 30_000 })
    await sizes.fill('image:1x3x16x16/2x3x16x16/8x3x16x16')
    await page.locator('[data-option=optLevel] .n-select').click()
    await page.locator('.n-base-select-option').filter({ hasText: '1' }).first().click()
    await expect(page.getByTestId('engine-build-said')).toContainText('image:1x3x16x16/2x3x16x16/8x3x16x16')
    await page.getByTestId('engine-advanced').click()
    await shot('drill-options')
    await accessible(page, 'options of the drill')
    await page.getByTestId('engine-build').click()
    await page.getByTestId('drill-run').click()
    await expect(page.locator('[data-step=full]')).toContainText('KiB', { timeout: 90_000 })
    // TensorRT-RTX opens what it strips, which needs a driver: the steps after it say so, each for itself.
    for (const step of ['stripped', 'refit', 'again']) await expect(page.locator(`[data-step=${step}]`)).toContainText('libcuda', { timeout: 60_000 })
    await shot('drill')
    await accessible(page, 'drill')
    expect(running.errors).toEqual([])
    await running.close()
  })
}
