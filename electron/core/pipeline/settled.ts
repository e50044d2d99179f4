import { z } from 'zod'
import type { Environment } from '../../../contract/environment'
import type { Finding } from '../../../contract/finding'
import { validateCardSchema, type ComparisonDetail, type RunFile, type Verdict } from '../../../contract/run'
import { EnginesmithError, makeFinding } from '../errors'
import { artifactsArePresent, needUnchanged } from '../store/artifacts'
import { keepStage, listKept, nextHistoryNumber, type KeptStage } from '../store/history'
import { nothingCompared, verdictOf } from '../verdict'
import type { Archive } from './archive'
import type { RunState } from './run-state'
import { shipped } from './shipped'
import { isDone } from './transition'

/** Pass or fail: somebody could judge it. */
export const isSettled = (verdict: Verdict | null): boolean => verdict === 'pass' || verdict === 'fail'

/** Names what a result of an earlier version judged, where only Validate runs and no option has changed since: it is this. */
export function nameSubject(state: RunState, subject: string, only: boolean): void {
  const { cards, stages } = state.file
  const { state: validated, stale } = stages.validate
  if (!only || stale || !isDone(validated) || cards.validate === null || cards.validate.subject !== null) return
  const card = { ...cards.validate, subject }
  state.update((run) => ({ ...run, cards: { ...run.cards, validate: card } }))
}

/**
 * A verdict that a machine with the GPU gave is never replaced by "not judged" of one without: the newest settled
 * result about the same files and options comes back from history, with a finding that says where it was judged.
 */
export async function keepSettled(state: RunState, archive: Archive, seconds: number): Promise<void> {
  const { verdict, cards } = state.file
  const subject = cards.validate?.subject ?? null
  if (verdict !== 'not-judged' || subject === null) return
  const kept = newest((await listKept(state.folder, 'validate')).filter((one) => isSettled(one.verdict) && cardOf(one)?.subject === subject))
  if (kept === null || !(await artifactsArePresent(state.folder, kept.result.artifacts))) return
  await archive.restore(kept, seconds, [keptFinding(kept, cardOf(kept)?.judgedOn ?? state.file.environment)])
}

export const cardOf = (kept: KeptStage): ReturnType<typeof validateCardSchema.parse> | null => validateCardSchema.safeParse(kept.card).data ?? null

export function newest(kept: readonly KeptStage[]): KeptStage | null {
  return [...kept].sort((a, b) => (b.result.startedAt ?? '').localeCompare(a.result.startedAt ?? ''))[0] ?? null
}

/** A machine in a few words: its GPUs and its TensorRT. */
export function placeOf({ gpus, tensorrt, tensorrtRtx, platform }: Environment): string {
  const library = tensorrt !== null ? `TensorRT ${tensorrt}` : tensorrtRtx !== null ? `TensorRT-RTX ${tensorrtRtx}` : null
  const names = [...new Set(gpus.map((gpu) => gpu.name))].join(', ')
  return [names === '' ? platform : names, library].filter((part) => part !== null).join(', ')
}

function keptFinding(kept: KeptStage, judgedOn: Environment): Finding {
  const at = kept.result.startedAt ?? ''
  const where = placeOf(judgedOn)
  return makeFinding(
    'VERDICT_KEPT',
    'info',
    `The engine cannot be judged here, so the verdict of ${at} stays: ${kept.verdict ?? ''}, judged on ${where}.`,
    'Nothing is to be done; to judge it anew, validate it on a machine that runs the engine.',
    { at, where, verdict: kept.verdict },
  )
}

/**
 * Takes the verdict of a returned copy of this run over: the newer settled one is current, the other is in history.
 * @returns false where both hold the same result
 * @throws EnginesmithError OUT_NOT_A_RUN for a copy of another run, ENGINE_NOT_RUN where the copy was not judged either,
 *   RUN_UNREADABLE where its rows say otherwise, FILE_CHANGED where the engine here is not the one of this run any more
 */
export async function mergeCopy(state: RunState, archive: Archive, from: string, copy: RunFile, details: ComparisonDetail[]): Promise<boolean> {
  const { file } = state
  if (copy.id !== file.id) {
    const remedy = 'Give a copy of this very run: the folder that came back from the other machine.'
    throw new EnginesmithError('OUT_NOT_A_RUN', `${from} is a copy of another run (${copy.id}, not ${file.id}).`, remedy, { folder: from })
  }
  const card = copy.cards.validate
  const result = copy.stages.validate
  if (!isSettled(copy.verdict) || !isDone(result.state) || card === null) {
    const remedy = 'Validate the copy on a machine that runs the engine: enginesmith validate RUN.'
    throw new EnginesmithError('ENGINE_NOT_RUN', `The copy in ${from} was not judged either.`, remedy, { reason: 'the copy was not judged', folder: from })
  }
  refuseGroundless(from, copy)
  const here = file.stages.validate
  const reuse = (findings: Finding[]): void => {
    if (isDone(here.state)) state.move('validate', 'reuse', { cached: true, seconds: 0, findings: [...here.findings, ...findings] })
  }
  if (here.key === result.key && here.startedAt === result.startedAt) {
    reuse([])
    return false
  }
  const engine = shipped(file)
  const judgedOn = card.judgedOn ?? copy.environment
  const kept: KeptStage = {
    stage: 'validate',
    result: { ...result, progress: null, artifacts: [] },
    card: z.json().parse({ ...card, subject: card.subject ?? file.cards.validate?.subject ?? null, judgedOn }),
    comparisons: copy.comparisons,
    details,
    verdict: copy.verdict,
  }
  const older = isSettled(file.verdict) && (here.startedAt ?? '') > (result.startedAt ?? '')
  if (older || (engine?.sha256 ?? null) !== card.engineSha256) {
    await keepStage(state.folder, await nextHistoryNumber(state.folder), kept)
    reuse([notTaken(from, older)])
    return true
  }
  // The verdict is about this very file, which may have been changed since.
  if (engine !== null) await needUnchanged(state.folder, engine)
  // Paths are those of the machine that they are on.
  const { expect, runtimeCache } = file.recipe.validate
  state.update((run) => ({ ...run, recipe: { ...run.recipe, validate: { ...copy.recipe.validate, expect, runtimeCache } } }))
  await archive.restore(kept, 0, [mergedFinding(kept, from, judgedOn)])
  return true
}

/** A verdict without rows that lead to it is a number that somebody wrote there. */
function refuseGroundless(folder: string, { verdict, comparisons }: RunFile): void {
  const rows = nothingCompared(comparisons) ? 'not-judged' : verdictOf(comparisons)
  if (rows === verdict) return
  throw new EnginesmithError(
    'RUN_UNREADABLE',
    `The copy in ${folder} says ${verdict ?? ''}, but its rows say ${rows}: it is damaged or was changed by hand.`,
    'Validate the copy anew on a machine that runs the engine: enginesmith validate RUN.',
    { folder, said: verdict, rows },
  )
}

function mergedFinding(kept: KeptStage, from: string, judgedOn: Environment): Finding {
  const at = kept.result.startedAt ?? ''
  const where = placeOf(judgedOn)
  const message = `The verdict of ${from} was taken over: ${kept.verdict ?? ''}, judged at ${at} on ${where}.`
  return makeFinding('VERDICT_MERGED', 'info', message, historyRemedy, { from, at, where, verdict: kept.verdict })
}

function notTaken(from: string, older: boolean): Finding {
  const why = older ? 'the verdict here is newer' : 'it is about another engine than the one here'
  return makeFinding('VERDICT_MERGED', 'warning', `The verdict of ${from} was put into history: ${why}.`, historyRemedy, { folder: from })
}

const historyRemedy = "Nothing is to be done: the other result is kept in the run folder's history."
