import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { RowResult, SheetRow } from '../../../contract/batch'
import type { Finding } from '../../../contract/finding'
import type { Recipe } from '../../../contract/recipe'
import { stageNames, type RunSnapshot, type StageName } from '../../../contract/run'
import type { ExecuteOptions, RunHandle } from '../api'
import { EnginesmithError, findingOf, makeFinding } from '../errors'
import { watchMemory, type Lane } from './lane'

export interface RowWork {
  row: SheetRow
  key: string
  recipe: Recipe
  /** Absolute path of the run folder. */
  folder: string
  lane: Lane
  signal: AbortSignal
  gate: NonNullable<ExecuteOptions['gate']>
  onChange: (snapshot: RunSnapshot) => void
}

/**
 * A row from its file to its verdict: recipe and file in, run folder out, and the result of it. Never rejects: whatever
 * happens is a result. Nothing here knows of other rows.
 */
export async function runRow({ row, key, recipe, folder, lane, signal, gate, onChange }: RowWork): Promise<RowResult> {
  const begin = performance.now()
  const memory = watchMemory(lane)
  let handle: RunHandle | null = null
  try {
    handle = await createRun(lane, row.path, recipe, folder)
    const stop = handle.onChange(onChange)
    const snapshot = await handle.execute({ upTo: 'validate', signal, gate }).finally(stop)
    return resultOf(row.id, key, snapshot, { seconds: since(begin), peakMiB: memory.stop() })
  } catch (error) {
    const finding = findingOf(error)
    return {
      ...emptyResult(row.id, key),
      state: signal.aborted || finding.code === 'CANCELLED' ? 'cancelled' : 'error',
      crashed: finding.code === 'INTERNAL',
      findings: [finding],
      seconds: since(begin),
      peakMiB: memory.stop(),
    }
  } finally {
    memory.stop()
    await handle?.close()
  }
}

/** A row's folder that cannot be read (its disk was full, its machine went down) is made anew: it holds results alone. */
async function createRun(lane: Lane, path: string, recipe: Recipe, folder: string): Promise<RunHandle> {
  try {
    return await lane.runs.create({ path, recipe, folder })
  } catch (error) {
    if (!(error instanceof EnginesmithError) || error.code !== 'OUT_NOT_A_RUN') throw error
    await rm(folder, { recursive: true, force: true })
    return lane.runs.create({ path, recipe, folder })
  }
}

function since(begin: number): number {
  return Math.round(performance.now() - begin) / 1000
}

/** A result with nothing in it yet. */
export function emptyResult(id: string, key: string): RowResult {
  return {
    id,
    key,
    state: 'error',
    crashed: false,
    verdict: null,
    failedAt: null,
    findings: [],
    run: null,
    seconds: 0,
    stageSeconds: { load: 0, convert: 0, build: 0, validate: 0 },
    reused: false,
    backend: null,
    engineBytes: null,
    latencyMs: null,
    latencyOf: null,
    peakMiB: null,
    at: new Date().toISOString(),
  }
}

/** What became of a run, as its command would tell it: a stage that refused or died, and faults of the run itself, are errors. */
export function resultOf(id: string, key: string, snapshot: RunSnapshot, took: { seconds: number; peakMiB: number | null }): RowResult {
  const { stages, input, cards } = snapshot
  const stateOf = (name: StageName): string => stages[name].state
  const stopped = stageNames.find((name) => ['cancelled', 'cancelling'].includes(stateOf(name)))
  const failed = stageNames.find((name) => ['failed', 'crashed'].includes(stateOf(name)))
  const housekeeping = snapshot.findings.filter(
    (finding) => finding.severity === 'error' && !input.findings.some(({ code, message }) => code === finding.code && message === finding.message),
  )
  const reached = ['completed', 'cached'].includes(stateOf('validate'))
  const state =
    stopped !== undefined ? 'cancelled' : failed !== undefined || housekeeping.length > 0 || !reached || snapshot.verdict === null ? 'error' : 'done'
  return {
    ...emptyResult(id, key),
    state: state === 'error' && failed === undefined && housekeeping.length === 0 && !reached ? 'cancelled' : state,
    crashed: failed !== undefined && stateOf(failed) === 'crashed',
    verdict: reached && state === 'done' ? snapshot.verdict : null,
    failedAt: failed ?? null,
    findings: findingsOf(snapshot),
    run: basename(snapshot.folder),
    seconds: took.seconds,
    stageSeconds: { load: stages.load.seconds, convert: stages.convert.seconds, build: stages.build.seconds, validate: stages.validate.seconds },
    reused: stageNames.every((name) => stateOf(name) === 'cached'),
    backend: cards.build?.backend ?? snapshot.recipe.build.backend,
    engineBytes: cards.build?.header === null ? null : (cards.build?.bytes ?? null),
    latencyMs: cards.validate?.latency?.ms ?? null,
    latencyOf: cards.validate?.latency?.of ?? null,
    peakMiB: took.peakMiB,
  }
}

/** Findings of the run and its stages, each once. */
function findingsOf(snapshot: RunSnapshot): Finding[] {
  const seen = new Set<string>()
  return [...snapshot.findings, ...stageNames.flatMap((name) => snapshot.stages[name].findings)].filter((finding) => {
    const text = JSON.stringify([finding.code, finding.severity, finding.message])
    return seen.has(text) ? false : seen.add(text)
  })
}

export function timeoutFinding(minutes: number): Finding {
  return makeFinding(
    'BATCH_ROW_TIMEOUT',
    'error',
    `This model took longer than the ${minutes} minutes that a row may take, and was ended.`,
    'Raise the time limit of the batch and retry the row; its finished stages are reused.',
    { minutes },
    [{ kind: 'run-again', label: 'Run again' }],
  )
}
