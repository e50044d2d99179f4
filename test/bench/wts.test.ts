import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { median, record } from './report'

const turns = 5
const times = z.array(z.number()).length(turns)
const told = z.object({
  '25M': z.object({ seconds: times, grownMiB: z.number() }),
  '250M': z.object({ seconds: z.number(), grownMiB: z.number() }),
  plain: z.object({ seconds: times }),
  identical: z.boolean(),
})

test('.wts of a 25.6 M-parameter model is that of a plain gen_wts loop, ten times faster, in memory that does not grow with the model', async (ctx) => {
  if (process.platform !== 'linux') ctx.skip('the peak of memory is read from /proc')
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-bench-'))
  try {
    const { stdout } = await execa('.venv/bin/python', ['test/bench/wts_bench.py', folder, String(turns)])
    const result = told.parse(JSON.parse(stdout))
    const timesFaster = median(result.plain.seconds) / median(result['25M'].seconds)
    record('wts', { ...result, timesFaster })
    expect(result.identical).toBe(true)
    expect(timesFaster).toBeGreaterThan(10)
    expect(result['250M'].grownMiB - result['25M'].grownMiB).toBeLessThan(32)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}, 600_000)
