import { describe, expect, it } from 'vitest'
import { exportFormats, type BatchSnapshot, type RowResult, type SheetRow } from '../../../contract/batch'
import { recipeSchema } from '../../../contract/recipe'
import { batchRow, countRows } from '../../../electron/core/batch/rows'
import { emptyResult } from '../../../electron/core/batch/row-run'
import { makeFinding } from '../../../electron/core/errors'
import { renderBatch } from '../../../electron/core/report/batch'

const sheetRow = (name: string, more: Partial<SheetRow> = {}): SheetRow => ({
  id: name,
  path: `/models/${name}`,
  name,
  format: 'onnx',
  bytes: 1000,
  sha256: 'f'.repeat(64),
  files: [],
  duplicates: [],
  recipe: null,
  inputs: null,
  expect: null,
  excluded: false,
  minutes: null,
  trust: { kind: 'no-pickle', names: 0 },
  signature: null,
  needs: [],
  estimate: null,
  findings: [],
  model: true,
  ...more,
})
const done = (id: string, verdict: RowResult['verdict'], more: Partial<RowResult> = {}): RowResult => ({
  ...emptyResult(id, 'k'),
  state: 'done',
  verdict,
  run: id,
  seconds: 1.5,
  backend: 'onnxruntime',
  latencyMs: 0.25,
  latencyOf: 'onnxruntime',
  ...more,
})
const crash = makeFinding('BUILD_FAILED', 'error', 'It said "no", and\nthen <nothing>.', 'Try again.')
const rows = [
  batchRow(sheetRow('good.onnx', { duplicates: ['/models/twin.onnx'] }), done('good.onnx', 'pass', { reused: true }), '/out'),
  batchRow(sheetRow('=bad,1.onnx'), done('=bad,1.onnx', 'fail', { latencyOf: 'engine', engineBytes: 77 }), '/out'),
  batchRow(sheetRow('open.onnx'), done('open.onnx', 'not-judged'), '/out'),
  batchRow(sheetRow('dead.onnx'), { ...emptyResult('dead.onnx', 'k'), failedAt: 'build', crashed: true, findings: [crash] }, '/out'),
  batchRow(sheetRow('<img src=x>.txt', { format: 'unknown', model: false }), null, '/out'),
]
const snapshot: BatchSnapshot = {
  id: 'id',
  folder: '/out',
  name: 'mine & <yours>',
  createdAt: '2026-11-26T12:00:00.000Z',
  state: 'done',
  recipe: recipeSchema.parse({}),
  limits: { jobs: null, memory: null, rowMinutes: null },
  sources: ['/models'],
  counts: countRows(rows),
  total: 4,
  ended: 4,
  secondsLeft: null,
  findings: [],
  revision: 1,
  rows,
}
const render = (format: (typeof exportFormats)[number], language: 'en' | 'zh-CN' = 'en'): string => renderBatch(format, snapshot, language)

/** Records of RFC 4180. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') records.push([])
  }
  return records.filter((record) => record.length > 1)
}

describe('the results of a batch', () => {
  it('are a table whose cells are what the rows are, and no formulas', () => {
    const [head = [], ...body] = parseCsv(render('csv'))
    expect(body).toHaveLength(5)
    expect(new Set(body.map((record) => record.length))).toEqual(new Set([head.length]))
    const cell = (row: number, name: string): string | undefined => body[row]?.[head.indexOf(name)]
    expect(['path', 'verdict', 'latencyMs', 'latencyOf', 'reused'].map((name) => cell(0, name))).toEqual([
      '/models/good.onnx',
      'pass',
      '0.25',
      'onnxruntime',
      'true',
    ])
    expect([cell(1, 'path'), cell(1, 'engineBytes'), cell(1, 'latencyOf')]).toEqual(['/models/=bad,1.onnx', '77', 'engine'])
    expect([cell(3, 'state'), cell(3, 'failedAt'), cell(3, 'finding'), cell(3, 'message')]).toEqual(['error', 'build', 'BUILD_FAILED', crash.message])
    expect(cell(4, 'state')).toBe('skipped')
    const formula = { ...snapshot, rows: [batchRow(sheetRow('x', { path: '=1+1' }), null, '/out')] }
    expect(renderBatch('csv', formula, 'en')).toContain("\r\n'=1+1,")
  })

  it('are JSON with counts and every row', () => {
    const read = JSON.parse(render('json')) as { counts: unknown; rows: Array<{ name: string; result: RowResult | null }> }
    expect(read.counts).toEqual({ pass: 1, fail: 1, notJudged: 1, error: 1, skipped: 1 })
    expect(read.rows.map(({ name, result }) => [name, result?.verdict ?? null])).toEqual(rows.map(({ name, result }) => [name, result?.verdict ?? null]))
  })

  it('are JUnit XML whose failures are fails, errors are errors and the rest is skipped', () => {
    const xml = render('junit')
    const suite = /<testsuite (?:\s*[\w:]+="[^"]*")*/.exec(xml)?.[0] ?? ''
    expect(['tests', 'failures', 'errors', 'skipped'].map((name) => new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1])).toEqual(['5', '1', '1', '2'])
    expect(suite).toContain('name="mine &amp; &lt;yours')
    expect(xml).toMatch(/<error message="BUILD_FAILED: [^<]*&lt;nothing/)
  })

  it('are one page in either language: no script, nothing to fetch, no markup of a file name, links to the runs', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      const page = render('html', language)
      expect(page).not.toMatch(/<script|<img|<[^>]* src=|https?:\/\/(?!www\.w3\.org)/)
      expect(page).toContain('href="runs/good.onnx/report.html"')
      expect(page).toContain('/models/twin.onnx')
      expect(page).toContain(language === 'en' ? 'ONNX Runtime, CPU' : 'ONNX Runtime，CPU')
    }
    expect(render('html', 'zh-CN')).toContain('批处理报告')
  })

  it('are a plan again, of the models alone', () => {
    const plan = JSON.parse(render('plan')) as { rows: Array<{ path: string }> }
    expect(plan.rows.map((row) => row.path)).toEqual(rows.slice(0, 4).map((row) => row.path))
  })
})
