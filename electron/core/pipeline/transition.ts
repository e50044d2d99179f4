import type { StageState } from '../../../contract/run'

/** What can happen to a stage. `cancel` is the wish, `stopped` is its fulfilment. */
export type StageEvent = 'start' | 'reuse' | 'complete' | 'refuse' | 'crash' | 'cancel' | 'stopped' | 'reset'

/** A branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${String(value)}`)
}

/**
 * The state machine of a stage, pure: which state follows, or null where the event means nothing in that state.
 * `crashed` (the process died) is not `failed` (the stage said no).
 */
export function transition(state: StageState, event: StageEvent): StageState | null {
  switch (state) {
    case 'pending':
    case 'cached':
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'crashed':
      return fromRest(event)
    case 'running':
      return fromRunning(event)
    case 'cancelling':
      return fromCancelling(event)
    default:
      return assertNever(state)
  }
}

function fromRest(event: StageEvent): StageState | null {
  switch (event) {
    case 'start':
      return 'running'
    case 'reuse':
      return 'cached'
    case 'reset':
      return 'pending'
    case 'complete':
    case 'refuse':
    case 'crash':
    case 'cancel':
    case 'stopped':
      return null
    default:
      return assertNever(event)
  }
}

function fromRunning(event: StageEvent): StageState | null {
  switch (event) {
    case 'complete':
      return 'completed'
    case 'refuse':
      return 'failed'
    case 'crash':
      return 'crashed'
    case 'cancel':
      return 'cancelling'
    case 'stopped':
      return 'cancelled'
    case 'start':
    case 'reuse':
    case 'reset':
      return null
    default:
      return assertNever(event)
  }
}

/** Work that ended in the moment of the cancel is kept; whatever else ends a cancelling stage is the cancel, a crash excepted. */
function fromCancelling(event: StageEvent): StageState | null {
  switch (event) {
    case 'complete':
      return 'completed'
    case 'crash':
      return 'crashed'
    case 'refuse':
    case 'stopped':
      return 'cancelled'
    case 'start':
    case 'reuse':
    case 'cancel':
    case 'reset':
      return null
    default:
      return assertNever(event)
  }
}

/** True where the stage holds a result that later stages may stand on. */
export function isDone(state: StageState): boolean {
  return state === 'completed' || state === 'cached'
}

/** True while a stage is at work. */
export function isActive(state: StageState): boolean {
  return state === 'running' || state === 'cancelling'
}
