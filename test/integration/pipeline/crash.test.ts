import { execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { recipeSchema } from '../../../contract/recipe'
import type { RunHandle } from '../../../electron/core/api'
import { hasAddon } from '../engine-host/host-entry'
import { codes, hasPython, python, root, startCore, states, type TestCore } from './core'

/** Every target there is, so that the build of the slow model takes its time. */
const build = { backend: 'tensorrt-rtx', targets: ['sm75', 'sm80', 'sm86', 'sm89', 'sm120'] }

let models: string
let test: TestCore
beforeAll(() => {
  models = mkdtempSync(join(tmpdir(), 'enginesmith-models-'))
  if (hasPython) execFileSync(python, [join(root, 'test', 'fixtures', 'native', 'make_models.py'), models, '250'])
})
afterAll(() => rmSync(models, { recursive: true, force: true }))
afterEach(() => test.end())

/** Resolves once the builder itself is at work. */
function building(run: RunHandle): Promise<void> {
  return new Promise((resolve) => {
    const off = run.onChange((snapshot) => {
      const { progress } = snapshot.stages.build
      if (progress === null || progress.parent === null) return
      off()
      resolve()
    })
  })
}

async function slowRun(): Promise<RunHandle> {
  return test.core.runs.create({ path: join(models, 'slow.onnx'), folder: join(test.folder, 'run'), recipe: recipeSchema.parse({ build }) })
}

describe.runIf(hasAddon && hasPython)('a build that does not end well', () => {
  for (const signal of ['SIGKILL', 'SIGSEGV'] as const) {
    it(`is crashed with its last phase when the host dies of ${signal}, and runs again with a fresh host`, async () => {
      test = await startCore()
      const run = await slowRun()
      const work = run.execute({ upTo: 'build' })
      await building(run)
      const first = test.hostPid()
      process.kill(first, signal)
      const snapshot = await work
      expect(states(snapshot)).toEqual(['completed', 'completed', 'crashed', 'pending'])
      const finding = snapshot.stages.build.findings.find((one) => one.code === 'HOST_CRASHED')!
      expect(finding.evidence).toMatchObject({ signal, method: 'engine.build' })
      expect(finding.evidence['phase']).toEqual(expect.any(String))
      expect((await readdir(run.folder)).filter((name) => name.startsWith('.scratch'))).toEqual([])
      const controller = new AbortController()
      const again = run.execute({ upTo: 'build', signal: controller.signal })
      await building(run)
      expect(test.hostPid()).not.toBe(first)
      controller.abort()
      expect(states(await again).slice(0, 3)).toEqual(['cached', 'cached', 'cancelled'])
    })
  }

  it('is over within 1.5 s of a cancel, leaves no half file, and the same host or a fresh one goes on', async () => {
    test = await startCore()
    const run = await slowRun()
    const seen = new Set<string>()
    run.onChange((snapshot) => seen.add(snapshot.stages.build.state))
    const work = run.execute({ upTo: 'build' })
    await building(run)
    const begin = performance.now()
    await run.cancel()
    const snapshot = await work
    expect(performance.now() - begin).toBeLessThan(1500)
    expect(states(snapshot)).toEqual(['completed', 'completed', 'cancelled', 'pending'])
    expect(seen).toContain('cancelling')
    expect(codes(snapshot)).toContain('CANCELLED')
    expect(snapshot.stages.build.artifacts.filter((artifact) => artifact.kind === 'engine')).toEqual([])
    const files = await readdir(run.folder, { recursive: true })
    expect(files.filter((name) => name.endsWith('.engine') || name.includes('.scratch'))).toEqual([])
    await expect(test.core.host.call('cuda.devices', {})).resolves.toBeTruthy()
  })
})
