import { execa } from 'execa'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeModels, runBatch } from './batch-fixture'
import { record } from './report'

const count = Number(process.env['ENGINESMITH_BENCH_MODELS'] ?? 100)
let folder: string
let models: string

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-bench-'))
  models = path.join(folder, 'models')
  await makeModels(models, count, 0, 0)
}, 600_000)
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** What somebody would write: for each model, each stage a call of its own, over the same run folder. */
const loop = `
for model in "$1"/*/model.onnx; do
  data="$(dirname "$model")/test_data_set_0"
  out="$2/$(basename "$(dirname "$model")")"
  for stage in load convert build validate; do
    "$3" out/cli/index.js run "$model" --out "$out" --up-to "$stage" --inputs "$data" --expect "$data" --backend onnxruntime --quiet >> "$2.log" 2>&1
  done
done`

test(`${count} models take at most 0.3 of the time of a loop that starts a process for each stage`, async () => {
  const batch = await runBatch([models], path.join(folder, 'batch'), path.join(folder, 'data'), ['--backend', 'onnxruntime'])
  expect(batch.document.counts).toEqual({ pass: count, fail: 0, notJudged: 0, error: 0, skipped: 0 })
  fs.mkdirSync(path.join(folder, 'loop'))
  const begin = performance.now()
  await execa('bash', ['-c', loop, 'loop', models, path.join(folder, 'loop'), process.execPath], { env: { ENGINESMITH_DATA: path.join(folder, 'data2') } })
  const seconds = (performance.now() - begin) / 1000
  const verdicts = fs
    .readdirSync(path.join(folder, 'loop'))
    .map((name) => (JSON.parse(fs.readFileSync(path.join(folder, 'loop', name, 'run.json'), 'utf8')) as { verdict: string }).verdict)
  record('batch-loop', { models: count, batchSeconds: batch.seconds, loopSeconds: seconds, ratio: batch.seconds / seconds })
  expect(verdicts.filter((verdict) => verdict === 'pass')).toHaveLength(count)
  expect(batch.seconds / seconds).toBeLessThan(0.3)
}, 3_600_000)
