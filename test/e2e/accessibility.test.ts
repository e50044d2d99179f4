import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { launchApp, test } from './app'

/** No violation of WCAG 2.1 A and AA, whatever its weight. */
async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).setLegacyMode(true).analyze()
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`))
}

for (const theme of ['light', 'dark'] as const) {
  for (const language of ['en', 'zh-CN'] as const) {
    test(`every view is accessible, ${theme}, ${language}`, async () => {
      const running = await launchApp({ settings: { theme, language } })
      const { page } = running
      await expect.poll(() => page.getByRole('contentinfo').innerText()).not.toContain(language === 'en' ? 'Looking' : '正在检测')
      for (const view of ['home', 'run', 'engine', 'history', 'toolchain', 'settings'] as const) {
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
