import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { _electron } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { electronEnv, requireElectron, scriptSwitches } from '../../build/lib/electron-path.mjs'
import { median, record } from './report'

const starts = 10
let data: string

beforeAll(() => {
  data = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-bench-'))
})
afterAll(() => fs.rmSync(data, { recursive: true, force: true }))

/** Milliseconds from the spawn of the process to the first contentful paint of its first window. */
async function firstPaint(folder: string): Promise<number> {
  const from = Date.now()
  const app = await _electron.launch({
    executablePath: requireElectron().executable,
    args: [...scriptSwitches(), folder],
    env: { ...definedEnv(), ...electronEnv(), ENGINESMITH_DATA: data },
  })
  try {
    const page = await app.firstWindow()
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
    const painted = await page.evaluate(() => performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN))
    return painted - from
  } finally {
    await app.close()
  }
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

test('the shell paints within 1.5x of a bare Electron window, medians of ten interleaved starts', async () => {
  const bare: number[] = []
  const shell: number[] = []
  await firstPaint('test/bench/bare')
  await firstPaint('.')
  for (let start = 0; start < starts; start++) {
    bare.push(await firstPaint('test/bench/bare'))
    shell.push(await firstPaint('.'))
  }
  const ratio = median(shell) / median(bare)
  record('cold-start', { bareMs: bare, shellMs: shell, bareMedianMs: median(bare), shellMedianMs: median(shell), ratio })
  expect(ratio).toBeLessThan(1.5)
})
