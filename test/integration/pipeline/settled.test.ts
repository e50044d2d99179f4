import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunFile } from '../../../contract/run'
import { codes, root, startCore, type TestCore } from './core'

/** As an H200 left it: judged, pass. This machine has no GPU. */
const judged = join(root, 'test', 'fixtures', 'runs', 'h200-pass')

let test: TestCore
beforeAll(async () => {
  test = await startCore()
})
afterAll(() => test.end())

function copy(name: string, change: (run: RunFile) => void = () => undefined): string {
  const folder = join(test.folder, name)
  cpSync(judged, folder, { recursive: true })
  const file = join(folder, 'run.json')
  const run = JSON.parse(readFileSync(file, 'utf8')) as RunFile
  change(run)
  writeFileSync(file, JSON.stringify(run))
  return folder
}

/** The run as it was before it went to the other machine. */
const unjudged = (run: RunFile): void => {
  run.verdict = 'not-judged'
  run.comparisons = run.comparisons.map((row) => (row.hop === 'pytorch-onnx' ? row : { ...row, verdict: 'not-judged', compared: 0 }))
  run.stages.validate = { ...run.stages.validate, key: 'of the laptop', startedAt: '2026-11-20T00:00:00.000Z' }
}

it('keeps a settled verdict where this machine cannot judge, however often it is asked', async () => {
  const run = await test.core.runs.open(copy('kept'))
  for (let i = 0; i < 3; i++) {
    const after = await run.execute({ upTo: 'validate', only: true })
    expect(after.verdict).toBe('pass')
    expect(after.stages.validate.state).toBe('cached')
    expect(after.comparisons.every((row) => row.verdict === 'pass')).toBe(true)
    const kept = after.stages.validate.findings.filter(({ code }) => code === 'VERDICT_KEPT')
    expect(kept).toHaveLength(1)
    expect(kept[0]!.message).toContain('NVIDIA H200')
  }
  await run.close()
})

it('takes the same run on another GPU of this machine for the same subject', async () => {
  const run = await test.core.runs.open(copy('device'))
  const { recipe } = await run.execute({ upTo: 'validate', only: true })
  const { stages } = await run.setRecipe(recipe)
  await run.setRecipe({ ...recipe, validate: { ...recipe.validate, device: 1 } })
  const after = await run.execute({ upTo: 'validate', only: true })
  expect(after.verdict).toBe('pass')
  expect(after.stages.build.stale).toBe(stages.build.stale)
  await run.close()
})

it('does not take a verdict with other tolerances for this one', async () => {
  const run = await test.core.runs.open(copy('other'))
  const { recipe } = run.snapshot()
  await run.setRecipe({ ...recipe, validate: { ...recipe.validate, atol: 1e-9 } })
  expect((await run.execute({ upTo: 'validate', only: true })).verdict).toBe('not-judged')
  await run.close()
})

it('takes the verdict of a returned copy over, keeps the old result, and survives a validate here', async () => {
  const run = await test.core.runs.open(copy('home', unjudged))
  expect(run.snapshot().verdict).toBe('not-judged')
  const returned = copy('returned')
  expect(await run.merge(returned)).toBe(true)
  expect(run.snapshot().verdict).toBe('pass')
  expect(codes(run.snapshot())).toContain('VERDICT_MERGED')
  const old = JSON.parse(readFileSync(join(run.folder, 'history', '1', 'validate.json'), 'utf8')) as { verdict: string }
  expect(old.verdict).toBe('not-judged')
  expect(await run.merge(returned)).toBe(false)
  expect((await run.execute({ upTo: 'validate', only: true })).verdict).toBe('pass')
  await run.close()
})

it('takes no verdict over for an engine that was changed here, nor one that its rows do not bear out', async () => {
  const folder = copy('changed', unjudged)
  const engine = join(folder, 'artifacts', '39e3e976153e168c', 'model.engine')
  const bytes = readFileSync(engine)
  bytes[bytes.length - 100]! ^= 1
  writeFileSync(engine, bytes)
  const run = await test.core.runs.open(folder)
  await expect(run.merge(copy('good'))).rejects.toMatchObject({ code: 'FILE_CHANGED', evidence: { path: engine } })
  expect(run.snapshot().verdict).toBe('not-judged')
  const claims = copy('claims', (file) => {
    unjudged(file)
    file.verdict = 'pass'
  })
  await expect(run.merge(claims)).rejects.toMatchObject({ code: 'RUN_UNREADABLE', evidence: { said: 'pass', rows: 'not-judged' } })
  await run.close()
})

it('puts the verdict about another engine into history alone, and refuses another run', async () => {
  const run = await test.core.runs.open(copy('rebuilt', unjudged))
  const other = copy('engine', (file) => {
    file.cards.validate!.engineSha256 = 'f'.repeat(64)
  })
  expect(await run.merge(other)).toBe(true)
  expect(run.snapshot().verdict).toBe('not-judged')
  expect(codes(run.snapshot())).toContain('VERDICT_MERGED')
  const stranger = copy('stranger', (file) => {
    file.id = 'another'
  })
  await expect(run.merge(stranger)).rejects.toMatchObject({ code: 'OUT_NOT_A_RUN' })
  await expect(run.merge(copy('neither', unjudged))).rejects.toMatchObject({ code: 'ENGINE_NOT_RUN' })
  await run.close()
})
