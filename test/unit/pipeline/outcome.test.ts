import { describe, expect, it } from 'vitest'
import { cancelledError } from '../../../electron/core/cancelled'
import { EnginesmithError } from '../../../electron/core/errors'
import { outcomeOf } from '../../../electron/core/pipeline/outcome'

const live = new AbortController().signal

describe('outcomeOf', () => {
  it('calls a refusal failed, a death crashed, a bug crashed', () => {
    expect(outcomeOf(new EnginesmithError('BUILD_FAILED', 'no', 'try'), live)).toMatchObject({ event: 'refuse', finding: { code: 'BUILD_FAILED' } })
    expect(outcomeOf(new EnginesmithError('HOST_CRASHED', 'died', 'again'), live)).toMatchObject({ event: 'crash', finding: { code: 'HOST_CRASHED' } })
    expect(outcomeOf(new TypeError('x is undefined'), live)).toMatchObject({ event: 'crash', finding: { code: 'INTERNAL' } })
  })

  it('goes by the reason of the abort, not by what broke on the way out', () => {
    const user = new AbortController()
    user.abort(cancelledError())
    expect(outcomeOf(new EnginesmithError('HOST_CRASHED', 'died', 'again'), user.signal)).toMatchObject({ event: 'stopped', finding: { code: 'CANCELLED' } })
    const watchdog = new AbortController()
    watchdog.abort(new EnginesmithError('STAGE_TIMEOUT', 'silent', 'raise it'))
    expect(outcomeOf(cancelledError(), watchdog.signal)).toMatchObject({ event: 'crash', finding: { code: 'STAGE_TIMEOUT' } })
  })
})
