import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect } from '@playwright/test'
import { dropFiles, launchApp, picture, test } from './app'
import { violations } from './axe'
import { stageShows } from './run'

/** Engines dropped on the real app: a real TensorRT-RTX engine, built here, and TensorRT 10.6's from a run that a GPU judged. */
const fixture = path.resolve('test', 'fixtures', 'runs', 'h200-pass', 'artifacts', '39e3e976153e168c', 'model.engine')
const minutes = (n: number): number => n * 60_000
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-dropped-'))
test.afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

/** As Ultralytics writes them. */
function prefixed(): string {
  const json = Buffer.from(JSON.stringify({ description: 'YOLOv8n', task: 'detect', imgsz: [640, 640], batch: 1 }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  const file = path.join(scratch, 'yolov8n.engine')
  fs.writeFileSync(file, Buffer.concat([length, json, fs.readFileSync(fixture)]))
  return file
}

for (const look of [{ language: 'en', theme: 'light' } as const, { language: 'zh-CN', theme: 'dark' } as const]) {
  test(`an engine of another machine, with metadata before it (${look.language}, ${look.theme})`, async () => {
    test.setTimeout(minutes(2))
    const running = await launchApp({ settings: look })
    const { page, errors } = running
    const started = Date.now()
    await dropFiles(page, '#app', [prefixed()])
    await expect(page.getByTestId('engine-card')).toBeVisible()
    const card = page.getByTestId('engine-card')
    await expect(card).toContainText('TensorRT 10.6.0.26')
    await expect(card).toContainText('sm90')
    await expect(card.locator('[data-runs]')).toHaveAttribute('data-runs', /^(no|unknown|yes)$/)
    await expect(page.getByTestId('engine-plain')).toBeVisible()
    await expect(page.getByTestId('engine-rebuild-from')).toBeVisible()
    await expect(page.getByTestId('primary-action')).toBeDisabled()
    // With the start of the page's own animations in it; the answer itself takes milliseconds.
    expect(Date.now() - started).toBeLessThan(10_000)
    expect(await violations(page)).toEqual([])
    await picture(page, `dropped-${look.language}-${look.theme}`)
    expect(errors).toEqual([])
    await running.close()
  })
}

test('an engine that was built here is known, and built again from its ONNX; a run is taken away', async () => {
  test.setTimeout(minutes(5))
  const running = await launchApp()
  const { app, page, errors } = running
  await page.getByTestId('home-sample').click()
  await page.getByTestId('run-all').click()
  await stageShows(page, 'validate', /^(completed|cached)$/, minutes(3))
  await page.getByTestId('stage-validate').click()
  await expect(page.getByTestId('take-away')).toBeVisible()
  await picture(page, 'take-away-validate')

  const out = path.join(scratch, 'taken')
  await app.evaluate(({ dialog }, file) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: file })
  }, out)
  await page.getByTestId('export-zip').click()
  await expect.poll(() => fs.existsSync(`${out}.zip`), { timeout: 30_000 }).toBe(true)
  await expect.poll(() => fs.existsSync(path.join(out, 'enginesmith.json'))).toBe(true)
  const listed = execFileSync(path.resolve('.venv', 'bin', 'python'), ['-m', 'zipfile', '-l', `${out}.zip`], { encoding: 'utf8' })
  expect(listed).toContain('taken/run.py')
  await picture(page, 'taken-away')

  const engine = path.join(out, 'model.engine')
  if (!fs.existsSync(engine)) {
    test.info().annotations.push({ type: 'not judged', description: 'TensorRT-RTX is not here, so no engine was built' })
    await running.close()
    return
  }
  await page.getByTestId('rail-home').click()
  await dropFiles(page, '#app', [engine])
  const card = page.getByTestId('engine-card')
  await expect(card).toContainText('TensorRT-RTX')
  await expect(page.getByTestId('engine-rebuild')).toBeVisible()
  await picture(page, 'dropped-known')
  await page.getByTestId('engine-rebuild').click()
  await expect(page.getByTestId('model-card')).toContainText('.onnx')
  expect(errors).toEqual([])
  await running.close()
})
