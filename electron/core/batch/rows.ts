import { join } from 'node:path'
import type { BatchCounts, BatchRow, RowResult, SheetRow } from '../../../contract/batch'
import { runsName } from './folder'

/** A row of the sheet with what is known to have become of it. */
export function batchRow(row: SheetRow, result: RowResult | null, folder: string): BatchRow {
  return {
    ...row,
    state: restState(row, result),
    stage: null,
    held: null,
    fraction: null,
    secondsLeft: null,
    result,
    run: result?.run == null ? null : join(folder, runsName, result.run),
  }
}

/** The state of a row that is not at work. */
export function restState(row: Pick<SheetRow, 'model' | 'excluded'>, result: RowResult | null): BatchRow['state'] {
  if (!row.model) return 'skipped'
  if (row.excluded) return 'excluded'
  return result === null ? 'waiting' : result.state
}

/** The part of a row that the plan sheet is made of. */
export function sheetRow(row: BatchRow): SheetRow {
  const { state: _state, stage: _stage, held: _held, fraction: _fraction, secondsLeft: _left, result: _result, run: _run, ...sheet } = row
  return sheet
}

export function countRows(rows: readonly BatchRow[]): BatchCounts {
  const counts: BatchCounts = { pass: 0, fail: 0, notJudged: 0, error: 0, skipped: 0 }
  for (const { state, result } of rows) {
    if (state === 'skipped' || state === 'excluded') counts.skipped++
    else if (state === 'error') counts.error++
    else if (state === 'done' && result?.verdict === 'pass') counts.pass++
    else if (state === 'done' && result?.verdict === 'fail') counts.fail++
    else if (state === 'done') counts.notJudged++
  }
  return counts
}

export const isToRun = (row: BatchRow): boolean => row.state !== 'skipped' && row.state !== 'excluded'
export const hasEnded = (row: BatchRow): boolean => row.state === 'done' || row.state === 'error' || row.state === 'cancelled'

/**
 * Seconds until the last row ends: what is left by the estimates, corrected by how the estimates held so far, shared by
 * the rows that run side by side. Null where nothing is estimated.
 */
export function secondsLeft(rows: readonly BatchRow[], sideBySide: number): number | null {
  let left = 0
  let expected = 0
  let took = 0
  for (const row of rows) {
    const estimate = row.estimate?.seconds
    if (estimate === undefined || !isToRun(row)) continue
    if (row.state === 'waiting') left += estimate
    else if (row.state === 'running') left += estimate * (1 - (row.fraction ?? 0.3))
    else if (row.result !== null && !row.result.reused && row.state === 'done') {
      expected += estimate
      took += row.result.seconds
    }
  }
  if (left === 0) return null
  const correction = expected > 0 && took > 0 ? took / expected : 1
  return (left * correction) / Math.max(1, sideBySide)
}
