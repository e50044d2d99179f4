import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, test as base, type CDPSession, type ElectronApplication, type Page } from '@playwright/test'
import type { CommandInput, CommandName, CommandOutput, IpcAnswer } from '../../contract/ipc'
import type { Settings } from '../../contract/settings'
import { electronEnv, requireElectron, scriptSwitches } from '../../build/lib/electron-path.mjs'

/** The folder that holds package.json and out/: the clone, or a copy of it that a person is trying. */
const root = process.env['ENGINESMITH_E2E_APP'] ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Apps that a failed test left behind: they would hold the worker for ever. */
const open = new Set<ElectronApplication>()

/** Playwright's test; at the end of a worker every app that it started is gone. */
export const test = base.extend<object, { apps: void }>({
  apps: [
    async ({}, use) => {
      await use()
      for (const app of open) app.process().kill('SIGKILL')
    },
    { scope: 'worker', auto: true },
  ],
})

export interface RunningApp {
  app: ElectronApplication
  page: Page
  /** Data folder of this start alone, unless one was given. */
  data: string
  /** Everything that the page said as an error, and every exception of it. */
  errors: string[]
  /** Ends the app and removes its data folder. */
  close(): Promise<void>
}

export interface LaunchOptions {
  /** Kept when the app ends: for tests that start it again. */
  data?: string
  settings?: Partial<Settings>
  args?: string[]
  env?: Record<string, string>
  size?: { width: number; height: number }
}

/** Starts the real app, with a data folder of its own and no language or theme of the machine. */
export async function launchApp(options: LaunchOptions = {}): Promise<RunningApp> {
  const data = options.data ?? fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-e2e-'))
  const file = path.join(data, 'settings.json')
  if (options.settings || !fs.existsSync(file)) {
    const before = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Settings>) : {}
    fs.writeFileSync(file, JSON.stringify({ language: 'en', theme: 'light', ...before, ...options.settings }))
  }
  const app = await _electron.launch({
    executablePath: requireElectron().executable,
    args: [...scriptSwitches(), root, ...(options.args ?? [])],
    cwd: root,
    env: { ...(process.env as Record<string, string>), ...electronEnv(), ENGINESMITH_DATA: data, ...options.env },
    timeout: 60_000,
  })
  open.add(app)
  app.on('close', () => open.delete(app))
  const errors: string[] = []
  const page = await app.firstWindow()
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.getByTestId('rail-home').waitFor({ timeout: 60_000 })
  const { width, height } = options.size ?? { width: 1280, height: 800 }
  await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), { width, height })
  return {
    app,
    page,
    data,
    errors,
    close: async () => {
      await app.close()
      if (!options.data) fs.rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

/** Drops files of the disk at the middle of an element, as the system would: enter, over, drop. */
export async function dropFiles(page: Page, selector: string, files: string[], drop = true): Promise<CDPSession> {
  const target = page.locator(selector).first()
  await target.scrollIntoViewIfNeeded()
  const box = await target.boundingBox()
  if (!box) throw new Error(`${selector} is not on the screen`)
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data }
  for (const type of ['dragEnter', 'dragOver', ...(drop ? ['drop'] : [])] as Array<'dragEnter' | 'dragOver' | 'drop'>) {
    await session.send('Input.dispatchDragEvent', { type, ...at })
  }
  return session
}

/** A picture for the eye and for the demo: nothing blinks, nothing moves. */
export async function screenshot(page: Page, file: string): Promise<void> {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
}

/** A picture for whoever looks at what the tests see: into the folder that ENGINESMITH_PICTURES names, else none. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['ENGINESMITH_PICTURES']
  if (folder) await screenshot(page, path.join(folder, `${name}.png`))
}

/** Asks the app over its own bridge, as the page does. */
export async function ask<N extends CommandName>(page: Page, name: N, input: CommandInput<N>): Promise<IpcAnswer<CommandOutput<N>>> {
  const answer: unknown = await page.evaluate(
    ([command, value]) => {
      const { invoke } = (globalThis as unknown as { enginesmith: { invoke: Record<string, (input: unknown) => Promise<unknown>> } }).enginesmith
      return invoke[command]?.(value)
    },
    [name, input] as [string, unknown],
  )
  return answer as IpcAnswer<CommandOutput<N>>
}
