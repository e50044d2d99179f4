import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BatchDocument } from '../../../contract/documents'
import type { RunFile } from '../../../contract/run'
import { at, python, start, story, temporary, told, type Told } from './harness'

let folder = ''
let models = ''
let planted: string[] = []
beforeAll(() => {
  folder = temporary()
  models = path.join(folder, 'models')
  const made = spawnSync(python, [at('test', 'fixtures', 'batch', 'make_batch.py'), models, '12', '2', '10'], { encoding: 'utf8' })
  planted = JSON.parse(made.stdout || '[]') as string[]
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const batch = (out: string, ...flags: string[]): Promise<Told> =>
  told(['batch', models, '--out', path.join(folder, out), '--backend', 'onnxruntime', '--quiet', ...flags])
const rowsOf = (result: Told): BatchDocument['rows'] => result.document.rows ?? []
const brief = (result: Told): Array<[string, string | null, string]> => rowsOf(result).map(({ path: file, verdict, state }) => [file, verdict, state])
const journal = (out: string): string[] =>
  fs
    .readFileSync(path.join(folder, out, 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)

describe.runIf(fs.existsSync(python))('batch', () => {
  it('judges every model against its own answers, names the junk, and does nothing twice', async () => {
    const first = await batch('all')
    expect(first.code, story(first)).toBe(1)
    expect(first.document.counts).toEqual({ pass: 10, fail: 2, notJudged: 0, error: 0, skipped: 10 })
    const failed = rowsOf(first).filter((row) => row.verdict === 'fail')
    expect(failed.map((row) => path.basename(path.dirname(row.path))).sort()).toEqual([...planted].sort())
    for (const row of rowsOf(first).filter((one) => one.state === 'skipped')) {
      expect(row, row.path).toMatchObject({ verdict: null, run: null, format: 'unknown' })
      expect(row.findings.length, row.path).toBeGreaterThan(0)
    }
    for (const row of rowsOf(first).filter((one) => one.state === 'done')) expect(fs.existsSync(path.join(row.run ?? '', 'report.html'))).toBe(true)
    expect(first.codes).toEqual(['BATCH_NOT_ALL_PASSED'])
    for (const name of ['report.html', 'results.csv', 'results.json', 'junit.xml'])
      expect(fs.statSync(path.join(folder, 'all', name)).size).toBeGreaterThan(500)
    const lines = journal('all').length
    const again = await batch('all')
    expect(again.code).toBe(1)
    expect(brief(again)).toEqual(brief(first))
    for (const row of rowsOf(first).filter((one) => one.state === 'done')) {
      expect(row, row.path).toMatchObject({ reused: false, latencyOf: 'onnxruntime', latencyMs: expect.any(Number) as number })
    }
    expect(
      rowsOf(again)
        .filter((row) => row.state === 'done')
        .every((row) => row.reused),
    ).toBe(true)
    expect(journal('all')).toHaveLength(lines)
    // What is run alone comes to the same.
    const [row] = failed
    const data = path.join(path.dirname(row?.path ?? ''), 'test_data_set_0')
    const alone = await told(['run', row?.path ?? '', '--out', path.join(folder, 'alone'), '--backend', 'onnxruntime', '--inputs', data, '--expect', data])
    expect([alone.code, alone.document.verdict]).toEqual([1, 'fail'])
    expect(alone.document.comparisons?.map(({ hop }) => hop)).toContain('expected-onnx')
  })

  it('takes every set of test data of a model, in one comparison over all of them', async () => {
    const one = path.join(folder, 'sets', 'model')
    const good = fs.readdirSync(models).find((name) => !planted.includes(name) && fs.existsSync(path.join(models, name, 'test_data_set_0', 'input_0.pb'))) ?? ''
    fs.cpSync(path.join(models, good), one, { recursive: true })
    for (const n of [1, 2]) fs.cpSync(path.join(one, 'test_data_set_0'), path.join(one, `test_data_set_${n}`), { recursive: true })
    fs.rmSync(path.join(one, 'test_data_set_2', 'output_0.pb'))
    const judge = (out: string): Promise<Told> => told(['batch', one, '--out', path.join(folder, out), '--backend', 'onnxruntime', '--quiet'])
    const first = await judge('sets-first')
    expect([first.code, first.document.counts?.pass, rowsOf(first).length], story(first)).toEqual([0, 1, 1])
    const run = JSON.parse(fs.readFileSync(path.join(rowsOf(first)[0]?.run ?? '', 'run.json'), 'utf8')) as RunFile
    expect(run.cards.load).toMatchObject({ sets: 2, dataSets: ['test_data_set_0', 'test_data_set_1'] })
    expect(run.comparisons.map(({ hop }) => hop)).toEqual(['expected-onnx'])
    // The last number of the second set alone is made wrong.
    const answers = path.join(one, 'test_data_set_1', 'output_0.pb')
    const bytes = fs.readFileSync(answers)
    bytes[bytes.length - 1]! ^= 0x40
    fs.writeFileSync(answers, bytes)
    const second = await judge('sets-first')
    expect([second.code, second.document.counts?.fail], story(second)).toEqual([1, 1])
    // Answers to other inputs are none.
    const other = ['--inputs', path.join(one, 'test_data_set_0'), '--expect', one]
    const refused = await told(['run', path.join(one, 'model.onnx'), '--out', path.join(folder, 'sets-other'), '--backend', 'onnxruntime', ...other])
    expect([refused.code, refused.codes.includes('EXPECT_INVALID')], story(refused)).toEqual([2, true])
  })

  it('is cancelled by Ctrl-C with 130 and goes on where it stopped', async () => {
    const out = path.join(folder, 'stopped')
    const { child, ended } = start(['batch', models, '--out', out, '--backend', 'onnxruntime', '--jobs', '1', '--json'])
    await new Promise<void>((resolve) => child.stderr?.on('data', (text: Buffer) => (/PASS|FAIL/.test(String(text)) ? resolve() : undefined)))
    child.kill('SIGINT')
    const stopped = await ended
    expect(stopped.code, stopped.stderr).toBe(130)
    const document = JSON.parse(stopped.stdout) as BatchDocument
    expect(document.findings.map((finding) => finding.code)).toContain('CANCELLED')
    const done = document.rows.filter((row) => row.state === 'done').length
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(12)
    const resumed = await batch('stopped')
    expect(resumed.document.counts).toEqual({ pass: 10, fail: 2, notJudged: 0, error: 0, skipped: 10 })
    const starts = journal('stopped').filter((line) => line.includes('"event":"start"')).length
    expect(starts).toBeLessThanOrEqual(13)
  })

  it('makes a plan, and runs one with what a person changed in it', async () => {
    const planned = await batch('plan', '--plan')
    expect(planned.code, story(planned)).toBe(0)
    expect(planned.document.counts).toEqual({ pass: 0, fail: 0, notJudged: 0, error: 0, skipped: 10 })
    const file = path.join(folder, 'plan', 'plan.json')
    const plan = JSON.parse(fs.readFileSync(file, 'utf8')) as { rows: Array<{ excluded: boolean; expect: string | null }> }
    expect(plan.rows).toHaveLength(12)
    plan.rows.forEach((row, index) => (row.excluded = index > 1))
    plan.rows[0]!.expect = null
    fs.writeFileSync(path.join(folder, 'mine.json'), JSON.stringify({ ...plan, rows: plan.rows.slice(0, 4) }))
    const out = path.join(folder, 'planned')
    const result = await told(['batch', '--plan', path.join(folder, 'mine.json'), '--out', out, '--quiet'])
    expect(result.document.counts, story(result)).toEqual({ pass: 1, fail: 0, notJudged: 1, error: 0, skipped: 2 })
    expect(result.code).toBe(6)
    fs.writeFileSync(path.join(folder, 'bad.json'), JSON.stringify({ rows: [{ paht: 'x' }] }))
    const bad = await told(['batch', '--plan', path.join(folder, 'bad.json'), '--out', path.join(folder, 'bad')])
    expect([bad.code, ...bad.codes]).toEqual([2, 'PLAN_INVALID'])
  })

  it('applies a recipe to every row, and flags over it', async () => {
    const file = path.join(folder, 'recipe.json')
    fs.writeFileSync(file, JSON.stringify({ build: { backend: 'onnxruntime' }, validate: { atol: 1e30 } }))
    const run = (out: string, ...flags: string[]): Promise<Told> =>
      told(['batch', models, '--out', path.join(folder, out), '--recipe', file, '--quiet', ...flags])
    const lenient = await run('recipe')
    expect(lenient.document.counts, story(lenient)).toMatchObject({ pass: 12, fail: 0 })
    expect(lenient.code).toBe(0)
    const strict = await run('recipe', '--atol', '1e-4')
    expect(strict.document.counts, story(strict)).toMatchObject({ pass: 10, fail: 2 })
    expect(rowsOf(strict).some((row) => row.reused)).toBe(false)
  })

  it('refuses what it cannot write into and what is not there, says when nothing is a model, and keeps to the time limit', async () => {
    expect((await batch('models')).codes).toEqual(['OUT_NOT_A_BATCH'])
    const gone = await told(['batch', path.join(folder, 'gone'), '--out', path.join(folder, 'gone-out')])
    expect([gone.code, ...gone.codes]).toEqual([2, 'FILE_NOT_FOUND'])
    const none = await told(['batch', path.join(models, 'junk'), '--out', path.join(folder, 'none')])
    expect([none.code, ...none.codes]).toEqual([0, 'BATCH_EMPTY'])
    expect(rowsOf(none).flatMap((row) => row.findings.map((finding) => finding.code))).toContain('BATCH_PASSED_OVER')
    const one = path.join(models, planted[0] ?? '')
    const late = await told(['batch', one, '--out', path.join(folder, 'late'), '--backend', 'onnxruntime', '--row-minutes', '0.0001'])
    expect(late.code, story(late)).toBe(4)
    expect(rowsOf(late)[0]?.findings.map((finding) => finding.code)).toContain('BATCH_ROW_TIMEOUT')
  })
})
