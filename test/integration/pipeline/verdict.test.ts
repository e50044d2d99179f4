import { cp, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuildCard, RunSnapshot } from '../../../contract/run'
import type { EngineHost } from '../../../electron/core/api'
import { createRuns } from '../../../electron/core/pipeline/runs'
import { stages } from '../../../electron/core/pipeline/stages'
import type { StageServices } from '../../../electron/core/pipeline/stage'
import { fromNumbers, readSafetensors, toNumbers, writeSafetensors, type Tensor } from '../../../electron/core/tensors'
import { hasAddon } from '../engine-host/host-entry'
import { codes, hasPython, sampleRecipe, samples, startCore, type TestCore } from './core'

let test: TestCore
let built: { folder: string; snapshot: RunSnapshot }
let copies = 0
beforeAll(async () => {
  test = await startCore()
  if (!hasAddon || !hasPython) return
  const run = await test.core.runs.create({ path: join(samples, 'shapes.pt'), folder: join(test.folder, 'built'), recipe: sampleRecipe() })
  built = { folder: run.folder, snapshot: await run.execute({ upTo: 'build' }) }
  await run.close()
})
afterAll(() => test.end())

/**
 * A GPU that goes wrong, for machines that have none: everything is real but `engine.run`, which answers with ONNX
 * Runtime's outputs, changed by `fault`.
 */
function withEngine(host: EngineHost, onnx: () => string, fault: (tensor: Tensor) => Tensor): EngineHost {
  return {
    async call(method, params, options) {
      if (method !== 'engine.run') return host.call(method, params, options)
      const { inputs, outputs } = params as { inputs: string[]; outputs: string[] }
      await host.call('ort.run', { onnx: onnx(), inputs, outputs }, options)
      for (const path of outputs) {
        const tensors = await readSafetensors(path)
        await writeSafetensors(path, new Map([...tensors].map(([name, tensor]) => [name, fault(tensor)])))
      }
      return { ran: true, reason: null, seconds: 0.001, latency: { ms: 1, runs: 5 }, weightStreaming: null, runtimeCache: null } as never
    },
    dispose: () => host.dispose(),
  }
}

const map =
  (change: (value: number, index: number) => number) =>
  (tensor: Tensor): Tensor =>
    fromNumbers(tensor.dtype, tensor.shape, [...toNumbers(tensor)].map(change))

describe.runIf(hasAddon && hasPython)('the verdict on an engine', () => {
  /** Validates a copy of the built run with an engine that has the fault. */
  async function validate(fault: (tensor: Tensor) => Tensor, change: (card: BuildCard) => BuildCard = (card) => card): Promise<RunSnapshot> {
    const { core, folder } = test
    const copy = join(folder, `judged ${(copies += 1)}`)
    await cp(built.folder, copy, { recursive: true })
    const file = JSON.parse(await readFile(join(copy, 'run.json'), 'utf8')) as { cards: { build: BuildCard } }
    file.cards.build = change(file.cards.build)
    await writeFile(join(copy, 'run.json'), JSON.stringify(file))
    const onnx = built.snapshot.stages.convert.artifacts.find((artifact) => artifact.kind === 'onnx')!
    const services: StageServices = {
      host: withEngine(core.host, () => join(copy, onnx.path), fault),
      pythons: core.pythons,
      toolchain: core.toolchain,
      trust: core.trust,
      settings: () => core.settings(),
      describeFile: (path, options) => core.describeFile(path, options),
      appVersion: '0',
      dataFolder: folder,
      durations: { get: () => null, set: () => undefined },
    }
    const runs = createRuns({ dataFolder: join(folder, 'other'), services, stages, oneShot: true })
    const handle = await runs.open(copy)
    const judged = await handle.execute({ upTo: 'validate', only: true })
    await runs.closeAll()
    return judged
  }

  const hop = (snapshot: RunSnapshot, name: string): RunSnapshot['comparisons'][number] => snapshot.comparisons.find((row) => row.hop === name)!

  it('passes an engine that does the same, over three hops', async () => {
    const snapshot = await validate((tensor) => tensor)
    expect(snapshot.comparisons.map((row) => `${row.hop} ${row.verdict} ${row.compared}`)).toEqual([
      'pytorch-onnx pass 24',
      'onnx-engine pass 24',
      'pytorch-engine pass 24',
    ])
    expect(snapshot.verdict).toBe('pass')
    expect(snapshot.cards.validate!.lossEnters).toBe('convert')
    expect(snapshot.cards.validate!.latency).toEqual({ of: 'engine', ms: 1, runs: 5 })
  })

  it('fails an engine that is off, and says that the error enters in Build', async () => {
    const snapshot = await validate(map((value, index) => (index === 5 ? value + 0.5 + Math.abs(value) : value)))
    expect(hop(snapshot, 'onnx-engine')).toMatchObject({ verdict: 'fail', mismatched: 1 })
    expect(snapshot.verdict).toBe('fail')
    expect(snapshot.cards.validate!.lossEnters).toBe('build')
    expect(codes(snapshot)).toContain('OUTPUT_MISMATCH')
    expect(hop(snapshot, 'pytorch-onnx').verdict).toBe('pass')
  })

  it('never passes NaN, and calls the zeros of a stripped engine what they are', async () => {
    const nan = await validate(map((value, index) => (index === 0 ? Number.NaN : value)))
    expect(nan.verdict).toBe('fail')
    expect(codes(nan)).toContain('OUTPUT_NAN')
    const zero = await validate(
      map(() => 0),
      (card) => ({
        ...card,
        readBacks: card.readBacks.map((row) => (row.option === 'strip' ? { ...row, achieved: 'on' } : row)),
      }),
    )
    expect(zero.verdict).toBe('fail')
    expect(codes(zero)).toContain('REFIT_ALL_ZERO')
    expect(codes(zero)).not.toContain('OUTPUT_ZERO')
  })

  it('judges a TF32 build by the tolerance of TF32, the ONNX hop by that of its type', async () => {
    const snapshot = await validate(
      map((value) => value * 1.005),
      (card) => ({
        ...card,
        readBacks: card.readBacks.map((row) => (row.option === 'precision' ? { ...row, achieved: 'tf32' } : row)),
      }),
    )
    expect(hop(snapshot, 'onnx-engine')).toMatchObject({ verdict: 'pass', atol: 1e-2, rtol: 1e-2 })
    expect(hop(snapshot, 'pytorch-onnx')).toMatchObject({ atol: 1e-4, rtol: 1e-3 })
  })

  it('does not judge a file that is not the one that was built', async () => {
    const copy = join(test.folder, 'altered')
    await cp(built.folder, copy, { recursive: true })
    const run = await test.core.runs.open(copy)
    const { snapshot } = built
    // Judged once before: what was said of the file that was built is not said again of another.
    expect((await run.execute({ upTo: 'validate', only: true })).stages.validate.state).toBe('completed')
    expect((await run.execute({ upTo: 'validate', only: true })).stages.validate.state).toBe('cached')
    const engine = snapshot.stages.build.artifacts.find((artifact) => artifact.kind === 'engine')!
    const handle = await open(run.artifactPath(engine), 'r+')
    await handle.write(Buffer.from([1, 2, 3]), 0, 3, 4000)
    await handle.close()
    const judged = await run.execute({ upTo: 'validate', only: true })
    expect(judged.stages.validate.state).toBe('failed')
    expect(codes(judged)).toContain('FILE_CHANGED')
    expect(judged.verdict).toBeNull()
  })
})
