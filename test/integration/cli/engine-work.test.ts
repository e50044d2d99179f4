import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { DrillDocument, SheetDocument } from '../../../contract/engine-sheet'
import type { DiffDocument, LayersDocument } from '../../../contract/engine-work'
import type { RunFile } from '../../../contract/run'
import { at, cli, models, read, start, story, told, until } from './harness'

/** Runs that a GPU judged; their layers are in run.json, so that they can be listed anywhere. */
const judged = at('test', 'fixtures', 'runs', 'h200-pass')
const stripped = at('test', 'fixtures', 'runs', 'h200-stripped')
const engine = path.join(judged, 'artifacts', '39e3e976153e168c', 'model.engine')
const onnx = path.join(judged, 'artifacts', '2cd868102ab16466', 'model.onnx')
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-work-'))
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

const gpuHere = spawnSync('nvidia-smi', ['-L']).status === 0

describe('layers and diff of run folders', () => {
  it.skipIf(gpuHere)('lists what the build wrote down (only without a GPU)', async () => {
    const said = await told(['layers', judged])
    const document = said.document as unknown as LayersDocument
    expect({ code: said.code, source: document.source, timed: document.profiledRuns }).toEqual({ code: 0, source: 'run', timed: 0 })
    expect(document.layers.length).toBeGreaterThan(5)
    expect(document.layers.every(({ ms }) => ms === null)).toBe(true)
    expect(document.groups.length).toBeGreaterThan(3)
    expect(said.codes).toContain('LAYERS_NOT_TIMED')
  })

  it.skipIf(gpuHere)('aligns two runs by ONNX nodes (only without a GPU)', async () => {
    const same = (await told(['diff', judged, judged])).document as unknown as DiffDocument
    expect(same.totals).toMatchObject({ changed: 0, onlyA: 0, onlyB: 0 })
    const said = await told(['diff', judged, stripped])
    const document = said.document as unknown as DiffDocument
    expect(said.code).toBe(0)
    expect(document.rows.length).toBeGreaterThan(3)
    expect(document.totals?.aLayers).toBeGreaterThan(5)
  })
})

describe('what a machine without a GPU says', () => {
  const calls = [
    ['time', engine],
    ['layers', engine],
    ['diff', engine, engine],
    ['refit', engine, '--from', onnx, '-o', path.join(scratch, 'out.engine')],
  ]
  for (const call of calls) {
    it.skipIf(gpuHere)(`${call[0]} of an engine: exit 3 (only without a GPU)`, async () => {
      const said = await told(call)
      expect(said.code).toBe(3)
      expect(said.codes.some((code) => code === 'DRIVER_MISSING' || code === 'GPU_MISSING')).toBe(true)
    })
  }
})

describe('sheet', () => {
  it.skipIf(gpuHere)('builds what can be built here and says of all else why not (only without a GPU)', async () => {
    const out = path.join(scratch, 'sheet')
    const said = await told(['sheet', onnx, '--out', out])
    const document = said.document as unknown as SheetDocument
    expect(said.code, said.stderr).toBe(6)
    expect(document.rows.map(({ backend }) => backend)).toEqual(['tensorrt', 'tensorrt-rtx'])
    const [full, rtx] = document.rows
    expect(full).toMatchObject({ engine: null, notRun: null, verdict: null })
    expect(full?.notBuilt).toMatch(/not found|driver|GPU/)
    expect(fs.statSync(rtx?.engine?.path ?? '').size).toBe(rtx?.engine?.bytes)
    expect(rtx?.buildSeconds).toBeGreaterThan(0)
    expect(rtx).toMatchObject({ notBuilt: null, firstRunMs: null, latency: null, verdict: 'not-judged' })
    expect(rtx?.notRun).toMatch(/driver|GPU/)
    expect(document).toMatchObject({ device: null, difference: [], verdict: 'not-judged' })
    expect(said.codes).toContain('ENGINE_NOT_RUN')

    const again = await told(['sheet', onnx])
    // Nothing is kept, so no path of it is told.
    expect((again.document as unknown as SheetDocument).rows[1]?.engine?.path).toBe('model.engine')
  })

  it('is made of an ONNX file alone', async () => {
    const said = await told(['sheet', engine])
    expect([said.code, said.codes]).toEqual([2, ['USAGE']])
    expect((await told(['sheet', onnx, '--backend', 'tensorrt'])).codes).toEqual(['UNKNOWN_FLAG'])
  })
})

describe('drill', () => {
  const drill = (...more: string[]) => ['drill', onnx, '--backend', 'tensorrt-rtx', '--target', 'sm86', ...more]

  it.skipIf(gpuHere)('builds what can be built here, and says of every other step why it was not done (only without a GPU)', async () => {
    const out = path.join(scratch, 'drill')
    const said = await told(drill('--opt-level', '1', '--out', out))
    const document = said.document as unknown as DrillDocument
    expect(said.code, story(said)).toBe(6)
    expect(document).toMatchObject({ backend: 'tensorrt-rtx', checkpoint: null, device: null, verdict: 'not-judged' })
    expect(document.version).toMatch(/^1\./)
    expect(document.steps.map(({ step }) => step)).toEqual(['full', 'stripped', 'refit', 'again'])
    const [full, ...others] = document.steps
    expect(fs.statSync(full?.engine?.path ?? '').size).toBe(full?.bytesWith)
    expect(full).toMatchObject({ bytesWithout: null, gpuMs: null, zeros: null, verdict: 'not-judged' })
    expect(full?.ofFull).toEqual({ seconds: 1, bytesWith: 1, bytesWithout: null, gpuMs: null, latencyMs: null })
    expect(full?.reason).toMatch(/driver/)
    for (const step of others) {
      expect(step).toMatchObject({ engine: null, bytesWith: null, bytesWithout: null, verdict: 'not-judged' })
      // TensorRT-RTX strips with a driver alone; what cannot be refitted for want of it has the same reason.
      expect(step.reason).toMatch(/libcuda|driver/)
    }
    expect(said.codes).toEqual(['ENGINE_NOT_RUN', 'DRIVER_MISSING'])
    expect(fs.readdirSync(out).sort()).toEqual(['full', 'stripped'])
  })

  it.skipIf(gpuHere)('keeps nothing unless it is told to, takes a checkpoint along, and says all that in Chinese too (only without a GPU)', async () => {
    const said = await told(drill('--checkpoint', onnx))
    const document = said.document as unknown as DrillDocument
    expect(said.code, story(said)).toBe(6)
    expect(document.checkpoint?.path).toBe(onnx)
    expect(document.steps.map(({ step }) => step)).toEqual(['full', 'stripped', 'refit', 'again', 'checkpoint'])
    expect(document.steps[0]?.engine?.path).toBe('model.engine')
    const { code, stdout } = await cli([...drill('--checkpoint', onnx), '--lang', 'zh-CN'])
    expect(code).toBe(6)
    expect(stdout).toContain('带权重构建')
    expect(stdout).toMatch(/未执行: .*需要 NVIDIA 驱动，而没有 NVIDIA 驱动/)
    expect(stdout).toContain('结论: 未判定')
  })

  it.skipIf(gpuHere)('takes the backend that Build would take, and says so (only without a GPU)', async () => {
    const said = await told(['drill', onnx, '--target', 'sm86'])
    expect([said.code, said.document['backend' as never]]).toEqual([6, 'tensorrt-rtx'])
    expect(said.codes).toContain('BACKEND_CHOSEN')
  })

  it.skipIf(gpuHere)('ends with 3 where the library that was named is not to be had (only without a GPU)', async () => {
    const said = await told(['drill', onnx, '--backend', 'tensorrt'])
    expect(said.code, story(said)).toBe(3)
    expect((said.document as unknown as DrillDocument).steps.every(({ engine: none }) => none === null)).toBe(true)
  })

  it('refuses what makes no drill, before anything is built', async () => {
    const mine = path.join(scratch, 'mine')
    fs.mkdirSync(path.join(mine, 'refit'), { recursive: true })
    fs.writeFileSync(path.join(mine, 'refit', 'thesis.txt'), 'mine')
    const named = path.join(scratch, 'named')
    fs.mkdirSync(named)
    fs.writeFileSync(path.join(named, 'again'), 'mine')
    for (const [call, code] of [
      [['drill', engine, '--backend', 'tensorrt-rtx'], 'USAGE'],
      [drill('--checkpoint', engine), 'USAGE'],
      [drill('--checkpoint', path.join(scratch, 'absent.onnx')), 'FILE_NOT_FOUND'],
      [drill('--strip'), 'UNKNOWN_FLAG'],
      [drill('--refit'), 'UNKNOWN_FLAG'],
      [['drill', onnx, '--backend', 'onnxruntime'], 'BUILD_OPTION_UNSUPPORTED'],
      [['drill', onnx, '--backend', 'torch-tensorrt'], 'BUILD_OPTION_UNSUPPORTED'],
      [drill('--shapes', 'x:1x3/2'), 'USAGE'],
      [drill('--out', mine), 'OUT_NOT_A_RUN'],
      [drill('--out', named), 'OUT_NOT_A_RUN'],
    ] as const) {
      const said = await told([...call])
      expect([call.slice(1), said.code, said.codes], story(said)).toEqual([call.slice(1), 2, [code]])
      expect((said.document as unknown as DrillDocument).steps).toEqual([])
    }
    expect(fs.readFileSync(path.join(mine, 'refit', 'thesis.txt'), 'utf8')).toBe('mine')
    expect(fs.readFileSync(path.join(named, 'again'), 'utf8')).toBe('mine')
  })

  it('is cancelled in the middle of a build: 130, with what is known so far', async () => {
    const out = path.join(scratch, 'cancelled')
    const slow = path.join(models(), 'slow.onnx')
    const { child, ended } = start(['drill', slow, '--backend', 'tensorrt-rtx', '--target', 'sm86', '--out', out, '--json'])
    const run = path.join(out, 'full', 'run.json')
    const building = () => (JSON.parse(fs.readFileSync(run, 'utf8')) as RunFile).stages.build.state === 'running'
    await until('the build is at work', () => fs.existsSync(run) && building())
    await new Promise((resolve) => setTimeout(resolve, 1000))
    child.kill('SIGINT')
    const said = read('drill', await ended)
    expect(said.code, story(said)).toBe(130)
    expect(said.codes).toContain('CANCELLED')
    expect(said.document).toMatchObject({ backend: 'tensorrt-rtx', verdict: null, onnx: { path: slow } })
  })
})

describe('bad input', () => {
  it('refuses what is no engine, no run, or no flag', async () => {
    for (const [call, code] of [
      [['time', onnx], 'ENGINE_HEADER_INVALID'],
      [['time', scratch], 'RUN_UNREADABLE'],
      [['time', path.join(scratch, 'absent.engine')], 'FILE_NOT_FOUND'],
      [['time', engine, '--cuda-graph', 'maybe'], 'USAGE'],
      [['time', engine, '--at', 'x'], 'USAGE'],
      [['refit', engine, '--from', onnx, '-o', engine], 'OUT_EXISTS'],
    ] as const) {
      const said = await told([...call])
      expect([call[0], said.code, said.codes]).toEqual([call[0], 2, [code]])
    }
  })
})
