import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { venvPython } from '../../build/lib/paths.mjs'
import { dropFiles, launchApp, screenshot, test } from './app'
import { violations } from './axe'
import { stageShows } from './run'

// Real samples in the real window: dropped, looked at, preprocessed, used by every step.

const shots = process.env['ENGINESMITH_SHOTS']
let folder = ''
test.beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-e2e-sample-'))
  const make = `
import sys, os, numpy, torch
from PIL import Image, ImageDraw
os.chdir(sys.argv[1]); os.mkdir('photos')
for index in range(6):
    image = Image.new('RGB', (120, 80), (30 + index * 30, 90, 160)); ImageDraw.Draw(image).ellipse((20, 10, 70, 60), fill=(250, 220, 40 * index))
    image.save(f'photos/{index}.jpg')
torch.save({'image': torch.rand(3, 1, 32, 32)}, 'x.pt')
open('broken.npz', 'w').write('text')
`
  execFileSync(venvPython(path.resolve('.venv')), ['-c', make, folder])
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

test('a folder of images is dropped, looked at, preprocessed and run', async () => {
  test.setTimeout(240_000)
  const running = await launchApp({ size: { width: 1280, height: 900 } })
  const { page, data } = running
  await dropFiles(page, '.shell', [path.resolve('resources', 'samples', 'shapes.onnx')])
  const card = page.getByTestId('sample')
  await card.waitFor()
  await dropFiles(page, '[data-testid=sample]', [path.join(folder, 'photos')])
  const preview = page.getByTestId('sample-preview')
  await expect(preview).toContainText('6 images · 32 × 32 Gray, NCHW', { timeout: 60_000 })
  await expect(preview.locator('img')).toHaveCount(6)
  expect(await preview.locator('img').evaluateAll((all) => all.every((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0))).toBe(true)

  // What is typed reaches the pictures' numbers, and undo takes it back.
  const mean = page.getByTestId('preprocess').getByRole('textbox', { name: 'Mean' })
  await mean.fill('100')
  await mean.press('Enter')
  await expect(preview.locator('tbody tr')).toContainText('-9')
  await mean.blur()
  await page.keyboard.press('Control+z')
  await expect(mean).toHaveValue('0')
  const scale = page.getByTestId('preprocess').getByRole('textbox', { name: 'Scale' })
  await scale.fill('1/127.5')
  await scale.press('Enter')
  expect(await violations(page)).toEqual([])
  if (shots) {
    await card.scrollIntoViewIfNeeded()
    await screenshot(page, path.join(shots, 'sample-en.png'))
  }

  await page.getByTestId('primary-action').click()
  await stageShows(page, 'load', 'completed')
  const [id] = fs.readdirSync(path.join(data, 'runs'))
  const run = JSON.parse(fs.readFileSync(path.join(data, 'runs', id ?? '', 'run.json'), 'utf8')) as { cards: { load: { sets: number; images: object } } }
  expect(run.cards.load).toMatchObject({ sets: 2, images: { images: 6, preprocess: { size: [32, 32], color: 'gray', layout: 'NCHW' } } })

  // Arrays in a .pt, and a file that holds none.
  await dropFiles(page, '[data-testid=sample]', [path.join(folder, 'x.pt')])
  await expect(preview).toContainText('3 × 1 × 32 × 32', { timeout: 60_000 })
  await dropFiles(page, '[data-testid=sample]', [path.join(folder, 'broken.npz')])
  await expect(preview.locator('.fail')).toContainText('broken.npz')
  expect(running.errors).toEqual([])
  await running.close()
})

test('speaks Chinese in the dark', async () => {
  test.setTimeout(120_000)
  const running = await launchApp({ settings: { language: 'zh-CN', theme: 'dark' }, size: { width: 1280, height: 900 } })
  const { page } = running
  await dropFiles(page, '.shell', [path.resolve('resources', 'samples', 'shapes.onnx')])
  await page.getByTestId('sample').waitFor()
  await dropFiles(page, '[data-testid=sample]', [path.join(folder, 'photos')])
  await expect(page.getByTestId('sample-preview')).toContainText('6 张图像', { timeout: 60_000 })
  await expect(page.getByTestId('preprocess')).toContainText('预处理')
  if (shots) {
    await page.getByTestId('preprocess').scrollIntoViewIfNeeded()
    await screenshot(page, path.join(shots, 'sample-zh.png'))
  }
  await running.close()
})
