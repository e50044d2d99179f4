import { describe, expect, it } from 'vitest'
import { stageStates, type StageState } from '../../../contract/run'
import { isActive, isDone, transition, type StageEvent } from '../../../electron/core/pipeline/transition'

const events: StageEvent[] = ['start', 'reuse', 'complete', 'refuse', 'crash', 'cancel', 'stopped', 'reset']

describe('transition', () => {
  it('leads from rest to work or reuse, and nowhere else', () => {
    for (const state of ['pending', 'cached', 'completed', 'failed', 'cancelled', 'crashed'] as const) {
      expect(transition(state, 'start')).toBe('running')
      expect(transition(state, 'reuse')).toBe('cached')
      expect(transition(state, 'reset')).toBe('pending')
      for (const event of ['complete', 'refuse', 'crash', 'cancel', 'stopped'] as const) expect(transition(state, event)).toBeNull()
    }
  })

  it('tells a crash from a refusal', () => {
    expect(transition('running', 'crash')).toBe('crashed')
    expect(transition('running', 'refuse')).toBe('failed')
  })

  it('keeps work that ended in the moment of the cancel, and lets a crash be a crash', () => {
    expect(transition('running', 'cancel')).toBe('cancelling')
    expect(transition('cancelling', 'complete')).toBe('completed')
    expect(transition('cancelling', 'refuse')).toBe('cancelled')
    expect(transition('cancelling', 'stopped')).toBe('cancelled')
    expect(transition('cancelling', 'crash')).toBe('crashed')
  })

  it('answers every state and event with a state or null, and comes to rest from everywhere', () => {
    for (const state of stageStates) {
      for (const event of events) {
        const next = transition(state, event)
        expect(next === null || stageStates.includes(next)).toBe(true)
      }
      expect(reachable(state).some((one) => !isActive(one))).toBe(true)
    }
  })

  it('names a result only where there is one', () => {
    expect(stageStates.filter(isDone)).toEqual(['cached', 'completed'])
  })
})

function reachable(from: StageState): StageState[] {
  const seen = new Set<StageState>()
  const visit = (state: StageState): void => {
    for (const event of events) {
      const next = transition(state, event)
      if (next === null || seen.has(next)) continue
      seen.add(next)
      visit(next)
    }
  }
  visit(from)
  return [...seen]
}
