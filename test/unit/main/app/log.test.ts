import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createAppLog } from '../../../../electron/main/app/log'
import { throttle } from '../../../../electron/main/app/throttle'

let folder: string
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'app-log-'))))
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

it('writes lines with their time', () => {
  const log = createAppLog(folder, () => new Date(0))
  log.write('one')
  log.write('two')
  expect(readFileSync(path.join(folder, 'logs', 'main.log'), 'utf8')).toBe('1970-01-01T00:00:00.000Z one\n1970-01-01T00:00:00.000Z two\n')
})

it('keeps one older file when it grows', () => {
  const log = createAppLog(folder)
  log.write('x'.repeat(1024 * 1024 + 1))
  log.write('after')
  expect(readFileSync(path.join(folder, 'logs', 'main.log'), 'utf8')).toMatch(/ after\n$/)
  expect(readFileSync(path.join(folder, 'logs', 'main.log.1'), 'utf8').length).toBeGreaterThan(1024 * 1024)
})

it('never throws, whatever is in its way', () => {
  writeFileSync(path.join(folder, 'logs'), 'a file where the folder should be')
  expect(() => createAppLog(folder).write('x')).not.toThrow()
})

it('throttles: at most once in the time, always once at the end', () => {
  vi.useFakeTimers()
  const work = vi.fn()
  const throttled = throttle(100, work)
  throttled.request()
  throttled.request()
  vi.advanceTimersByTime(0)
  expect(work).toHaveBeenCalledTimes(1)
  throttled.request()
  throttled.request()
  vi.advanceTimersByTime(99)
  expect(work).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(work).toHaveBeenCalledTimes(2)
  throttled.request()
  throttled.flush()
  expect(work).toHaveBeenCalledTimes(3)
  vi.advanceTimersByTime(1000)
  throttled.flush()
  expect(work).toHaveBeenCalledTimes(3)
})
