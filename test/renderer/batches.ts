import { batchRowSchema, batchSnapshotSchema, rowResultSchema, type BatchRow, type BatchSnapshot, type RowResult } from '../../contract/batch'

/** A row as the look at an ONNX file makes it; `patch` says what is different. */
export function batchRowOf(name: string, patch: Partial<BatchRow> = {}): BatchRow {
  return batchRowSchema.parse({
    id: name.replace(/\W/g, '_'),
    path: `/models/${name}`,
    name,
    format: 'onnx',
    bytes: 4096,
    sha256: 'a'.repeat(64),
    files: [],
    duplicates: [],
    recipe: null,
    inputs: null,
    expect: null,
    excluded: false,
    trust: { kind: 'no-pickle', names: 0 },
    signature: [{ name: 'x', dtype: 'float32', shape: [1, 3, 8, 8] }],
    needs: [],
    estimate: { seconds: 12, memoryMiB: 512, source: 'size' },
    findings: [],
    model: true,
    state: 'waiting',
    stage: null,
    held: null,
    fraction: null,
    secondsLeft: null,
    result: null,
    run: null,
    ...patch,
  })
}

export function rowResultOf(id: string, patch: Partial<RowResult> = {}): RowResult {
  return rowResultSchema.parse({
    id,
    key: 'k',
    state: 'done',
    crashed: false,
    verdict: 'pass',
    failedAt: null,
    findings: [],
    run: id,
    seconds: 4,
    stageSeconds: { load: 0.5, convert: 1, build: 2, validate: 0.5 },
    reused: false,
    backend: 'tensorrt-rtx',
    engineBytes: 2048,
    latencyMs: null,
    peakMiB: null,
    at: '2026-11-24T10:00:00.000Z',
    ...patch,
  })
}

/** A row that ended: with a verdict, or where a stage said no. */
export function endedRow(name: string, result: Partial<RowResult> = {}): BatchRow {
  const row = batchRowOf(name)
  const told = rowResultOf(row.id, result)
  return { ...row, state: told.state, result: told, run: `/data/batches/b/runs/${row.id}` }
}

/** What is no model: named and left alone. */
export const junkRow = (name: string): BatchRow =>
  batchRowOf(name, {
    format: 'unknown',
    model: false,
    signature: null,
    estimate: null,
    state: 'skipped',
    findings: [{ code: 'FILE_UNKNOWN_FORMAT', severity: 'error', message: `${name} is no model.`, remedy: 'Give a model.', evidence: {} }],
  })

/** A batch over these rows, counted as the core counts. */
export function batchOf(rows: BatchRow[], patch: Partial<BatchSnapshot> = {}): BatchSnapshot {
  const toRun = rows.filter((row) => row.state !== 'skipped' && row.state !== 'excluded')
  const ended = toRun.filter((row) => row.result !== null)
  const verdicts = (verdict: string): number => ended.filter((row) => row.state === 'done' && row.result?.verdict === verdict).length
  return batchSnapshotSchema.parse({
    id: 'b',
    folder: '/data/batches/b',
    name: 'release',
    createdAt: '2026-11-24T10:00:00.000Z',
    state: 'plan',
    recipe: {},
    limits: {},
    sources: ['/models'],
    counts: {
      pass: verdicts('pass'),
      fail: verdicts('fail'),
      notJudged: verdicts('not-judged'),
      error: ended.filter((row) => row.state === 'error').length,
      skipped: rows.length - toRun.length,
    },
    total: toRun.length,
    ended: ended.length,
    secondsLeft: null,
    findings: [],
    revision: 1,
    rows,
    ...patch,
  } satisfies Record<keyof BatchSnapshot, unknown>)
}
