import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandDocuments } from '../../../contract/documents'
import { cli, start, story, temporary, told } from './harness'

let folder = ''
beforeAll(() => {
  folder = temporary()
  fs.writeFileSync(path.join(folder, 'there.engine'), 'mine')
  fs.writeFileSync(path.join(folder, 'small.onnx'), 'not read before the flags are')
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A call of each command that would be understood. */
const sound: Record<keyof typeof commandDocuments, string[]> = {
  doctor: ['doctor'],
  inspect: ['inspect', 'a.pt'],
  convert: ['convert', 'a.pt', '--to', 'onnx', '-o', 'b.onnx'],
  build: ['build', 'a.onnx', '-o', 'b.engine'],
  run: ['run', 'a.pt', '--out', 'd'],
  compare: ['compare', 'a.npz', 'b.npz'],
  validate: ['validate', 'd'],
  batch: ['batch', 'models', '--out', 'd'],
  time: ['time', 'x.engine'],
  layers: ['layers', 'x.engine'],
  diff: ['diff', 'a.engine', 'b.engine'],
  refit: ['refit', 'x.engine', '--from', 'x.onnx', '-o', 'y.engine'],
  sheet: ['sheet', 'x.onnx'],
  drill: ['drill', 'x.onnx'],
  export: ['export', 'd', '-o', 'e'],
  open: ['open', 'd'],
}

describe.each(Object.entries(sound))('%s', (name, argv) => {
  it('refuses an unknown flag with 2, the nearest name and its own document', async () => {
    const result = await told([...argv, '--jsn'])
    expect(result.code, story(result)).toBe(2)
    expect(result.document.findings[0]).toMatchObject({ code: 'UNKNOWN_FLAG', severity: 'error', evidence: { flag: '--jsn', nearest: '--json' } })
    expect(result.document.findings[0]?.remedy).toContain('--json')
  })

  it('refuses one argument too many, or a path that is not there where it takes any number', async () => {
    const result = await told([...argv, 'stray'])
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).toEqual([name === 'batch' ? 'FILE_NOT_FOUND' : 'USAGE'])
  })

  it('shows its help and exits 0', async () => {
    const { code, stdout, stderr } = await cli([argv[0] ?? '', '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`enginesmith ${argv[0]}`)
  })
})

describe('a call that is refused', () => {
  it.each([
    [[], 'USAGE'],
    [['batch', '--out', 'd'], 'USAGE'],
    [['batch', 'x', '--out', 'd'], 'FILE_NOT_FOUND'],
    [['run', 'a.pt'], 'USAGE'],
    [['run', 'a.pt', '--out', 'd', '--atol', 'much'], 'USAGE'],
    [['run', 'a.pt', '--out', 'd', '--allow-global', 'x'], 'USAGE'],
    [['convert', 'a.pt', '--to', 'tflite', '-o', 'b'], 'USAGE'],
    [['convert', 'a.pt', '-o', 'b.onnx'], 'USAGE'],
    [['build', 'small.onnx', '-o', 'there.engine'], 'OUT_EXISTS'],
    [['build', 'small.onnx', '-o', 'small.onnx', '--force'], 'OUT_EXISTS'],
    [['build', 'small.onnx', '-o', 'none/x.engine'], 'OUT_NOT_WRITABLE'],
    [['build', 'small.onnx', '-o', 'x.engine', '--backend', 'onnxruntime'], 'BUILD_OPTION_UNSUPPORTED'],
    [['build', 'small.onnx', '-o', 'x.engine', '--target', 'ampere'], 'TARGET_UNKNOWN'],
    [['run', 'a.pt', '--out', 'd', '--model-args', '{'], 'MODEL_ARGS_INVALID'],
    [['run', 'a.pt', '--out', 'd', '--recipe', 'small.onnx'], 'RECIPE_INVALID'],
    [['run', 'a.pt', '--out', 'd', '--lang', 'de'], 'USAGE'],
    [['validate', '.'], 'OUT_NOT_A_RUN'],
    [['open', '.'], 'RUN_UNREADABLE'],
  ])('%j: 2, %s', async (argv, code) => {
    const result = await told(argv, { cwd: folder })
    expect(result.code, story(result)).toBe(2)
    expect(result.codes).toContain(code)
    expect(fs.readdirSync(folder).sort()).toEqual(['small.onnx', 'there.engine'])
    expect(fs.readFileSync(path.join(folder, 'there.engine'), 'utf8')).toBe('mine')
  })

  it('starts nothing and is quick', async () => {
    expect((await told(['run', 'a.pt', '--out', 'd', '--bogus'])).seconds).toBeLessThan(3)
  })

  it('speaks to people on stderr, in Chinese too', async () => {
    const { code, stdout, stderr } = await cli(['run', 'a.pt', '--out', 'd', '--precison', 'fp16', '--lang', 'zh-CN'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--precision')
    expect(stderr).toMatch(/[\u4e00-\u9fff]/)
  })
})

describe('the process', () => {
  it('lets relative paths start where npm was called', async () => {
    const result = await told(['build', 'small.onnx', '-o', 'there.engine'], { cwd: '/', env: { INIT_CWD: folder } })
    expect(result.document.findings[0]).toMatchObject({ code: 'OUT_EXISTS', evidence: { path: path.join(folder, 'there.engine') } })
  })

  it('keeps its exit code where the reader of stdout is gone', async () => {
    const { child, ended } = start(['run', 'a.pt', '--bogus', '--json'])
    child.stdout?.destroy()
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
  })
})
