import { join } from 'node:path'
import junitReportBuilder from 'junit-report-builder'
import { planOf } from '../batch/plan-file'
import { writeAtomic } from '../files/write'
import type { BatchSnapshot, ExportFormat } from '../../../contract/batch'
import type { Settings } from '../../../contract/settings'
import { stageNames } from '../../../contract/run'
import { csv } from './csv'
import { worstFinding } from './batch-finding'
import { renderBatchHtml } from './batch-html'

/** Names of the files that every finished batch has in its folder. */
export const batchReports: ReadonlyArray<{ format: Exclude<ExportFormat, 'plan'>; name: string }> = [
  { format: 'html', name: 'report.html' },
  { format: 'csv', name: 'results.csv' },
  { format: 'json', name: 'results.json' },
  { format: 'junit', name: 'junit.xml' },
]

export async function writeBatchReports(folder: string, snapshot: BatchSnapshot, language: Settings['language']): Promise<void> {
  for (const { format, name } of batchReports) await writeAtomic(join(folder, name), [Buffer.from(renderBatch(format, snapshot, language), 'utf8')])
}

/** The results of a batch as text: a table, the rows, JUnit XML, a web page, or the plan that leads to them. */
export function renderBatch(format: ExportFormat, snapshot: BatchSnapshot, language: Settings['language']): string {
  switch (format) {
    case 'csv':
      return renderCsv(snapshot)
    case 'json':
      return `${JSON.stringify(document(snapshot), null, 2)}\n`
    case 'junit':
      return renderJunit(snapshot)
    case 'html':
      return renderBatchHtml(snapshot, language)
    case 'plan':
      return `${JSON.stringify(planOf(snapshot, snapshot.rows, null), null, 2)}\n`
  }
}

function document(snapshot: BatchSnapshot): object {
  const { id, name, createdAt, state, counts, recipe, limits, sources, findings, rows } = snapshot
  return {
    id,
    name,
    createdAt,
    state,
    counts,
    recipe,
    limits,
    sources,
    findings,
    rows: rows.map(({ stage: _s, held: _h, fraction: _f, secondsLeft: _l, ...row }) => row),
  }
}

const columns = [
  'path',
  'format',
  'bytes',
  'sha256',
  'state',
  'verdict',
  'failedAt',
  'finding',
  'message',
  'seconds',
  ...stageNames.map((name) => `${name}Seconds`),
  'backend',
  'engineBytes',
  'latencyMs',
  'latencyOf',
  'peakMiB',
  'reused',
  'run',
] as const

function renderCsv({ rows }: BatchSnapshot): string {
  const lines = rows.map((row) => {
    const { result } = row
    const worst = worstFinding(row)
    const stages = stageNames.map((name) => result?.stageSeconds[name] ?? null)
    return [
      ...[
        row.path,
        row.format,
        row.bytes,
        row.sha256,
        row.state,
        result?.verdict ?? null,
        result?.failedAt ?? null,
        worst?.code ?? null,
        worst?.message ?? null,
      ],
      ...[result?.seconds ?? null, ...stages, result?.backend ?? null, result?.engineBytes ?? null],
      ...[result?.latencyMs ?? null, result?.latencyOf ?? null, result?.peakMiB ?? null],
      ...[result?.reused ?? null, row.run],
    ]
  })
  return csv(columns, lines)
}

function renderJunit({ name, createdAt, rows }: BatchSnapshot): string {
  const builder = junitReportBuilder.newBuilder()
  const suite = builder.testSuite().name(name).timestamp(createdAt)
  for (const row of rows) {
    const test = suite
      .testCase()
      .className(`enginesmith.${row.format}`)
      .name(row.name)
      .file(row.path)
      .time(row.result?.seconds ?? 0)
    const worst = worstFinding(row)
    const said = worst === null ? '' : `${worst.code}: ${worst.message}`
    if (row.state === 'error') test.error(said || 'ended in an error', worst?.code ?? 'error')
    else if (row.result?.verdict === 'fail') test.failure(said || 'outside the tolerance', 'fail')
    else if (row.result?.verdict !== 'pass') test.skipped()
    if (said !== '') test.standardOutput(said)
  }
  return builder.build()
}
