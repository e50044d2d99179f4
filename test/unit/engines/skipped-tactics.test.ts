import { describe, expect, it } from 'vitest'
import { readSkipped, skippedFinding } from '../../../electron/core/engines/skipped-tactics'

/** Lines as TensorRT 10 writes them. */
const lines = [
  'Requested amount of GPU memory (2833252352 bytes) could not be allocated. There may not be enough free memory for allocation to succeed.',
  'UNSUPPORTED_STATE: Skipping tactic 28 due to insufficient memory on requested size of 2833252352 detected for tactic 0x0000000204040736.',
  'Tactic Device request: 1000MB Available: 302MB. Device memory is insufficient to use tactic.',
  'UNSUPPORTED_STATE: Skipping tactic 9 due to insufficient memory on requested size of 1048576000 detected for tactic 0x8a196054417f1c8a.',
  'UNSUPPORTED_STATE: Skipping tactic 9 due to insufficient memory on requested size of 1048576000 detected for tactic 0x8a196054417f1c8a.',
  '[virtualMemoryBuffer.cpp::resizePhysical::154] Error Code 2: OutOfMemory (Requested size was 17179869184 bytes.)',
]

describe('tactics that did not fit', () => {
  it('are counted, and the largest is named in one finding', () => {
    expect(readSkipped(lines)).toEqual({ memory: 3, other: 0, largest: 17179869184, free: 302 * 1048576 })
    expect(skippedFinding(lines, null)).toMatchObject({
      code: 'TACTICS_SKIPPED',
      severity: 'warning',
      message: '3 tactics were skipped for want of GPU memory, the largest needs 17.2 GB (0.32 GB were free): the engine may be slower than it could be.',
      evidence: { skipped: 3, largestBytes: 17179869184 },
    })
  })
  it('of versions that wrote MiB', () => {
    expect(readSkipped(['Skipping tactic 3 due to insuficient memory on requested size of 449 detected for tactic 4.'])).toMatchObject({
      memory: 1,
      largest: 449 * 1048576,
    })
  })
  it('of lines that go on, without the mark of bytes', () => {
    const line = 'Skipping tactic 8 due to insufficient memory on requested size of 9385 detected for tactic 0x3c.\nTry decreasing the workspace size.'
    expect(readSkipped([line])).toMatchObject({ memory: 1, largest: 9385 * 1048576 })
  })
  it('under a workspace that was limited', () => {
    const told = skippedFinding(lines, 16)
    expect(told?.remedy).toMatch(/^Give more than the 16 MiB/)
    expect(told?.evidence).toMatchObject({ workspaceMiB: 16 })
  })
  it('with the device line alone', () => {
    expect(readSkipped([lines[2] ?? ''])).toMatchObject({ memory: 1, largest: 1048576000 })
  })
  it('for another reason', () => {
    expect(skippedFinding(['Skipping tactic 0x0000000000000000 due to exception Assertion failed'], null)).toMatchObject({
      message: '1 tactic was skipped by the builder: the engine may be slower than it could be.',
    })
  })
  it('and none is no finding', () => expect(skippedFinding(['Detected layernorm nodes in FP16.'], null)).toBeNull())
})
