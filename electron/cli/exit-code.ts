import type { Finding, FindingCode } from '../../contract/finding'
import type { Verdict } from '../../contract/run'
import { stageNames } from '../../contract/run'
import type { RunDocument } from '../../contract/documents'

/** What a call came to; several may hold at once, and the exit code is that of the first in the order of the contract. */
export interface Facts {
  cancelled: boolean
  /** A stage crashed, or an internal fault. */
  crashed: boolean
  /** The environment lacks something that was asked for. */
  lacking: boolean
  /** Bad usage, bad input, or a stage refused the model or the options. */
  refused: boolean
  /** A verdict, or a conversion's own comparison, says no. */
  fail: boolean
  notJudged: boolean
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 6 | 130

export const allWell: Facts = { cancelled: false, crashed: false, lacking: false, refused: false, fail: false, notJudged: false }

/** The first that holds of 130, 4, 3, 2, 1, 6, 0. */
export function exitCode(facts: Facts): ExitCode {
  if (facts.cancelled) return 130
  if (facts.crashed) return 4
  if (facts.lacking) return 3
  if (facts.refused) return 2
  if (facts.fail) return 1
  if (facts.notJudged) return 6
  return 0
}

const crashes: ReadonlySet<FindingCode> = new Set(['HOST_CRASHED', 'WORKER_CRASHED', 'WORKER_PROTOCOL', 'APP_CRASHED', 'INTERNAL'])
const lacks: ReadonlySet<FindingCode> = new Set([
  'PYTHON_MISSING',
  'PYTHON_BROKEN',
  'TORCH_MISSING',
  'PACKAGE_MISSING',
  'ADDON_MISSING',
  'ADDON_UNUSABLE',
  'SETUP_MISSING',
  'DISPLAY_MISSING',
  'BACKEND_MISSING',
  'BACKEND_UNSUPPORTED_VERSION',
  'GPU_MISSING',
  'DRIVER_MISSING',
  'DRIVER_TOO_OLD',
])

/** The class of a finding that ended a call, or a stage that says `failed`. */
export function factsOfFault(finding: Pick<Finding, 'code'>): Facts {
  if (finding.code === 'CANCELLED') return { ...allWell, cancelled: true }
  if (crashes.has(finding.code)) return { ...allWell, crashed: true }
  if (lacks.has(finding.code)) return { ...allWell, lacking: true }
  return { ...allWell, refused: true }
}

/** Facts of a call whose error findings each ended something. */
export function factsOfFindings(findings: readonly Finding[]): Facts {
  return findings.filter((finding) => finding.severity === 'error').reduce((all, finding) => joined(all, factsOfFault(finding)), allWell)
}

export function joined(a: Facts, b: Facts): Facts {
  return {
    cancelled: a.cancelled || b.cancelled,
    crashed: a.crashed || b.crashed,
    lacking: a.lacking || b.lacking,
    refused: a.refused || b.refused,
    fail: a.fail || b.fail,
    notJudged: a.notJudged || b.notJudged,
  }
}

export const factsOfVerdict = (verdict: Verdict | null): Facts => ({ ...allWell, fail: verdict === 'fail', notJudged: verdict === 'not-judged' })

/**
 * Facts of four stages: a failed one is `lacking` where one of its own errors says that the machine lacks something,
 * else `refused`. The errors of a stage that completed are the verdict's business.
 */
export function factsOfStages(stages: RunDocument['stages'], errorsOf: (stage: keyof RunDocument['stages']) => readonly Finding[]): Facts {
  let facts = allWell
  for (const name of stageNames) {
    const { state } = stages[name]
    if (state === 'cancelled' || state === 'cancelling') facts = { ...facts, cancelled: true }
    if (state === 'crashed') facts = { ...facts, crashed: true }
    if (state === 'failed') {
      const lacking = errorsOf(name).some((finding) => finding.severity === 'error' && lacks.has(finding.code))
      facts = lacking ? { ...facts, lacking: true } : { ...facts, refused: true }
    }
  }
  return facts
}
