import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium, type Browser, type Page } from '@playwright/test'

/** Where the package puts itself. */
export const home = '/opt/Enginesmith'
export const resources = path.join(home, 'resources')
/** The user that owns nothing: Debian's `nobody`. */
const nobody = 65534

export const isRoot = process.platform === 'linux' && process.getuid?.() === 0
export const canInstall = isRoot && fs.existsSync('/usr/bin/apt-get')

/** A home folder that an ordinary user may write, outside of every clone. */
export function ordinaryHome(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ordinary user '))
  fs.chownSync(folder, nobody, nobody)
  return folder
}

/** The environment of somebody who has just logged in: nothing of the clone's. */
export const loginEnvironment = (folder: string, more: Record<string, string> = {}): Record<string, string> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: folder,
  LANG: 'C.UTF-8',
  ...more,
})

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program to its end as an ordinary user, or as root. */
export function runAs(who: 'ordinary' | 'root', command: string, args: string[], env: Record<string, string>, cwd: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const ids = who === 'ordinary' ? { uid: nobody, gid: nobody } : {}
    const child = spawn(command, args, { ...ids, env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** The command of the menu entry, with `%U` as the files that a file manager would give. */
export function execLine(desktopFile: string, files: string[]): string[] {
  const line = /^Exec=(.*)$/m.exec(fs.readFileSync(desktopFile, 'utf8'))?.[1]
  if (!line) throw new Error(`${desktopFile} has no Exec line`)
  return line.split(' ').flatMap((part) => (/^%[uUfF]$/.test(part) ? files : [part]))
}

export interface RunningApp {
  browser: Browser
  page: Page
  process: ChildProcess
  /** Command lines of the app and everything that it started. */
  commandLines: () => string[]
  stop: () => Promise<void>
}

/** Every process below one, by /proc. */
export function descendants(pid: number): number[] {
  const parents = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8')
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }]
      } catch {
        return []
      }
    })
  const below = (of: number): number[] => parents.filter(({ parent }) => parent === of).flatMap((child) => [child.pid, ...below(child.pid)])
  return [pid, ...below(pid)]
}

/** Starts the installed app by its menu entry as an ordinary user and joins it as a debugger does: the fuses leave no other way. */
export async function startByMenu(files: string[], folder: string): Promise<RunningApp> {
  const [command = '', ...args] = execLine('/usr/share/applications/enginesmith.desktop', files)
  const display = process.env['DISPLAY'] ?? ''
  const child = spawn(command, [...args, '--remote-debugging-port=0', '--disable-gpu'], {
    uid: nobody,
    gid: nobody,
    cwd: folder,
    env: loginEnvironment(folder, { DISPLAY: display }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const address = await new Promise<string>((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`the app opened no debugging port\n${said}`)), 60_000)
    child.stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-8000)
      const match = /DevTools listening on (ws:\S+)/.exec(said)
      if (!match?.[1]) return
      clearTimeout(timer)
      resolve(match[1])
    })
    child.on('exit', (code) => reject(new Error(`the app ended with ${code}\n${said}`)))
  })
  const browser = await chromium.connectOverCDP(address)
  const context = browser.contexts()[0]
  if (!context) throw new Error('the app has no browser context')
  const page = context.pages()[0] ?? (await context.waitForEvent('page', { timeout: 60_000 }))
  return {
    browser,
    page,
    process: child,
    commandLines: () =>
      descendants(child.pid ?? 0).flatMap((pid) => {
        try {
          return [fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
        } catch {
          return []
        }
      }),
    async stop() {
      await browser.close().catch(() => undefined)
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await gone
      clearTimeout(killer)
    },
  }
}

/** apt's own output is shown where it fails, and only there. */
export function apt(...args: string[]): void {
  try {
    execFileSync('apt-get', ['-y', '-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: 'pipe',
      encoding: 'utf8',
      timeout: 300_000,
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`apt-get ${args.join(' ')} failed\n${stdout ?? ''}\n${stderr ?? ''}`, { cause: error })
  }
}
