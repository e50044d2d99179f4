import { join } from 'node:path'
import type { BatchCounts, BatchLimits, BatchPlan, BatchRow, BatchSnapshot } from '../../../contract/batch'
import type { BatchDocument, BatchDocumentRow } from '../../../contract/documents'
import type { Finding } from '../../../contract/finding'
import type { Settings } from '../../../contract/settings'
import type { Batch } from '../../core/batch/batch'
import { readPlan, writePlan } from '../../core/batch/plan-file'
import { makeFinding } from '../../core/errors'
import { classesUnconfirmed } from '../../core/trust/model-class'
import { writeBatchReports } from '../../core/report/batch'
import { defineCommand, type Call, type Context } from '../command'
import { allWell, factsOfFindings, type Facts } from '../exit-code'
import { buildFlags } from '../flags/build'
import { compareFlags } from '../flags/compare'
import { draftOf, draftOver } from '../flags/draft'
import { modelFlags } from '../flags/model'
import { batchFolder, jobs, memory, plan, recipe, retry, rowMinutes } from '../flags/own'
import { trustFlags } from '../flags/trust'
import { realNumber, wholeNumber } from '../flags/values'
import { batchLines } from '../output/human'
import { UsageError } from '../usage'

/** Flags that name one model's own files make no sense for many. */
const ofOneModel: ReadonlySet<string> = new Set(['inputs', 'expect'])

export const emptyBatch = (): BatchDocument => ({ batch: null, counts: { pass: 0, fail: 0, notJudged: 0, error: 0, skipped: 0 }, rows: [], findings: [] })

export const batchCommand = defineCommand<BatchDocument>({
  name: 'batch',
  args: [{ name: 'PATH', many: true, help: (t) => t.arguments.paths }],
  own: [batchFolder, plan, recipe, jobs, memory, rowMinutes, retry],
  flags: [...modelFlags, ...trustFlags, ...buildFlags, ...compareFlags].filter((flag) => !ofOneModel.has(flag.name)),
  empty: emptyBatch,
  print: batchLines,
  async run(call, context) {
    const stated = typeof call.own['plan'] === 'string' && call.own['plan'] !== '' ? await readPlan(context.resolve(call.own['plan'])) : null
    if (call.args.length === 0 && stated === null) {
      throw new UsageError(context.text.usage.missingArgument('PATH'), context.text.usage.seeHelp('enginesmith batch PATH… --out DIR'))
    }
    const limits = limitsOf(call, stated, context)
    const draft = await draftOf(call, context, stated?.recipe)
    // A row's own recipe is one, too: flags beat it.
    const rows = stated?.rows.map((row) => (row.recipe === null ? row : { ...row, recipe: draftOver(row.recipe, call, context).recipe }))
    const core = await context.core(draft.settings)
    core.trust.forCall(draft.trust)
    const batch = await core.batches.create({
      paths: call.args.map((path) => context.resolve(path)),
      ...(rows === undefined ? {} : { rows }),
      ...(stated === null || stated.name === '' ? {} : { name: stated.name }),
      folder: context.resolve(String(call.own['out'])),
      recipe: draft.recipe,
      limits,
      signal: context.signal,
      onProgress: (done, total) => context.reporter.status(context.text.words.lookedAt(done, total)),
    })
    try {
      if (call.own['plan'] === '') {
        const snapshot = batch.snapshot()
        await writePlan(join(batch.folder, 'plan.json'), snapshot, snapshot.rows)
        return { document: documentOf(snapshot, askedFirst(snapshot)), facts: allWell }
      }
      return await carry(batch, call.own['retry'] === true, core.settings().language, context)
    } finally {
      await batch.close()
    }
  },
})

function limitsOf(call: Call, stated: BatchPlan | null, { text }: Context): BatchLimits {
  const given = (name: string): string | null => (typeof call.own[name] === 'string' ? call.own[name] : null)
  const [n, mebibytes, minutes] = [given('jobs'), given('memory'), given('row-minutes')]
  return {
    jobs: n === null ? (stated?.limits.jobs ?? null) : wholeNumber('jobs', n, { least: 1, most: 256 }, text),
    memory: mebibytes === null ? (stated?.limits.memory ?? null) : realNumber('memory', mebibytes, { least: 0, above: true }, text),
    rowMinutes: minutes === null ? (stated?.limits.rowMinutes ?? null) : realNumber('row-minutes', minutes, { least: 0, above: true }, text),
  }
}

/** Runs what is not done yet; a stop leaves the rest waiting for the same command. */
async function carry(batch: Batch, again: boolean, language: Settings['language'], context: Context): Promise<{ document: BatchDocument; facts: Facts }> {
  context.partial = () => documentOf(batch.snapshot(), [])
  await batch.prepare({ again })
  const off = follow(batch, context)
  const stop = (): void => void batch.stop()
  context.signal.addEventListener('abort', stop, { once: true })
  try {
    if (!context.signal.aborted) await batch.start()
    await batch.finished()
  } finally {
    context.signal.removeEventListener('abort', stop)
    off()
  }
  const snapshot = batch.snapshot()
  await writeBatchReports(batch.folder, snapshot, language)
  return summed(snapshot, context)
}

/** Classes that have to be confirmed before their rows come to anything: said with the plan, when it can still be done. */
function askedFirst({ rows, recipe }: BatchSnapshot): Finding[] {
  const asking = rows.filter((row) => !row.excluded && row.needs.includes('confirm'))
  return asking.length === 0
    ? []
    : [
        classesUnconfirmed(
          asking.map((row) => (row.recipe ?? recipe).load.model),
          'warning',
        ),
      ]
}

/** One line for each row that ended, and where the whole stands. */
function follow(batch: Batch, { reporter, text }: Context): () => void {
  const told = new Set(batch.snapshot().rows.flatMap((row) => (row.result === null ? [] : [row.id])))
  return batch.onChange(({ head, rows }) => {
    for (const row of rows) {
      if (row.result === null || told.has(row.id)) continue
      told.add(row.id)
      const worst = row.result.findings.find((finding) => finding.severity === 'error')
      const verdict = row.result.verdict === null ? text.words.rowStates[row.state] : text.words.verdicts[row.result.verdict]
      const reused = row.result.reused ? text.words.reused : ''
      reporter.note(`${verdict}${reused}  ${row.name}  ${text.seconds(row.result.seconds)}${worst === undefined ? '' : `  ${worst.code}`}`)
    }
    const left = head.secondsLeft === null ? '' : `  ${text.words.secondsLeft(head.secondsLeft)}`
    if (head.state === 'running') reporter.status(`${text.words.batchStatus(head.ended, head.total)}${left}  ${text.words.batchCounts(head.counts)}`)
  })
}

/** 130, else 1 if any row fails, else 4 if any ended in an error, else 6 if any was not judged, else 0. */
function summed(snapshot: BatchSnapshot, { signal, text }: Context): { document: BatchDocument; facts: Facts } {
  const { counts, total, ended } = snapshot
  const cancelled = (signal.aborted && ended < total) || snapshot.rows.some((row) => row.state === 'cancelled')
  const findings = [...snapshot.findings]
  if (cancelled) findings.push(makeFinding('CANCELLED', 'error', text.faults.cancelled, text.faults.batchCancelledRemedy))
  const evidence = { ...counts, total, report: join(snapshot.folder, 'report.html') }
  if (counts.fail + counts.error + counts.notJudged > 0) {
    const severity = counts.fail + counts.error > 0 ? 'error' : 'warning'
    findings.push(
      makeFinding('BATCH_NOT_ALL_PASSED', severity, text.faults.notAllPassed(counts, total), text.faults.notAllPassedRemedy(evidence.report), evidence),
    )
  }
  const refused = snapshot.rows.filter(({ result }) => result?.findings.some(({ code }) => code === 'LOAD_CLASS_UNCONFIRMED') === true)
  const named = refused.map((row) => (row.recipe ?? snapshot.recipe).load.model)
  if (named.length > 0) findings.push(classesUnconfirmed(named, 'error'))
  return { document: documentOf(snapshot, findings), facts: { ...factsOf(counts, snapshot), cancelled } }
}

function factsOf(counts: BatchCounts, { findings }: BatchSnapshot): Facts {
  // The order of a batch's codes is its own: a fail comes before an error.
  if (counts.fail > 0) return { ...allWell, fail: true }
  if (counts.error > 0) return { ...allWell, crashed: true }
  return { ...factsOfFindings(findings), notJudged: counts.notJudged > 0 }
}

export function documentOf(snapshot: BatchSnapshot, findings: BatchDocument['findings']): BatchDocument {
  return { batch: snapshot.folder, counts: snapshot.counts, rows: snapshot.rows.map(rowOf), findings: [...findings] }
}

function rowOf(row: BatchRow): BatchDocumentRow {
  const { path, format, bytes, sha256, duplicates, result, state } = row
  return {
    path,
    format,
    verdict: result?.verdict ?? null,
    findings: result?.findings ?? row.findings,
    run: row.run,
    seconds: result?.seconds ?? 0,
    state: state === 'running' ? 'cancelled' : state,
    reused: result?.reused ?? false,
    latencyMs: result?.latencyMs ?? null,
    latencyOf: result?.latencyOf ?? null,
    bytes,
    sha256,
    duplicates,
  }
}
