import type { Progress } from '../../../contract/run'
import type { HostEvent } from '../api'
import type { StageProgress } from './stage'

type PhaseEvent = Extract<HostEvent, { kind: 'phase' }>

/**
 * The builder's nested phases as one fraction: a phase at step s of n whose child is half done is at (s + 0.5) / n.
 * Phases that are over leave the tree.
 */
export class PhaseTree {
  private readonly open = new Map<string, { parent: string | null; step: number; steps: number }>()

  take(event: PhaseEvent): StageProgress {
    if (event.action === 'start') this.open.set(event.name, { parent: event.parent, step: 0, steps: event.steps })
    const phase = this.open.get(event.name)
    if (event.action === 'step' && phase !== undefined) phase.step = Math.min(event.step, phase.steps)
    if (event.action === 'finish') this.open.delete(event.name)
    return { phase: event.name, parent: event.parent, fraction: event.action === 'finish' && this.open.size === 0 ? 1 : this.overall() }
  }

  private overall(): number | null {
    const root = [...this.open].find(([, phase]) => phase.parent === null || !this.open.has(phase.parent))
    return root === undefined ? null : this.fractionOf(root[0], 0)
  }

  private fractionOf(name: string, depth: number): number {
    const phase = this.open.get(name)
    if (phase === undefined || phase.steps <= 0 || depth > 16) return 0
    const child = [...this.open].find(([, one]) => one.parent === name)
    const inside = child === undefined ? 0 : this.fractionOf(child[0], depth + 1)
    return Math.min(1, (Math.min(phase.step, phase.steps - (child === undefined ? 0 : 1)) + inside) / phase.steps)
  }
}

/** Fractions below this say too little to reckon from. */
const tellingFraction = 0.05

/**
 * Seconds left, from what the same work took before and from how far it is now; null where neither says anything.
 * The further it is, the more its own pace counts.
 */
export function secondsLeft(elapsed: number, fraction: number | null, before: number | null): number | null {
  const byHistory = before === null ? null : Math.max(0, before - elapsed)
  const byPace = fraction === null || fraction < tellingFraction ? null : (elapsed * (1 - fraction)) / fraction
  if (byHistory === null) return byPace
  if (byPace === null || fraction === null) return elapsed > (before ?? 0) ? null : byHistory
  return byPace * fraction + byHistory * (1 - fraction)
}

/** Adds the times to what a stage tells. */
export function makeProgress(event: StageProgress, elapsed: number, before: number | null): Progress {
  return { phase: event.phase, parent: event.parent ?? null, fraction: event.fraction, secondsLeft: secondsLeft(elapsed, event.fraction, before), elapsed }
}
