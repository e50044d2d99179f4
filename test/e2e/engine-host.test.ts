import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { recipeSchema } from '../../contract/recipe'
import type { Settings } from '../../contract/settings'
import { ask, launchApp, test } from './app'

const sample = path.resolve('resources', 'samples', 'shapes.onnx')
const recipe = recipeSchema.parse({ build: { backend: 'tensorrt-rtx', targets: ['sm86'] } })

/** Builds the sample's engine; whether Electron's main process itself holds the addon and TensorRT afterwards. */
async function build(engineHost: Settings['engineHost']): Promise<{ state: string | false; loadedByMain: boolean }> {
  const { app, page, errors, close } = await launchApp({ settings: { engineHost } })
  const made = await ask(page, 'run.create', { path: sample, recipe })
  if (!made.ok) throw new Error(made.error.message)
  const { id } = made.value
  await ask(page, 'run.start', { id, upTo: 'build' })
  const ended = async (): Promise<string | false> => {
    const run = await ask(page, 'run.get', { id })
    return run.ok && !run.value.running && run.value.stages.build.state
  }
  await expect.poll(ended, { timeout: 60_000 }).not.toBe(false)
  const state = await ended()
  const maps = fs.readFileSync(`/proc/${app.process().pid}/maps`, 'utf8')
  expect(errors).toEqual([])
  await close()
  return { state, loadedByMain: maps.includes('enginesmith.node') && maps.includes('libtensorrt_rtx') }
}

test.describe('where TensorRT works', () => {
  test.skip(process.platform !== 'linux', 'only Linux tells what a process has loaded')

  test('in a process of its own, unless it is set otherwise', async () => {
    expect(await build('child')).toEqual({ state: 'completed', loadedByMain: false })
  })

  test('in the main process, where the setting says so', async () => {
    expect(await build('in-process')).toEqual({ state: 'completed', loadedByMain: true })
  })
})
