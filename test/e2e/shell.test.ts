import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { ask, dropFiles, launchApp, test, type RunningApp } from './app'

test.describe('shell', () => {
  let running: RunningApp
  test.beforeAll(async () => {
    running = await launchApp()
  })
  test.afterAll(async () => {
    await running.close()
  })
  test.afterEach(() => {
    expect(running.errors).toEqual([])
  })

  test('shows Home, the version and what this machine has', async () => {
    const { page } = running
    await expect(page).toHaveTitle('Enginesmith')
    await expect(page.getByTestId('home-drop')).toBeVisible()
    const version = (JSON.parse(fs.readFileSync('package.json', 'utf8')) as { version: string }).version
    await expect(page.getByTestId('version')).toHaveText(version)
    const answer = await ask(page, 'toolchain.get', { refresh: false })
    expect(answer.ok).toBe(true)
    if (!answer.ok) return
    const { python } = answer.value.doctor
    if (python.version) await expect(page.getByRole('contentinfo')).toContainText(`Python ${python.version.split('.').slice(0, 2).join('.')}`)
  })

  test('goes to each view by its button and by its key', async () => {
    const { page } = running
    for (const [view, key] of [
      ['batch', 'Control+3'],
      ['history', 'Control+4'],
      ['toolchain', 'Control+5'],
      ['settings', 'Control+,'],
      ['run', 'Control+2'],
      ['home', 'Control+1'],
    ] as const) {
      await page.getByTestId(`rail-${view}`).click()
      await expect(page.locator(`main[data-view=${view}]`)).toBeVisible()
      await expect(page.getByTestId(`rail-${view}`)).toHaveAttribute('aria-current', 'page')
      await page.keyboard.press(view === 'home' ? 'Control+3' : 'Control+1')
      await page.keyboard.press(key)
      await expect(page.locator(`main[data-view=${view}]`)).toBeVisible()
    }
    await page.keyboard.press('Control+,')
    await expect(page.locator('main[data-view=settings]')).toBeVisible()
    await page.keyboard.press('Control+1')
  })

  test('finds an action with Ctrl K, by typing, and gives the focus back', async () => {
    const { page } = running
    await page.getByTestId('rail-home').focus()
    await page.keyboard.press('Control+k')
    const palette = page.getByTestId('palette')
    await expect(palette).toBeVisible()
    await page.keyboard.type('toolc')
    await expect(palette.getByRole('option')).toHaveCount(2)
    await page.keyboard.press('Enter')
    await expect(page.locator('main[data-view=toolchain]')).toBeVisible()
    await expect(palette).toHaveCount(0)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('nothing like this')
    await expect(palette).toContainText('Nothing matches nothing like this')
    await page.keyboard.press('Escape')
    await expect(palette).toHaveCount(0)
    await page.getByTestId('search').click()
    await expect(palette).toBeVisible()
    await page.keyboard.press('Control+k')
    await expect(palette).toHaveCount(0)
  })

  test('reaches every part of Home with Tab, each with a visible ring', async () => {
    const { page } = running
    await page.getByTestId('rail-home').click()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    const seen: string[] = []
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab')
      const here = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement
        const style = getComputedStyle(element)
        const name = element.dataset['testid'] ?? element.getAttribute('aria-label') ?? element.innerText
        return { name: name.trim().split('\n')[0] ?? '', ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, tag: element.tagName }
      })
      if (here.tag === 'BODY') break
      expect(here, `a ring on ${here.name}`).toMatchObject({ ring: true })
      seen.push(here.name)
    }
    expect(seen).toEqual(
      expect.arrayContaining([
        'search',
        'rail-home',
        'rail-run',
        'rail-history',
        'rail-toolchain',
        'rail-settings',
        'home-drop',
        'home-open',
        'home-sample',
        'Look again',
      ]),
    )
  })

  test('says what a drop would do, while files are over the window', async () => {
    const { page } = running
    const session = await dropFiles(page, '[data-testid=home-drop]', [path.resolve('package.json')], false)
    await expect(page.getByTestId('drop-overlay')).toBeVisible()
    await expect(page.getByTestId('drop-overlay')).toHaveCount(0)
    await session.detach()
  })

  test('looks at the machine again with F5', async () => {
    const { page } = running
    await page.getByTestId('rail-toolchain').click()
    await expect(page.getByTestId('look-again')).toBeVisible()
    const before = await ask(page, 'toolchain.get', { refresh: false })
    await page.waitForTimeout(20)
    await page.keyboard.press('F5')
    await expect
      .poll(async () => {
        const after = await ask(page, 'toolchain.get', { refresh: false })
        return before.ok && after.ok && after.value.checkedAt > before.value.checkedAt
      })
      .toBe(true)
  })

  test('keeps to its layout in the smallest window', async () => {
    const { app, page } = running
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(300, 200))
    await expect.poll(() => page.evaluate(() => [innerWidth, innerHeight])).toEqual([1100, 700])
    for (const view of ['home', 'history', 'toolchain', 'settings'] as const) {
      await page.getByTestId(`rail-${view}`).click()
      await page.locator(`main[data-view=${view}]`).waitFor()
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      expect(wide, `${view} is wider than the window`).toBe(false)
    }
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800))
  })
})

test('speaks the chosen language and wears the chosen theme, also after a restart', async () => {
  const first = await launchApp()
  const { page } = first
  await page.getByTestId('rail-settings').click()
  await page.getByTestId('language').getByText('简体中文').click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(page.getByTestId('rail-home')).toContainText('首页')
  await page.getByTestId('theme').getByText('深色').click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(20, 22, 26)')
  await expect.poll(() => first.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark')
  expect(first.errors).toEqual([])
  await first.app.close()

  const second = await launchApp({ data: first.data })
  await expect(second.page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(second.page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await second.page.keyboard.press('Control+k')
  await second.page.keyboard.type('English')
  await second.page.keyboard.press('Enter')
  await expect(second.page.getByTestId('rail-home')).toContainText('Home')
  expect(second.errors).toEqual([])
  await second.app.close()
  fs.rmSync(first.data, { recursive: true, force: true })
})
