import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type ElectronApplication, type Page } from '@playwright/test'
import { venvPython } from '../../build/lib/paths.mjs'
import { recipeSchema } from '../../contract/recipe'
import { ask, dropFiles, launchApp, picture } from './app'
import { violations } from './axe'
import { stageShows } from './run'

/** Convert in the real window, with real torch and the real parser of TensorRT-RTX. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-convert-'))
const at = (name: string): string => path.join(folder, name)

const more = `

class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        y = self.fc(x)
        return y * 2 if y.sum() > 0 else y


class Sized(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(x) * torch.tensor([x.shape[0], 1, 1, 1])
`

test.beforeAll(() => {
  fs.writeFileSync(at('nets.py'), fs.readFileSync(path.resolve('test/fixtures/cli/nets.py'), 'utf8') + more)
  const save =
    "import torch, nets; torch.manual_seed(0); [torch.save(getattr(nets, n)().state_dict(), f'{n}.pt') for n in ('Small', 'Refused', 'Branching', 'Sized')]"
  execFileSync(venvPython(path.resolve('.venv')), ['-c', save], { cwd: folder })
})
test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** What the person answers in the system's dialog. */
const answerSave = (app: ElectronApplication, file: string | null): Promise<void> =>
  app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve(filePath === null ? { canceled: true, filePath: '' } : { canceled: false, filePath })
  }, file)

/** A dropped state_dict, with the class and the inputs that a person would state. */
async function open(page: Page, name: string, shape: Array<number | string>): Promise<void> {
  await dropFiles(page, '[data-testid=home-drop]', [at(`${name}.pt`)])
  await expect(page.getByTestId('model-card')).toContainText(name)
  const listed = await ask(page, 'run.list', {})
  const id = listed.ok ? listed.value[0]?.id : undefined
  const recipe = recipeSchema.parse({ load: { model: `nets:${name}`, inputs: [{ name: 'x', dtype: 'float32', shape }] } })
  // The window does so when a person types the class.
  await ask(page, 'trust.confirmClass', { model: recipe.load.model, modelArgs: null })
  const set = await ask(page, 'run.setRecipe', { id: id ?? '', recipe })
  expect(set.ok).toBe(true)
}

async function loaded(page: Page): Promise<void> {
  await page.getByTestId('primary-action').click()
  await stageShows(page, 'load', /completed|cached/)
  await page.getByTestId('stage-convert').click()
}

async function convert(page: Page): Promise<void> {
  await loaded(page)
  await page.getByTestId('primary-action').click()
  await stageShows(page, 'convert', /completed|cached/)
}

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`refused nodes, copies and options of Convert, ${language} ${theme}`, async () => {
    test.setTimeout(300_000)
    const running = await launchApp({ settings: { language, theme, project: folder }, size: { width: 1280, height: 900 } })
    const { app, page, errors } = running
    await open(page, 'Refused', [2, 4, 4])
    await convert(page)
    const ready = page.getByTestId('ready')
    await expect(ready.locator('tbody tr')).toHaveCount(2)
    for (const operator of ['Det', 'Bernoulli']) await expect(ready).toContainText(operator)
    await expect(ready).toContainText(/nets\.py:\d+/)
    await ready.scrollIntoViewIfNeeded()
    await picture(page, `ready-${language}-${theme}`)
    expect(await violations(page)).toEqual([])

    await page.getByTestId('rail-home').click()
    await open(page, 'Small', ['N', 3, 8, 8])
    await convert(page)
    await expect(ready).toContainText(language === 'en' ? 'takes every node' : '接受每个节点')
    // An option is explained, marked as changed, and goes back to its default by its own button or by undo.
    const simplify = page.locator('[data-option=simplify]')
    await simplify.getByRole('switch').click()
    await expect(simplify.getByRole('switch')).toHaveAttribute('aria-checked', 'true')
    await simplify.getByRole('button').click()
    await expect(simplify.getByRole('switch')).toHaveAttribute('aria-checked', 'false')
    await page.getByTestId('undo').click()
    await expect(simplify.getByRole('switch')).toHaveAttribute('aria-checked', 'true')
    await page.locator('[data-option=graphPrecision] .n-select').click()
    await page.getByText('FP16', { exact: true }).click()
    await expect(page.locator('[data-option=keepFp32]')).toBeVisible()
    await page.getByTestId('primary-action').click()
    await expect(page.getByTestId('stage-convert')).toHaveAttribute('data-sign', 'completed', { timeout: 60_000 })
    await expect(page.getByTestId('simplified')).toContainText(/4.*4/)
    await expect(page.getByTestId('precision')).toContainText('FP16')
    await expect(page.getByTestId('second-size')).toContainText('N=')
    await picture(page, `precision-${language}-${theme}`)

    // Every other kind of file: asked where to, written whole, compared, listed.
    for (const [target, name] of [
      ['torchscript', 'small.pt'],
      ['exported-program', 'small.pt2'],
      ['safetensors', 'small.safetensors'],
      ['wts', 'small.wts'],
    ] as const) {
      const row = page.locator(`[data-target=${target}]`)
      await answerSave(app, null)
      await row.getByRole('button').last().click()
      await answerSave(app, at(name))
      await row.getByRole('button').last().click()
      await expect(page.getByTestId('copy').first()).toContainText(name, { timeout: 60_000 })
      expect(fs.statSync(at(name)).size).toBeGreaterThan(100)
    }
    const results = page.getByTestId('copy')
    await expect(results).toHaveCount(4)
    await expect(results.nth(3)).toContainText(language === 'en' ? 'Equal' : '一致')
    await expect(results.nth(2)).toContainText(language === 'en' ? 'lifted' : '提升')
    await results.first().getByRole('button', { expanded: false }).first().click()
    await expect(results.first()).toContainText('conv.weight')
    await page.getByTestId('copies').scrollIntoViewIfNeeded()
    await picture(page, `copies-${language}-${theme}`)
    await results.first().scrollIntoViewIfNeeded()
    await picture(page, `copied-${language}-${theme}`)
    expect(await violations(page)).toEqual([])
    // The file that the model came from is never the place of its copy.
    await answerSave(app, at('Small.pt'))
    await page.locator('[data-target=wts]').getByRole('button').last().click()
    await expect(page.getByTestId('copies').locator('[data-code=OUT_EXISTS]')).toBeVisible()
    expect(errors).toEqual([])
    await running.close()
  })
}

test('the other exporter is one click away where one fails, and where it froze a size', async () => {
  test.setTimeout(240_000)
  const running = await launchApp({ settings: { project: folder }, size: { width: 1280, height: 900 } })
  const { page, errors } = running
  const exporter = (name: string) => page.getByRole('radio', { name: new RegExp(`^${name}`) })
  // torch.export does not take a branch that hangs on values; a trace follows one way.
  await open(page, 'Branching', [2, 4])
  await loaded(page)
  await page.getByTestId('primary-action').click()
  await stageShows(page, 'convert', 'failed')
  await page.locator('[data-code=CONVERT_FAILED]').getByRole('button', { name: 'Use the torchscript exporter' }).click()
  await stageShows(page, 'convert', 'completed')
  await expect(exporter('TorchScript')).toBeChecked()

  // A trace writes the sample's size into the graph, which the second size shows; torch.export keeps it.
  await page.getByTestId('rail-home').click()
  await open(page, 'Sized', ['N', 4])
  await loaded(page)
  await page.getByText('Traces one run.').click()
  await page.getByTestId('primary-action').click()
  const finding = page.locator('[data-code=CONVERT_MISMATCH]')
  await expect(finding).toContainText('not at a second input', { timeout: 60_000 })
  await picture(page, 'frozen')
  await finding.getByRole('button', { name: 'Use the dynamo exporter' }).click()
  await expect(finding).toHaveCount(0, { timeout: 60_000 })
  await expect(page.getByTestId('convert-compare')).toContainText('Equal')
  await expect(page.getByTestId('second-size')).toContainText('N=')
  await expect(exporter('Dynamo')).toBeChecked()
  expect(errors).toEqual([])
  await running.close()
})

test('an ONNX file is asked about on Load already', async () => {
  const running = await launchApp()
  const { page, errors } = running
  await dropFiles(page, '[data-testid=home-drop]', [path.resolve('test/fixtures/native/unknown_operators.onnx')])
  const ready = page.getByTestId('ready')
  await expect(ready.locator('tbody tr')).toHaveCount(2)
  await expect(ready).toContainText('Frobnicate')
  // Of a file without PyTorch there is no other exporter.
  await expect(ready.getByRole('button')).toHaveText(['Choose another backend'])
  await ready.scrollIntoViewIfNeeded()
  await picture(page, 'ready-onnx')
  expect(await violations(page)).toEqual([])
  expect(errors).toEqual([])
  await running.close()
})
