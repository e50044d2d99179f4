import type { Progress } from '../../../contract/run'

/** A phase of the stage at work, as its tool names it. Times are seconds since the stage began. */
export interface Phase {
  name: string
  level: number
  state: 'running' | 'done'
  startedAt: number
  endedAt: number | null
  fraction: number | null
}

/** Seconds that a phase took, or has taken so far. */
export const phaseSeconds = (phase: Phase, now: number): number => Math.max(0, (phase.endedAt ?? now) - phase.startedAt)

/**
 * The list of phases after one more sign of progress. A phase that is neither the current one nor above it is over:
 * a tool tells what it does now, never that it stopped.
 */
export function advance(phases: readonly Phase[], progress: Progress): Phase[] {
  const next = phases.map((phase) => ({ ...phase }))
  const running = (name: string): Phase | undefined => next.find((phase) => phase.name === name && phase.state === 'running')
  const above = progress.parent === null ? undefined : running(progress.parent)
  let current = running(progress.phase)
  if (current === undefined) {
    if (progress.parent !== null && above === undefined) next.push(begin(progress.parent, 0, progress.elapsed, null))
    const parent = progress.parent === null ? undefined : running(progress.parent)
    current = begin(progress.phase, parent === undefined ? 0 : parent.level + 1, progress.elapsed, progress.fraction)
    next.push(current)
  }
  current.fraction = progress.fraction ?? current.fraction
  const kept = new Set<Phase>(ancestors(next, current))
  for (const phase of next) if (phase.state === 'running' && !kept.has(phase)) Object.assign(phase, { state: 'done', endedAt: progress.elapsed, fraction: 1 })
  return next
}

const begin = (name: string, level: number, at: number, fraction: number | null): Phase => ({
  name,
  level,
  state: 'running',
  startedAt: at,
  endedAt: null,
  fraction,
})

/** The phase itself and the running ones above it, by level. */
function ancestors(phases: readonly Phase[], phase: Phase): Phase[] {
  const kept = [phase]
  let level = phase.level
  for (let index = phases.indexOf(phase) - 1; index >= 0 && level > 0; index--) {
    const candidate = phases[index] as Phase
    if (candidate.level >= level || candidate.state !== 'running') continue
    kept.push(candidate)
    level = candidate.level
  }
  return kept
}

/** Everything that still ran is over: the stage has ended. */
export function close(phases: readonly Phase[], at: number): Phase[] {
  return phases.map((phase) => (phase.state === 'running' ? { ...phase, state: 'done', endedAt: at } : { ...phase }))
}
