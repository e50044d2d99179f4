import { beforeEach, describe, expect, it } from 'vitest'
import { setLocale } from '../../../renderer/i18n'
import { compareRuns } from '../../../renderer/views/history/compare'
import { filterRuns } from '../../../renderer/views/history/filter'
import { asText } from '../../../renderer/views/toolchain/as-text'
import { environmentName } from '../../../renderer/views/toolchain/environment-name'
import { snapshotOf, summaryOf } from '../runs'

beforeEach(() => setLocale('en'))

describe('history', () => {
  const runs = [
    summaryOf({ id: 'a', name: 'resnet50.pt2', format: 'exported-program' }),
    summaryOf({ id: 'b', name: 'yolov8n.pt', format: 'pickled-module', verdict: 'fail' }),
    summaryOf({ id: 'c', name: 'swin.onnx', verdict: null, backend: null }),
  ]
  it('filters by words of the name, format or backend, and by verdict', () => {
    expect(filterRuns(runs, 'res', 'all').map((run) => run.id)).toEqual(['a'])
    expect(filterRuns(runs, 'rtx PT', 'all').map((run) => run.id)).toEqual(['a', 'b'])
    expect(filterRuns(runs, '', 'fail').map((run) => run.id)).toEqual(['b'])
    expect(filterRuns(runs, 'swin', 'pass')).toEqual([])
  })
  it('compares two runs and marks where they part', () => {
    const a = snapshotOf({ id: 'a', verdict: 'pass' })
    const b = snapshotOf({ id: 'b', verdict: 'fail' })
    b.recipe.build.precision = 'fp16'
    const rows = compareRuns(a, b).flatMap((group) => group.rows)
    expect(rows.filter((row) => row.differs).map((row) => row.name)).toEqual(['verdict', 'precision'])
    expect(rows.find((row) => row.name === 'precision')?.cells.map((cell) => cell.text)).toEqual(['library default', 'fp16'])
    expect(rows.find((row) => row.name === 'maxAbs')?.cells.map((cell) => cell.text)).toEqual(['–', '–'])
  })
  it('takes the worst error and adds up the counts', () => {
    const row = {
      hop: 'pytorch-onnx' as const,
      output: 'y',
      verdict: 'pass' as const,
      reason: null,
      meanAbs: 0,
      maxRel: 0,
      rmse: 0,
      cosine: 1,
      requiredAtol: 0,
      atol: 1,
      rtol: 1,
    }
    const a = {
      ...snapshotOf(),
      comparisons: [
        { ...row, compared: 10, maxAbs: 0.5, mismatched: 1 },
        { ...row, compared: 5, maxAbs: null, mismatched: null },
        { ...row, compared: 7, maxAbs: 0.75, mismatched: 2 },
      ],
    }
    const cells = (name: string): string | undefined => compareRuns(a, snapshotOf())[0]?.rows.find((r) => r.name === name)?.cells[0].text
    expect(cells('maxAbs')).toBe('7.50e-1')
    expect(cells('compared')).toBe('22')
    expect(cells('mismatched')).toBe('3')
  })
})

describe('toolchain', () => {
  it('names an environment by its folder, a bare interpreter by its path', () => {
    expect(environmentName({ path: '/home/me/vision/.venv/bin/python', source: 'virtualenv' })).toBe('vision/.venv')
    expect(environmentName({ path: 'C:\\me\\vision\\.venv\\Scripts\\python.exe', source: 'setting' })).toBe('vision/.venv')
    expect(environmentName({ path: '/usr/bin/python3', source: 'path' })).toBe('/usr/bin/python3')
    expect(environmentName({ path: '/usr/bin/python3', source: 'setting' })).toBe('/usr/bin/python3')
  })
  it('tells the machine as text, each failed attempt with its reason', () => {
    const missing = { available: false, version: null, path: null, attempts: [{ path: 'libnvinfer.so.10', reason: 'no such file' }] }
    const text = asText({
      checkedAt: '2026-11-24T10:00:00.000Z',
      pythons: [{ path: '/p', source: 'path', version: '3.11', packages: { torch: '2.11' }, reason: null }],
      doctor: {
        python: { path: null, version: null },
        torch: null,
        driver: null,
        gpus: [],
        device: null,
        engines: {
          tensorrt: missing,
          'tensorrt-rtx': { available: true, version: '1.7', path: '/l', attempts: [] },
          'torch-tensorrt': missing,
          onnxruntime: missing,
        },
        findings: [],
      },
    })
    expect(text).toContain('tensorrt: not found\n  libnvinfer.so.10: no such file')
    expect(text).toContain('tensorrt-rtx: 1.7 /l')
    expect(text).toContain('GPUs: none')
    expect(text).toContain('torch 2.11')
  })
})
