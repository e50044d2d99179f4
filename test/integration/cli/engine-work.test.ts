import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { SheetDocument } from '../../../contract/engine-sheet'
import type { DiffDocument, LayersDocument } from '../../../contract/engine-work'
import { at, told } from './harness'

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
