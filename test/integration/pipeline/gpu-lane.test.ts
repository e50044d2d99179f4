import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Environment } from '../../../contract/environment'
import type { RunSnapshot } from '../../../contract/run'
import type { EngineHost, RunHandle } from '../../../electron/core/api'
import { createRuns } from '../../../electron/core/pipeline/runs'
import { stages } from '../../../electron/core/pipeline/stages'
import type { StageServices } from '../../../electron/core/pipeline/stage'
import { takeGpuLane } from '../../../electron/core/store/gpu-lane'
import type { FolderLock } from '../../../electron/core/store/lock'
import { hasAddon } from '../engine-host/host-entry'
import { hasPython, sampleRecipe, samples, startCore, type TestCore } from './core'

const gpu = { name: 'GPU', computeCapability: '8.6', memoryBytes: 1 }
let test: TestCore
let services: StageServices
let counted = 0
beforeAll(async () => {
  test = await startCore()
  const { core } = test
  // A GPU for machines that have none: everything is real but the answers to what GPUs there are.
  const host: EngineHost = {
    call: async (method, params, options) =>
      method === 'cuda.devices'
        ? ({ driver: '1', reason: null, devices: [{ index: 0, ...gpu, uuid: 'GPU-test' }] } as never)
        : core.host.call(method, params, options),
    dispose: () => Promise.resolve(),
  }
  const environment = async (): Promise<Environment> => ({ ...(await core.toolchain.environment()), gpus: [gpu] })
  services = {
    host,
    pythons: core.pythons,
    toolchain: { ...core.toolchain, environment },
    trust: core.trust,
    settings: () => core.settings(),
    describeFile: (path, options) => core.describeFile(path, options),
    appVersion: '0',
    dataFolder: core.dataFolder,
    durations: { get: () => null, set: () => undefined },
  }
})
afterAll(() => test.end())

const elsewhere = (): Promise<FolderLock | null> =>
  takeGpuLane({ ...services, device: null, work: 'build', signal: new AbortController().signal, onWait: () => undefined, onUnguarded: () => undefined })

async function create(build: Record<string, unknown>): Promise<RunHandle> {
  const runs = createRuns({ dataFolder: test.core.dataFolder, services, stages, oneShot: true })
  return runs.create({ path: join(samples, 'shapes.onnx'), folder: join(test.folder, `lane ${counted++}`), recipe: sampleRecipe(build) })
}

/** Resolves when the build says that it waits. */
const waits = (run: RunHandle): Promise<RunSnapshot> =>
  new Promise((resolve) => {
    run.onChange((snapshot) => {
      if (snapshot.stages.build.progress?.phase === `Waiting for the GPU (process ${process.pid} is building)`) resolve(snapshot)
    })
  })

describe.runIf(hasAddon && hasPython)('a build on a GPU', () => {
  it('waits while another process has it, says so, and stops waiting when cancelled', async () => {
    const lane = await elsewhere()
    const run = await create({ targets: [] })
    const told = waits(run)
    const work = run.execute({ upTo: 'build' })
    expect((await told).stages.build.state).toBe('running')
    await run.cancel()
    expect((await work).stages.build.state).toBe('cancelled')
    const again = waits(run)
    const second = run.execute({ upTo: 'build' })
    await again
    await lane?.release()
    // What it comes to hangs on the GPU; that it went on is what is seen here.
    expect((await second).stages.build.state).not.toBe('cancelled')
    await run.close()
    await (await elsewhere())?.release()
  })

  it('that needs none does not wait', async () => {
    const lane = await elsewhere()
    const run = await create({ targets: ['sm86'] })
    expect((await run.execute({ upTo: 'build' })).stages.build.state).toBe('completed')
    await run.close()
    const plain = await create({ backend: 'onnxruntime', targets: [] })
    expect((await plain.execute({ upTo: 'build' })).stages.build.state).toBe('completed')
    await plain.close()
    await lane?.release()
  })
})
