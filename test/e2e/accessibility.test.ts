import { expect } from '@playwright/test'
import { launchApp, test } from './app'
import { violations } from './axe'

for (const theme of ['light', 'dark'] as const) {
  for (const language of ['en', 'zh-CN'] as const) {
    test(`every view is accessible, ${theme}, ${language}`, async () => {
      const running = await launchApp({ settings: { theme, language } })
      const { page } = running
      await expect.poll(() => page.getByRole('contentinfo').innerText()).not.toContain(language === 'en' ? 'Looking' : '正在检测')
      for (const view of ['home', 'run', 'batch', 'engine', 'history', 'toolchain', 'settings'] as const) {
        await page.getByTestId(`rail-${view}`).click()
        await page.locator(`main[data-view=${view}]`).waitFor()
        await page.waitForTimeout(300)
        expect(await violations(page), view).toEqual([])
      }
      await page.keyboard.press('Control+k')
      await page.getByTestId('palette').waitFor()
      expect(await violations(page), 'palette').toEqual([])
      await running.close()
    })
  }
}

test('nothing turns where the system asks for less motion', async () => {
  const running = await launchApp()
  await running.page.emulateMedia({ reducedMotion: 'reduce' })
  const name = await running.page.evaluate(() => {
    const arc = document.createElement('i')
    arc.className = 'spin'
    document.body.append(arc)
    const { animationName } = getComputedStyle(arc)
    arc.remove()
    return animationName
  })
  expect(name).toBe('none')
  await running.close()
})
