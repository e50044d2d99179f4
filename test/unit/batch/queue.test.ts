import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEstimates } from '../../../electron/core/batch/estimate'
import { Journal, readJournal } from '../../../electron/core/batch/journal'
import { emptyResult } from '../../../electron/core/batch/row-run'
import { Slots } from '../../../electron/core/batch/slots'

let folder = ''
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-queue-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

describe('slots', () => {
  it('let in what fits, in order, and what is bigger than all of it alone', async () => {
    const slots = new Slots(10)
    const first = await slots.take(6)
    const order: string[] = []
    const big = slots.take(99).then((leave) => (order.push('big'), leave))
    const small = slots.take(1).then((leave) => (order.push('small'), leave))
    await Promise.resolve()
    expect(slots.free(1)).toBe(false)
    expect(order).toEqual([])
    first()
    first()
    const leave = await big
    expect(order).toEqual(['big'])
    leave()
    await small
    expect(order).toEqual(['big', 'small'])
  })

  it('let go of who stops waiting', async () => {
    const slots = new Slots(1)
    const leave = await slots.take(1)
    const stop = new AbortController()
    const waiting = slots.take(1, stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
    leave()
    expect(slots.free(1)).toBe(true)
  })
})

describe('the journal', () => {
  it('knows every row that ended, whatever was cut off after it', async () => {
    const journal = await Journal.open(folder)
    await journal.append({ event: 'start', id: 'a', key: 'k', at: '' })
    await journal.append({ event: 'end', result: { ...emptyResult('a', 'k'), state: 'done', verdict: 'pass' } })
    await journal.append({ event: 'end', result: emptyResult('b', 'k') })
    await journal.append({ event: 'reset', id: 'b' })
    await journal.close()
    fs.appendFileSync(path.join(folder, 'journal.jsonl'), '{"event":"end","result":{"id":"c"')
    const again = await Journal.open(folder)
    expect([...again.results.keys()]).toEqual(['a'])
    await again.append({ event: 'end', result: emptyResult('d', 'k') })
    await again.close()
    expect((await readJournal(folder)).whole).toBe(true)
    expect([...(await Journal.open(folder)).results.keys()]).toEqual(['a', 'd'])
  })
})

describe('estimates', () => {
  const work = { sha256: 'a', format: 'onnx', bytes: 1 << 20, backend: 'onnxruntime' } as const
  it('come from size, then from what is like it, then from the file itself, also after a restart', async () => {
    const estimates = openEstimates(folder)
    const guess = estimates.of(work)
    expect(guess.source).toBe('size')
    expect(estimates.of({ ...work, bytes: 1 << 30 }).seconds).toBeGreaterThan(guess.seconds)
    estimates.note({ ...work, sha256: 'b' }, { seconds: guess.seconds * 3, peakMiB: 333 })
    expect(estimates.of(work)).toMatchObject({ source: 'similar', seconds: expect.closeTo(guess.seconds * 3, 2) as number })
    estimates.note(work, { seconds: 7, peakMiB: 222 })
    await estimates.save()
    expect(openEstimates(folder).of(work)).toEqual({ seconds: 7, memoryMiB: 222, source: 'history' })
    expect(openEstimates(folder).of({ ...work, backend: 'tensorrt' }).source).toBe('size')
  })
})
