import fs from 'node:fs'
import path from 'node:path'
import { expect, type ElectronApplication, type Page } from '@playwright/test'
import { commandChannel } from '../../contract/channels'
import type { Gpu } from '../../contract/environment'
import type { Settings } from '../../contract/settings'
import { violations } from './axe'
import { launchApp, picture, test } from './app'

// One of several GPUs is chosen in the real window and kept. This machine may have none: what the window is told of it is made up, nothing else.

const two: Gpu[] = [
  { name: 'NVIDIA RTX 2000 Ada Generation', computeCapability: '8.9', memoryBytes: 16 * 2 ** 30 },
  { name: 'NVIDIA H100 80GB HBM3', computeCapability: '9.0', memoryBytes: 80 * 2 ** 30 },
]

/** From now on the main process tells of these GPUs, as the driver would. */
async function seeing(app: ElectronApplication, page: Page, gpus: Gpu[], says: string): Promise<void> {
  await app.evaluate(
    ({ ipcMain }, [channel, found]) => {
      type Handler = (event: unknown, input: unknown) => Promise<{ ok: boolean; value: { doctor: object } }>
      const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, Handler> })._invokeHandlers
      const real = handlers.get(channel)
      if (real === undefined) throw new Error('the app answers no question about this machine')
      ipcMain.removeHandler(channel)
      // A fresh look would tell the window of the real machine once more, by an event.
      ipcMain.handle(channel, async (event) => {
        const { value } = await real(event, { refresh: false })
        return { ok: true, value: { ...value, doctor: { ...value.doctor, driver: '580.95.05', gpus: found, device: 0 } } }
      })
    },
    [commandChannel('toolchain.get'), gpus] as [string, Gpu[]],
  )
  await page.getByTestId('rail-toolchain').click()
  // The look of the start is over: a second one beside it is not asked for.
  await expect(page.locator('footer.status .nowrap').first()).toContainText('Python', { timeout: 60_000 })
  await page.getByTestId('look-again').click()
  await expect(page.getByTestId('status-gpu')).toContainText(says, { timeout: 60_000 })
}
const kept = (data: string): number | null => (JSON.parse(fs.readFileSync(path.join(data, 'settings.json'), 'utf8')) as Settings).device

test('one of several GPUs is chosen in the status bar, in Toolchain and in Settings, by mouse and by keys, and stays chosen', async () => {
  test.setTimeout(180_000)
  const running = await launchApp()
  const { app, page, data } = running
  await seeing(app, page, two, 'GPU 0 of 2 · NVIDIA RTX 2000 Ada Generation')
  await picture(page, 'gpu-toolchain')
  const status = page.getByTestId('status-gpu')

  await status.focus()
  await page.keyboard.press('Enter')
  const menu = page.getByTestId('gpu-menu')
  await expect(menu.getByRole('menuitemradio', { name: /None in particular/ })).toBeFocused()
  await picture(page, 'gpu-menu')
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(menu).toBeHidden()
  await expect(status).toBeFocused()
  await expect(status).toContainText('GPU 1 of 2 · NVIDIA H100 80GB HBM3')
  await expect.poll(() => kept(data)).toBe(1)
  await expect(page.locator('[data-gpu="1"]')).toContainText('In use')
  await picture(page, 'gpu-toolchain-chosen')

  await page.getByRole('button', { name: 'Use GPU 0, NVIDIA RTX 2000 Ada Generation' }).click()
  await expect(page.locator('[data-gpu="0"]')).toContainText('In use')
  await expect.poll(() => kept(data)).toBe(0)

  await page.getByTestId('rail-engine').click()
  await expect(page.locator('.n-base-selection-placeholder')).toHaveText('0: NVIDIA RTX 2000 Ada Generation')
  await picture(page, 'gpu-engine')

  await page.getByTestId('rail-settings').click()
  const row = page.getByTestId('setting-gpu')
  await row.scrollIntoViewIfNeeded()
  await picture(page, 'gpu-settings')
  await row.getByRole('combobox', { name: 'GPU' }).click()
  await page.locator('.n-base-select-option', { hasText: '1: NVIDIA H100' }).click()
  await expect.poll(() => kept(data)).toBe(1)
  await expect(status).toContainText('GPU 1 of 2')
  expect(await violations(page)).toEqual([])
  expect(running.errors).toEqual([])
  await app.close()

  // Another start, in the other language and theme; the second GPU was taken out of the machine.
  const again = await launchApp({ data, settings: { language: 'zh-CN', theme: 'dark' } })
  expect(kept(data)).toBe(1)
  await seeing(again.app, again.page, two, 'GPU 1（共 2 个） · NVIDIA H100 80GB HBM3')
  await again.page.getByTestId('status-gpu').click()
  await expect(again.page.getByTestId('gpu-menu').getByRole('menuitemradio', { name: /NVIDIA H100/ })).toBeFocused()
  await picture(again.page, 'gpu-menu-zh-dark')
  await again.page.keyboard.press('Escape')
  await expect(again.page.getByTestId('gpu-menu')).toBeHidden()
  await picture(again.page, 'gpu-toolchain-zh-dark')
  await seeing(again.app, again.page, two.slice(0, 1), 'GPU 1 不在本机')
  await picture(again.page, 'gpu-gone-zh-dark')
  expect(await violations(again.page)).toEqual([])
  await again.page.getByTestId('gpu-none').click()
  await expect(again.page.getByTestId('status-gpu')).toContainText('NVIDIA RTX 2000 Ada Generation')
  await expect.poll(() => kept(data)).toBeNull()
  expect(again.errors).toEqual([])
  await again.close()
  fs.rmSync(data, { recursive: true, force: true })
})
