import { describe, expect, it } from 'vitest'
import { warmLatency } from '../../../electron/core/engine-host/latency'

const after = (...seconds: number[]): { again: () => Promise<number>; asked: () => number } => {
  let asked = 0
  return { again: () => Promise.resolve(seconds[asked++] ?? 0), asked: () => asked }
}

describe('the latency of a model', () => {
  it('is the middle of five warm runs, whatever the first took', async () => {
    const { again } = after(0.004, 0.001, 0.09, 0.002, 0.003)
    expect(await warmLatency(1.5, again)).toEqual({ ms: 3, runs: 5 })
  })

  it('comes of fewer runs where they take long, and of the first where that took seconds', async () => {
    const slow = after(0.3, 0.4, 0.2)
    expect(await warmLatency(0.5, slow.again)).toEqual({ ms: 300, runs: 2 })
    const longer = after(1)
    expect(await warmLatency(3, longer.again)).toEqual({ ms: 3000, runs: 1 })
    expect(longer.asked()).toBe(0)
  })

  it('is left when the call is cancelled', async () => {
    const { again, asked } = after(0.001)
    await expect(warmLatency(0.1, again, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(asked()).toBe(0)
  })
})
