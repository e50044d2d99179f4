import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { electronEnv, requireElectron, scriptSwitches } from '../../build/lib/electron-path.mjs'
import type { BatchSnapshot } from '../../contract/batch'
import { readJournal } from '../../electron/core/batch/journal'
import { makeModels, runBatch } from './batch-fixture'
import { record } from './report'

const count = Number(process.env['ENGINESMITH_BENCH_MODELS'] ?? 100)
const kills = 10
const jobs = 2
let folder: string
let models: string

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-bench-'))
  models = path.join(folder, 'models')
  await makeModels(models, count, 5, 5)
  fs.mkdirSync(path.join(folder, 'data'))
}, 600_000)
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

async function start(): Promise<{ app: ElectronApplication; page: Page }> {
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const app = await _electron.launch({
    executablePath: requireElectron().executable,
    args: [...scriptSwitches(), '.'],
    env: { ...env, ...electronEnv(), ENGINESMITH_DATA: path.join(folder, 'data') },
    timeout: 120_000,
  })
  const page = await app.firstWindow()
  await page.getByTestId('rail-home').waitFor({ timeout: 120_000 })
  return { app, page }
}

/** The bridge, as the page uses it. */
async function ask<T>(page: Page, command: string, input: object): Promise<T> {
  const answer = await page.evaluate(
    ([name, value]) =>
      (globalThis as unknown as { enginesmith: { invoke: Record<string, (input: object) => Promise<{ ok: boolean; value: unknown }>> } }).enginesmith.invoke[
        name
      ]?.(value),
    [command, input] as [string, object],
  )
  if (answer?.ok !== true) throw new Error(`${command}: ${JSON.stringify(answer)}`)
  return answer.value as T
}

const verdicts = (rows: ReadonlyArray<{ path: string; verdict: string | null }>): Record<string, string | null> =>
  Object.fromEntries(rows.map(({ path: file, verdict }) => [file, verdict]).sort())

test(`${kills} kills of the app leave a batch of ${count} models with the results of an undisturbed one`, async () => {
  const flags = ['--backend', 'onnxruntime', '--jobs', String(jobs)]
  const undisturbed = await runBatch([models], path.join(folder, 'undisturbed'), path.join(folder, 'data1'), flags)
  let at = ''
  const ended: number[] = []
  for (let kill = 0; kill <= kills; kill++) {
    const { app, page } = await start()
    const batch: BatchSnapshot = at === '' ? await ask(page, 'batch.create', { paths: [models] }) : await ask(page, 'batch.open', { folder: at })
    if (at === '') {
      await ask(page, 'batch.edit', { id: batch.id, rows: batch.rows.map((row) => row.id), edit: { backend: 'onnxruntime' } })
      await ask(page, 'batch.configure', { id: batch.id, limits: { jobs, memory: null, rowMinutes: null } })
    }
    at = batch.folder
    await ask(page, 'batch.act', { id: batch.id, action: 'start' })
    if (kill < kills) {
      // So that all kills fall into the batch: each after a random share of what one tenth of it takes.
      await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * (undisturbed.seconds * 1000 * 0.08)))
      app.process().kill('SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, 500))
    } else {
      await expect.poll(async () => (await ask<BatchSnapshot>(page, 'batch.get', { id: batch.id })).state, { timeout: 900_000, interval: 1000 }).toBe('done')
      const last = await ask<BatchSnapshot>(page, 'batch.get', { id: batch.id })
      const rows = last.rows.map((row) => ({ path: row.path, verdict: row.result?.verdict ?? null }))
      expect(verdicts(rows)).toEqual(verdicts(undisturbed.document.rows))
      expect(last.counts).toEqual(undisturbed.document.counts)
      await app.close()
    }
    ended.push((await readJournal(at)).lines.filter((line) => line.event === 'end').length)
  }
  const { lines } = await readJournal(at)
  const starts = lines.filter((line) => line.event === 'start').length
  const ends = lines.filter((line) => line.event === 'end').length
  record('batch-kill', { models: count, kills, jobs, endedAfterEachStart: ended, starts, ends, again: starts - ends })
  expect(ends).toBe(undisturbed.document.rows.filter((row) => row.state !== 'skipped').length)
  expect(starts - ends).toBeLessThanOrEqual(kills * jobs)
}, 3_600_000)
