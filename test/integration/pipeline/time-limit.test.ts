import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { codes, samples, sampleRecipe, startCore, states } from './core'

it('ends a host that hangs past the limit, and works on', async (context) => {
  if (process.platform === 'win32') context.skip('a process is stopped by SIGSTOP')
  // Three seconds of silence.
  const test = await startCore({ stageTimeoutMinutes: 0.05 })
  try {
    const run = await test.core.runs.create({ path: join(samples, 'shapes.onnx'), folder: join(test.folder, 'run'), recipe: sampleRecipe() })
    await run.execute({ upTo: 'convert' })
    const stop = setInterval(() => {
      if (run.snapshot().stages.build.state === 'running' && test.hostPid() > 0) execFileSync('kill', ['-STOP', String(test.hostPid())])
    }, 5)
    const hung = await run.execute({ upTo: 'build' })
    clearInterval(stop)
    expect(states(hung)[2]).toBe('crashed')
    expect(codes(hung)).toContain('STAGE_TIMEOUT')
    test.core.overrideSettings({ stageTimeoutMinutes: 240 })
    expect(states(await run.execute({ upTo: 'build' }))[2]).toBe('completed')
    await run.close()
  } finally {
    await test.end()
  }
}, 60_000)
