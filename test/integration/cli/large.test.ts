import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeFile } from '../../../electron/core/formats'
import { sparseSafetensors, sparseStateDict } from '../../fixtures/sparse'
import { at, start } from './harness'

// A file of eight GiB is told within a second, while its hash is still being computed, and never read into memory.

const gib = 8
let folder = ''
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-large-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** The most memory that a process has held so far, in MiB; null where the system does not tell. */
function peakOf(pid: number): number | null {
  try {
    const kib = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? null : Number(kib) / 1024
  } catch {
    return null
  }
}

describe.each([
  ['safetensors', sparseSafetensors],
  ['state-dict', sparseStateDict],
] as const)('eight GiB of %s', (format, make) => {
  it('have their card within a second, the hash still to come', { timeout: 60_000 }, async () => {
    const file = path.join(folder, `card-${format}.bin`)
    const bytes = await make(file, gib)
    const stop = new AbortController()
    const before = process.memoryUsage().rss
    const begin = performance.now()
    const model = await describeFile(file, { hash: 'later', signal: stop.signal })
    const seconds = (performance.now() - begin) / 1000
    const grown = (process.memoryUsage().rss - before) / 2 ** 20
    stop.abort()
    expect(model).toMatchObject({ format, bytes, sha256: null })
    expect(model.tensors).toHaveLength(gib)
    expect(model.tensors?.[7]).toMatchObject({ name: 'layer.7.weight', shape: [2 ** 28], dtype: 'float32', bytes: 2 ** 30 })
    expect(seconds).toBeLessThan(1)
    expect(grown).toBeLessThan(200)
    fs.rmSync(file)
  })
})

// Hashing eight GiB takes the time that it takes; one shows the same of the whole program.
it('the command line waits for the hash, and stays small', { timeout: 120_000 }, async (context) => {
  const small = path.join(folder, 'small.bin')
  const large = path.join(folder, 'large.bin')
  await sparseSafetensors(small, 0)
  await sparseSafetensors(large, 1)
  const peaks: number[] = []
  for (const file of [small, large]) {
    let peak: number | null = null
    const { child, ended } = start(['inspect', file, '--json'], { cwd: at() })
    const timer = setInterval(() => (peak = (child.pid === undefined ? null : peakOf(child.pid)) ?? peak), 20)
    const result = await ended
    clearInterval(timer)
    expect(result.code, result.stderr).toBe(0)
    if (file === large) {
      const hash = createHash('sha256')
      for await (const chunk of fs.createReadStream(file, { highWaterMark: 4 << 20 })) hash.update(chunk as Buffer)
      expect((JSON.parse(result.stdout) as { sha256: string }).sha256).toBe(hash.digest('hex'))
    }
    if (peak !== null) peaks.push(peak)
  }
  if (peaks.length < 2) return context.skip('this system does not tell how much memory a process has held (needs /proc)')
  expect((peaks[1] ?? 0) - (peaks[0] ?? 0)).toBeLessThan(200)
})
