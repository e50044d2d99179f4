import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runDocumentSchema } from '../../contract/documents'
import { median, record } from './report'

let folder: string
const samples = 'resources/samples'

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-bench-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

async function run(...flags: string[]): Promise<{ seconds: number; states: string[] }> {
  const from = performance.now()
  const { stdout } = await execa(
    process.execPath,
    [
      ...['out/cli/index.js', 'run', path.join(samples, 'shapes.pt'), '--out', path.join(folder, 'run'), '--json', '--quiet'],
      ...['--recipe', path.join(samples, 'recipe.json'), '--project', samples, '--backend', 'tensorrt-rtx', '--target', 'sm86', ...flags],
    ],
    { reject: false, env: { ENGINESMITH_DATA: path.join(folder, 'data') } },
  )
  const { stages } = runDocumentSchema.parse(JSON.parse(stdout))
  return { seconds: (performance.now() - from) / 1000, states: [stages.load, stages.convert, stages.build, stages.validate].map((stage) => stage.state) }
}

test('a second run with nothing changed reuses every stage in under 2 s', async () => {
  const cold = await run()
  const warm = []
  for (let turn = 0; turn < 5; turn++) warm.push(await run())
  for (const turn of warm) expect(turn.states).toEqual(['cached', 'cached', 'cached', 'cached'])
  const seconds = warm.map((turn) => turn.seconds)
  const changed = await run('--opt-level', '2')
  record('warm-run', {
    coldSeconds: cold.seconds,
    warmSeconds: seconds,
    warmMedianSeconds: median(seconds),
    changedSeconds: changed.seconds,
    changedStates: changed.states,
  })
  expect(median(seconds)).toBeLessThan(2)
  expect(changed.states).toEqual(['cached', 'cached', 'completed', 'completed'])
})
