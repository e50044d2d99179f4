import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { record } from './report'

const one = z.object({ seconds: z.number(), grownMiB: z.number() })
const told = z.object({ '25M': one, '250M': one, plain: z.object({ seconds: z.number() }), identical: z.boolean() })

test('.wts of a 25.6 M-parameter model is that of a plain gen_wts loop, ten times faster, in memory that does not grow with the model', async (ctx) => {
  if (process.platform !== 'linux') ctx.skip('the peak of memory is read from /proc')
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-bench-'))
  try {
    const { stdout } = await execa('.venv/bin/python', ['test/bench/wts_bench.py', folder])
    const result = told.parse(JSON.parse(stdout))
    record('wts', { ...result, timesFaster: result.plain.seconds / result['25M'].seconds })
    expect(result.identical).toBe(true)
    expect(result.plain.seconds / result['25M'].seconds).toBeGreaterThan(10)
    expect(result['250M'].grownMiB - result['25M'].grownMiB).toBeLessThan(32)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}, 300_000)
