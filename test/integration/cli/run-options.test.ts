import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunFile } from '../../../contract/run'
import { at, temporary, told } from './harness'

/** How an engine is run: what a machine without a GPU can say of it, with the real TensorRT-RTX and with runs that a GPU judged. */

let folder = ''
beforeAll(() => void (folder = temporary()))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const gpuHere = spawnSync('nvidia-smi', ['-L']).status === 0
const model = at('test', 'fixtures', 'native', 'cnn.onnx')
const judged = at('test', 'fixtures', 'runs', 'h200-pass')
const rtx = ['--backend', 'tensorrt-rtx', '--target', 'sm86', '--precision', 'strongly-typed']
const recipeOf = (run: string): RunFile['recipe'] => (JSON.parse(fs.readFileSync(path.join(run, 'run.json'), 'utf8')) as RunFile).recipe
/** A run that TensorRT 10.6 built and a GPU judged, to do something with. */
function copied(name: string): string {
  const run = path.join(folder, name)
  fs.cpSync(judged, run, { recursive: true })
  return run
}
const unsupported = (option: string) => ({ code: 'RUN_OPTION_UNSUPPORTED', evidence: { option } })

describe('--weight-budget', () => {
  it.skipIf(gpuHere)('of an engine that streams is kept with the run, and not judged without a GPU (only without a GPU)', async () => {
    const out = path.join(folder, 'streams')
    const run = ['run', model, '--out', out, ...rtx, '--weight-streaming', '--weight-budget', '50%']
    const first = await told(run)
    expect(first.code, first.stderr).toBe(6)
    expect(first.codes).toContain('ENGINE_NOT_RUN')
    expect(first.document.engineUse).toBeNull()
    expect(recipeOf(out).validate.weightBudget).toBe('50%')
    // Another budget is another question; the same one is answered already.
    expect((await told(run)).document.stages?.validate.state).toBe('cached')
    const other = await told(['validate', out, '--weight-budget', 'auto'])
    expect([other.code, other.document.stages?.validate.state]).toEqual([6, 'completed'])
    expect(recipeOf(out).validate.weightBudget).toBe('auto')
  })

  it('of an engine that does not stream: exit 2, before a GPU is asked for', async () => {
    const said = await told(['run', model, '--out', path.join(folder, 'plain'), ...rtx, '--weight-budget', '50%'])
    expect([said.code, said.document.stages?.build.state, said.document.stages?.validate.state]).toEqual([2, 'completed', 'failed'])
    expect(said.document.findings).toContainEqual(
      expect.objectContaining({ code: 'RUN_OPTION_UNSUPPORTED', remedy: expect.stringContaining('--weight-streaming') as string }),
    )
    const run = copied('judged')
    const again = await told(['validate', run, '--weight-budget', '0'])
    expect([again.code, again.document.findings]).toMatchObject([2, [unsupported('weightBudget')]])
    // What came to nothing leaves no trace in the run.
    expect(recipeOf(run).validate.weightBudget).toBeNull()
    const timed = await told(['time', run, '--weight-budget', '0'])
    expect([timed.code, timed.document.findings]).toMatchObject([2, [unsupported('weightBudget')]])
  })

  it('of a backend without engines: exit 2', async () => {
    const said = await told(['run', model, '--out', path.join(folder, 'ort'), '--backend', 'onnxruntime', '--weight-budget', 'auto'])
    expect([said.code, said.codes.includes('RUN_OPTION_UNSUPPORTED')]).toEqual([2, true])
  })

  it('is written as it is described', async () => {
    for (const budget of ['50', '101%', '5MB', '']) {
      const said = await told(['validate', judged, '--weight-budget', budget])
      expect([budget, said.code, said.codes]).toEqual([budget, 2, ['USAGE']])
    }
  })
})

describe('--runtime-cache', () => {
  it('of full TensorRT, which has none: exit 2', async () => {
    const cache = path.join(folder, 'own.cache')
    const timed = await told(['time', judged, '--runtime-cache', cache])
    expect([timed.code, timed.document.findings]).toMatchObject([2, [unsupported('runtimeCache')]])
    const validated = await told(['validate', copied('cached'), '--runtime-cache', cache])
    expect([validated.code, validated.codes.includes('RUN_OPTION_UNSUPPORTED')]).toEqual([2, true])
    expect(fs.existsSync(cache)).toBe(false)
  })

  it.skipIf(gpuHere)('of TensorRT-RTX is left alone where the engine is not run (only without a GPU)', async () => {
    const cache = path.join(folder, 'rtx.cache')
    fs.writeFileSync(cache, 'not a cache')
    const out = path.join(folder, 'rtx')
    const said = await told(['run', model, '--out', out, ...rtx, '--runtime-cache', cache])
    expect([said.code, said.codes.includes('ENGINE_NOT_RUN'), said.codes.includes('RUNTIME_CACHE_UNUSABLE')]).toEqual([6, true, false])
    expect(fs.readFileSync(cache, 'utf8')).toBe('not a cache')
    expect(recipeOf(out).validate.runtimeCache).toBe(cache)
    const timed = await told(['time', out, '--runtime-cache', cache])
    expect([timed.code, timed.document.findings.length]).toEqual([3, 1])
    expect((await told(['validate', out, '--no-runtime-cache'])).code).toBe(6)
    expect(recipeOf(out).validate.runtimeCache).toBeNull()
  })

  it.skipIf(gpuHere)('of a sheet is for TensorRT-RTX alone (only without a GPU)', async () => {
    const said = await told(['sheet', model, '--target', 'sm86', '--runtime-cache', path.join(folder, 'sheet.cache')])
    expect([said.code, said.codes.includes('RUN_OPTION_UNSUPPORTED')]).toEqual([6, false])
  })
})
