import { describe, expect, it } from 'vitest'
import { stageKey, type StageKeyParts } from '../../../electron/core/pipeline/stage-key'

const parts: StageKeyParts = {
  stage: 'build',
  version: 1,
  options: { precision: null, targets: ['sm86'], nested: { a: 1, b: 2 } },
  inputs: ['abc'],
  environment: { library: '1.7', gpu: null },
}

describe('stageKey', () => {
  it('is the same for the same parts in another order of fields', () => {
    const other: StageKeyParts = {
      environment: { gpu: null, library: '1.7' },
      inputs: ['abc'],
      options: { nested: { b: 2, a: 1 }, targets: ['sm86'], precision: null },
      version: 1,
      stage: 'build',
    }
    expect(stageKey(other)).toBe(stageKey(parts))
    expect(stageKey(parts)).toMatch(/^[0-9a-f]{64}$/)
  })

  it('differs with every part', () => {
    const others: StageKeyParts[] = [
      { ...parts, stage: 'validate' },
      { ...parts, version: 2 },
      { ...parts, options: { precision: 'fp16', targets: ['sm86'], nested: { a: 1, b: 2 } } },
      { ...parts, inputs: ['abd'] },
      { ...parts, inputs: ['abc', ''] },
      { ...parts, environment: { library: '1.8', gpu: null } },
    ]
    expect(new Set([parts, ...others].map(stageKey)).size).toBe(others.length + 1)
  })

  it('tells the order of inputs', () => {
    expect(stageKey({ ...parts, inputs: ['a', 'b'] })).not.toBe(stageKey({ ...parts, inputs: ['b', 'a'] }))
  })
})
