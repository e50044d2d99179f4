import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from '@playwright/test'
import { commands } from '../../contract/ipc'
import { contentPolicy } from '../../electron/main/security/content-policy'
import { ask, launchApp, test, type RunningApp } from './app'

// DESIGN section 7, each rule asserted on the running app; the unit tests hold the same rules by themselves.
test.describe('security', () => {
  let running: RunningApp
  test.beforeAll(async () => {
    running = await launchApp()
  })
  test.afterAll(async () => {
    await running.close()
  })

  test('the page comes from its own scheme, under the policy as a header', async () => {
    const { page } = running
    expect(page.url()).toBe('app://enginesmith/index.html')
    const header = await page.evaluate(async () => (await fetch('app://enginesmith/index.html')).headers.get('content-security-policy'))
    expect(header).toBe(contentPolicy)
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
  })

  test('the page has no Node and no Electron, and the bridge has nothing but the contract', async () => {
    const { page } = running
    const seen = await page.evaluate(() => {
      const w = globalThis as unknown as Record<string, unknown> & { enginesmith: { invoke: object } }
      return {
        node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'ipcRenderer', 'electron'].filter((name) => name in w),
        bridge: Object.keys(w.enginesmith).sort(),
        commands: Object.keys(w.enginesmith.invoke).sort(),
        frozen: Object.isFrozen(w.enginesmith) && Object.isFrozen(w.enginesmith.invoke),
      }
    })
    expect(seen).toEqual({ node: [], bridge: ['getPathForFile', 'invoke', 'on'], commands: Object.keys(commands).sort(), frozen: true })
  })

  test('every web preference that Electron tells again is the hardened one', async () => {
    const preferences = await running.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences: () => Record<string, unknown> }
      return contents.getLastWebPreferences()
    })
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    })
  })

  test('no text becomes code: neither eval nor an inline script nor a foreign one', async () => {
    const { page } = running
    const done = await page.evaluate(async () => {
      const outcome: string[] = []
      const w = globalThis as unknown as { ran?: boolean }
      for (const source of ['', 'https://example.com/x.js', 'data:text/javascript,globalThis.ran=true']) {
        const script = document.createElement('script')
        if (source) script.src = source
        else script.textContent = 'globalThis.ran = true'
        document.head.append(script)
        await new Promise((resolve) => setTimeout(resolve, 100))
        outcome.push(w.ran ? 'ran' : 'refused')
        script.remove()
      }
      const frame = document.createElement('iframe')
      frame.src = 'app://enginesmith/index.html'
      document.body.append(frame)
      await new Promise((resolve) => setTimeout(resolve, 200))
      let inside = 'refused'
      try {
        if (frame.contentDocument?.getElementById('app')) inside = 'loaded'
      } catch {
        inside = 'refused'
      }
      frame.remove()
      return [...outcome, inside]
    })
    expect(done).toEqual(['refused', 'refused', 'refused', 'refused'])
    // Playwright's own evaluate is not under the policy; a handler made from text is.
    const evaluated = await page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.blockedURI), { once: true })
          const button = document.createElement('button')
          button.setAttribute('onclick', 'globalThis.ran = true')
          button.click()
        }),
    )
    expect(evaluated).toBe('inline')
  })

  test('nothing leaves: no request, no file of the disk, no path out of the folder', async () => {
    const fetched = await running.page.evaluate(
      async (own) => {
        const tryFetch = (url: string): Promise<string> =>
          fetch(url).then(
            (response) => String(response.status),
            () => 'refused',
          )
        return Promise.all(
          [
            'https://example.com/',
            'http://127.0.0.1:9/',
            own,
            'app://other/index.html',
            'app://enginesmith/..%2f..%2fpackage.json',
            'app://enginesmith/none.js',
          ].map(tryFetch),
        )
      },
      pathToFileURL(path.resolve('package.json')).href,
    )
    expect(fetched).toEqual(['refused', 'refused', 'refused', 'refused', '404', '404'])
    const main = await running.app.evaluate(({ session }) =>
      session.defaultSession.fetch('https://example.com/').then(
        () => 'answered',
        (error: Error) => error.message,
      ),
    )
    expect(main).toContain('ERR_BLOCKED_BY_CLIENT')
  })

  test('the page goes nowhere and opens nothing', async () => {
    const { app, page } = running
    expect(await page.evaluate(() => window.open('https://pytorch.org/'))).toBeNull()
    expect(await page.evaluate(() => window.open('app://enginesmith/index.html'))).toBeNull()
    await page.evaluate(() => {
      location.href = 'https://example.com/'
    })
    await page.evaluate(
      (url) => {
        const link = document.createElement('a')
        link.href = url
        document.body.append(link)
        link.click()
        link.remove()
      },
      pathToFileURL(path.resolve('package.json')).href,
    )
    await page.waitForTimeout(300)
    expect(page.url()).toBe('app://enginesmith/index.html')
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
    // Playwright's locators would wait for the navigation that was refused.
    expect(await page.evaluate(() => document.querySelector('[data-testid=rail-home]') !== null)).toBe(true)
  })

  test('every permission of the web is denied', async () => {
    const states = await running.page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'midi'] as PermissionName[]
      const states = await Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
      const media = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'granted',
        () => 'denied',
      )
      return [...new Set([...states, media, await Notification.requestPermission()])]
    })
    expect(states).toEqual(['denied'])
  })

  test('a page of another origin with the same preload is refused', async () => {
    const { app } = running
    const answer = await app.evaluate(async ({ app, BrowserWindow }) => {
      const preload = `${app.getAppPath()}/out/preload/index.cjs`
      const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true, contextIsolation: true } })
      await other.loadURL('data:text/html,<p>hello')
      const result = (await other.webContents.executeJavaScript(`enginesmith.invoke['run.list']({})`)) as unknown
      other.destroy()
      return result
    })
    expect(answer).toMatchObject({ ok: false, error: { message: 'This page may not send commands.' } })
  })

  test('only listed links are opened, and wrong inputs go no further than the check', async () => {
    const { app, page } = running
    await app.evaluate(({ shell }) => {
      const opened: string[] = []
      Object.assign(globalThis, { opened })
      shell.openExternal = (url) => {
        opened.push(url)
        return Promise.resolve()
      }
    })
    for (const url of ['http://pytorch.org/', 'file:///etc/passwd', 'https://pytorch.org.evil.example/', 'javascript:alert(1)']) {
      expect(await ask(page, 'link.open', { url })).toMatchObject({ ok: false, error: { code: 'USAGE' } })
    }
    expect(await ask(page, 'link.open', { url: 'https://pytorch.org/docs' })).toMatchObject({ ok: true })
    expect(await app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual(['https://pytorch.org/docs'])
    expect(await ask(page, 'settings.set', { theme: 'purple' as 'dark' })).toMatchObject({ ok: false, error: { code: 'USAGE' } })
  })

  test('there is no menu whose keys could open tools', async () => {
    expect(await running.app.evaluate(({ Menu }) => Menu.getApplicationMenu() === null || process.platform === 'darwin')).toBe(true)
    await running.page.keyboard.press('Control+Shift+I')
    await running.page.keyboard.press('F12')
    expect(await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.isDevToolsOpened())).toBe(false)
  })
})
