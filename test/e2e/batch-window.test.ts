import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, type ElectronApplication, type Page } from '@playwright/test'
import { venvPython } from '../../build/lib/paths.mjs'
import { violations } from './axe'
import { dropFiles, launchApp, picture, test } from './app'

// The batch in the real window: what is dropped, how the plan is edited, what runs, what is left when the window closes.

const python = venvPython(path.resolve('.venv'))
const fixtures = path.resolve('test', 'fixtures')
let folder = ''
let models = ''
test.beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-batch-window-'))
  models = path.join(folder, 'mixed')
  const made = path.join(folder, 'made')
  const batch = spawnSync(python, [path.join(fixtures, 'batch', 'make_batch.py'), made, '6', '1', '3'], { encoding: 'utf8' })
  if (batch.status !== 0) throw new Error(batch.stderr)
  fs.mkdirSync(path.join(models, '模型 与 空格'), { recursive: true })
  for (const [index, name] of fs.readdirSync(made).sort().entries())
    fs.renameSync(path.join(made, name), path.join(models, index % 2 === 0 ? '模型 与 空格' : '', name))
  fs.writeFileSync(path.join(models, 'notes.txt'), 'not a model')
  fs.writeFileSync(path.join(models, 'empty.onnx'), '')
  const whole = 'import sys, torch, nets; torch.save({"model": nets.Affine()}, sys.argv[1])'
  execFileSync(python, ['-c', whole, path.join(models, 'whole.pt')], { env: { ...process.env, PYTHONPATH: path.join(fixtures, 'python') } })
  fs.writeFileSync(path.join(folder, 'cpu.json'), JSON.stringify({ version: 1, build: { backend: 'onnxruntime' } }))
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const filter = (page: Page, name: string) => page.getByTestId(`batch-filter-${name}`)
const rowOf = (page: Page, name: string) => page.locator('tr[id^=row-]', { hasText: name })
const cellOf = (page: Page, row: string, column: string) => rowOf(page, row).locator(`[data-column=${column}]`)
const focusedColumn = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-column'))
const firstRows = (page: Page) => page.locator('tr[id^=row-] [data-column=file]')

interface Watched {
  asked: string[]
  saved: string[]
  notices: Array<{ title: string; body: string }>
  kept: number
  let: number
}
/** Answers the system's dialogs, and notes what the app asks of the system. */
async function watchSystem(app: ElectronApplication, target: string, open: string): Promise<void> {
  await app.evaluate(
    ({ dialog, Notification, powerSaveBlocker }, [folder = '', recipe = '']) => {
      const seen = { asked: [] as string[], saved: [] as string[], notices: [] as Array<{ title: string; body: string }>, kept: 0, let: 0 }
      Object.assign(globalThis, { watchedByTest: seen })
      dialog.showSaveDialog = (...given: unknown[]) => {
        const { defaultPath } = given.at(-1) as { defaultPath: string }
        const filePath = `${folder}/${defaultPath}`
        seen.saved.push(filePath)
        return Promise.resolve({ canceled: false, filePath })
      }
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [recipe] })
      dialog.showMessageBox = ((_window: unknown, { message }: { message: string }) => {
        seen.asked.push(message)
        return Promise.resolve({ response: (globalThis as { reply?: number }).reply ?? 0, checkboxChecked: false })
      }) as typeof dialog.showMessageBox
      const start = powerSaveBlocker.start.bind(powerSaveBlocker)
      const stop = powerSaveBlocker.stop.bind(powerSaveBlocker)
      powerSaveBlocker.start = (type) => {
        seen.kept++
        return start(type)
      }
      powerSaveBlocker.stop = (id) => {
        seen.let++
        return stop(id)
      }
      Notification.isSupported = () => true
      Notification.prototype.show = function show(this: Electron.Notification) {
        seen.notices.push({ title: this.title, body: this.body })
      }
    },
    [target, open],
  )
}
const watched = (app: ElectronApplication): Promise<Watched> => app.evaluate(() => (globalThis as unknown as { watchedByTest: Watched }).watchedByTest)

test('a mixed folder is dropped, edited as a table, run, reordered, exported, and its rows are opened', async () => {
  test.setTimeout(300_000)
  const saved = path.join(folder, 'saved')
  fs.mkdirSync(saved)
  const running = await launchApp({ settings: { project: path.join(fixtures, 'python') } })
  const { app, page, errors } = running
  await watchSystem(app, saved, path.join(folder, 'cpu.json'))
  await dropFiles(page, '[data-testid=home-drop]', [models])
  await expect(filter(page, 'all')).toBeVisible({ timeout: 60_000 })
  await expect(filter(page, 'waiting')).toContainText('6')
  await expect(filter(page, 'needs')).toContainText('1')
  await expect(rowOf(page, '模型 与 空格/').first()).toBeVisible()
  await expect(cellOf(page, 'notes.txt', 'state')).toContainText('No model')
  await expect(cellOf(page, 'empty.onnx', 'state')).toContainText('No model')
  await expect(cellOf(page, 'empty.onnx', 'finding')).toContainText('FILE_EMPTY')
  expect(await violations(page)).toEqual([])
  await picture(page, 'window-plan')

  // A file that names code is reviewed before it may be loaded.
  await expect(cellOf(page, 'whole.pt', 'trust')).toContainText('2 names refused')
  await rowOf(page, 'whole.pt').getByRole('checkbox').click()
  await page.getByTestId('batch-trust').click()
  await expect(page.getByTestId('batch-trust-review')).toContainText('nets.Affine')
  expect(await violations(page)).toEqual([])
  await picture(page, 'window-trust')
  await page.getByTestId('confirm').click()
  await expect(cellOf(page, 'whole.pt', 'trust')).toContainText('2 names allowed')
  await page.keyboard.press('Escape')

  // By keys alone: from the name to the shape of its input, written, refused, mended.
  await cellOf(page, 'whole.pt', 'shape').click()
  await page.keyboard.press('F2')
  await page.keyboard.type('x:float33:2x4')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('cell-editor').getByRole('alert')).toContainText('float33')
  expect(await violations(page)).toEqual([])
  await picture(page, 'window-refused')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('x:float32:2x4')
  await page.keyboard.press('Tab')
  await expect(cellOf(page, 'whole.pt', 'shape')).toContainText('2 × 4')
  await page.keyboard.press('Escape')

  // A recipe for many, a column filled down, an edit taken back.
  await filter(page, 'waiting').click()
  await firstRows(page).first().click()
  await page.keyboard.press('Control+a')
  await page.getByTestId('batch-recipe').click()
  await expect(page.locator('[data-column=backend]', { hasText: 'ONNX Runtime CPU' })).toHaveCount(7)
  await expect(page.locator('[data-column=recipe]', { hasText: 'cpu.json' })).toHaveCount(7)
  await page.locator('tr[id^=row-] [data-column=limit]').first().click()
  await page.keyboard.type('5')
  await page.keyboard.press('Enter')
  await expect.poll(() => focusedColumn(page)).toBe('limit')
  await page.keyboard.press('Control+d')
  await expect(page.locator('[data-column=limit]', { hasText: '5 min' })).toHaveCount(7)
  await page.keyboard.press('Control+z')
  await expect(page.locator('[data-column=limit]', { hasText: '5 min' })).toHaveCount(1)
  await page.keyboard.press('Escape')
  // The handle fills too: from the first row over the second.
  await page.locator('tr[id^=row-] [data-column=limit]').first().click()
  const handle = page.getByTestId('fill-handle')
  const box = await handle.boundingBox()
  if (!box) throw new Error('the handle is not on the screen')
  await page.mouse.move(box.x + 4, box.y + 4)
  await page.mouse.down()
  await page.mouse.move(box.x + 4, box.y + 38, { steps: 4 })
  await page.mouse.up()
  await expect(page.locator('[data-column=limit]', { hasText: '5 min' })).toHaveCount(2)

  // Reordered by the head of a column, and one to the front.
  await page.getByTestId('batch-sort-file').click()
  await page.getByTestId('batch-sort-file').click()
  await expect(page.locator('th[aria-sort=descending]')).toHaveCount(1)
  const last = await firstRows(page).last().innerText()
  await page.locator('tr[id^=row-]').last().getByRole('checkbox').click()
  await page.getByTestId('batch-first').click()
  await expect(firstRows(page).first()).toHaveText(last)
  await filter(page, 'all').click()

  // One model side by side, so that there is time to pause.
  await page.getByTestId('batch-limits').click()
  await page.getByLabel('Models side by side').fill('1')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Escape')
  await page.getByTestId('batch-start').click()
  await expect(page.getByTestId('batch-pause')).toBeVisible()
  expect((await watched(app)).kept).toBe(1)
  await page.getByTestId('batch-pause').click()
  await expect(page.getByTestId('batch-go')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await picture(page, 'window-paused')
  // The last one that waits is cancelled while the batch is paused.
  await filter(page, 'waiting').click()
  const victim = await firstRows(page).last().innerText()
  await page.keyboard.press('Escape')
  await rowOf(page, victim).getByRole('checkbox').click()
  await page.getByTestId('batch-cancel-rows').click()
  await filter(page, 'all').click()
  await expect(cellOf(page, victim, 'state')).toContainText('Cancelled')
  await page.getByTestId('batch-go').click()
  await expect(page.getByTestId('batch-finished')).toHaveText('7 of 7 finished', { timeout: 120_000 })
  await expect.poll(async () => (await watched(app)).let).toBeGreaterThanOrEqual(1)
  const { kept, let: released } = await watched(app)
  expect(released).toBe(kept)
  await expect.poll(async () => (await watched(app)).notices.length).toBe(1)
  expect((await watched(app)).notices[0]).toMatchObject({ title: 'The batch is finished' })

  // What was cancelled is tried again.
  await page.getByTestId('batch-retry').click()
  await page.getByTestId('batch-start').click()
  await expect(page.getByTestId('batch-finished')).toHaveText('7 of 7 finished', { timeout: 120_000 })
  await expect(cellOf(page, victim, 'state')).toContainText(/Pass|Fail/)
  await expect(filter(page, 'fail')).toContainText('1')
  await page.getByTestId('batch-charts').click()
  await expect(page.getByTestId('batch-chart-row').locator('svg')).toHaveCount(3)
  expect(await violations(page)).toEqual([])
  await picture(page, 'window-done')

  // Every form of the results goes where the dialog said, and says the same.
  for (const label of ['Table (CSV)', 'Results (JSON)', 'JUnit XML', 'Report (HTML)']) {
    await page.getByTestId('batch-export').click()
    await page.getByText(label, { exact: true }).click()
  }
  const read = (ending: string): string => fs.readFileSync(path.join(saved, `mixed${ending}`), 'utf8')
  await expect.poll(() => fs.readdirSync(saved).sort()).toEqual(['mixed.csv', 'mixed.html', 'mixed.json', 'mixed.xml'])
  const results = JSON.parse(read('.json')) as {
    counts: Record<string, number>
    rows: Array<{ path: string; state: string; result: { verdict: string } | null }>
  }
  expect(results.counts).toMatchObject({ fail: 1, error: 0 })
  const verdictOf = new Map(results.rows.map((row) => [row.path, row.result?.verdict ?? row.state]))
  expect([...verdictOf.keys()].some((name) => name.includes('模型 与 空格'))).toBe(true)
  const table = read('.csv')
  for (const name of verdictOf.keys()) expect(table).toContain(name)
  expect(read('.xml').match(/<failure/g)).toHaveLength(1)
  expect(read('.html')).toContain('模型 与 空格')

  // A row's run, and back: the sheet is as it was left.
  await filter(page, 'fail').click()
  await firstRows(page).first().getByRole('button').click()
  await expect(page.locator('main[data-view=run]')).toBeVisible()
  await page.getByTestId('rail-batch').click()
  await expect(filter(page, 'fail')).toHaveAttribute('aria-pressed', 'true')
  await expect(firstRows(page)).toHaveCount(1)
  expect(errors).toEqual([])
  await running.close()
})

test('closing in the middle leaves a batch that the next start offers to resume', async () => {
  test.setTimeout(240_000)
  const data = path.join(folder, 'data')
  fs.mkdirSync(data)
  const first = await launchApp({ data, settings: { language: 'en', theme: 'light' } })
  await watchSystem(first.app, folder, '')
  await first.page.getByTestId('rail-batch').click()
  expect(await violations(first.page)).toEqual([])
  await picture(first.page, 'window-empty')
  await dropFiles(first.page, 'main', [models])
  await expect(filter(first.page, 'waiting')).toContainText('6', { timeout: 60_000 })
  await rowOf(first.page, 'whole.pt').getByRole('switch').click()
  await expect(cellOf(first.page, 'whole.pt', 'state')).toContainText('Left out')
  await first.page.getByTestId('batch-limits').click()
  await first.page.getByLabel('Models side by side').fill('1')
  await first.page.keyboard.press('Tab')
  await first.page.keyboard.press('Escape')
  await first.page.getByTestId('batch-start').click()
  await expect(first.page.getByTestId('batch-finished')).toHaveText(/^[1-5] of 6/, { timeout: 60_000 })
  await first.page.getByTestId('batch-pause').click()
  await expect(first.page.getByTestId('batch-go')).toBeVisible()
  const close = (reply: number): Promise<void> =>
    first.app.evaluate(({ BrowserWindow }, given) => {
      Object.assign(globalThis, { reply: given })
      BrowserWindow.getAllWindows()[0]?.close()
    }, reply)
  await close(1)
  await expect.poll(async () => (await watched(first.app)).asked).toEqual([expect.stringMatching(/^A batch \([1-5] of 6 models left\) is still under way$/)])
  await expect(first.page.getByTestId('batch-go')).toBeVisible()
  const gone = first.app.waitForEvent('close')
  await close(0)
  await gone

  const second = await launchApp({ data })
  await expect(second.page.getByTestId('batch-interrupted')).toContainText('mixed was interrupted')
  expect(await violations(second.page)).toEqual([])
  await second.page.getByTestId('batch-resume').click()
  await expect(second.page.getByTestId('batch-finished')).toHaveText('6 of 6 finished', { timeout: 120_000 })
  await expect(cellOf(second.page, 'whole.pt', 'state')).toContainText('Left out')
  expect(second.errors).toEqual([])
  await second.close()
})

test('a folder of nothing but junk says so, and a long look through files is stopped', async () => {
  const junk = path.join(folder, 'junk')
  fs.mkdirSync(junk)
  for (const name of ['a.txt', 'b.png', 'c.onnx']) fs.writeFileSync(path.join(junk, name), 'nothing of use')
  const many = path.join(folder, 'many')
  fs.mkdirSync(many)
  for (let n = 0; n < 6000; n++) fs.writeFileSync(path.join(many, `${n}.bin`), `junk ${n}`)
  const running = await launchApp()
  const { page } = running
  await dropFiles(page, '[data-testid=home-drop]', [junk])
  await expect(page.locator('[data-code=BATCH_EMPTY]')).toContainText('3 files were looked at', { timeout: 30_000 })
  await expect(page.getByTestId('batch-start')).toHaveCount(0)
  expect(await violations(page)).toEqual([])
  await picture(page, 'window-junk')
  await page.getByRole('button', { name: 'All batches' }).click()
  await dropFiles(page, 'main', [many])
  await expect(page.getByTestId('batch-looking')).toBeVisible()
  await picture(page, 'window-looking')
  await page.getByTestId('batch-stop-looking').click()
  await expect(page.getByTestId('batch-choose')).toBeVisible()
  expect(running.errors).toEqual([])
  await running.close()
})
