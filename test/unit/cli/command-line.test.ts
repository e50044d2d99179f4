import Ajv from 'ajv/dist/2020'
import { describe, expect, it } from 'vitest'
import { jsonSchemas } from '../../../contract/schemas'
import { runCommandLine } from '../../../electron/cli/command-line'
import type { Surroundings } from '../../../electron/cli/surroundings'
import { sink } from './sink'
import { systemLanguage, textOf } from '../../../electron/cli/text'

const ajv = new Ajv({ allowUnionTypes: true })
const schemas = jsonSchemas()

async function called(argv: string[], changes: Partial<Surroundings> = {}) {
  const stdout = sink()
  const stderr = sink()
  const code = await runCommandLine({
    argv,
    environment: { LANG: 'C.UTF-8' },
    cwd: '/',
    packaged: false,
    version: '9.9.9',
    electron: null,
    installation: { pythonResources: '/none', addon: '/none', managedPython: '/none', samples: '/none' },
    launchHost: () => {
      throw new Error('no engine host is needed here')
    },
    stdout: stdout.stream,
    stderr: stderr.stream,
    app: () => null,
    onStop: () => () => undefined,
    ...changes,
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

describe('a call that comes to nothing', () => {
  it.each([
    [['run', 'a.pt', '--bogus', '--json'], 'run', 'UNKNOWN_FLAG'],
    [['convert', 'a.pt', '--to', 'onxx', '-o', 'b', '--json'], 'make', 'USAGE'],
    [['build', 'a.onnx', '-o', 'b', '--backend', 'onnxruntime', '--json'], 'make', 'BUILD_OPTION_UNSUPPORTED'],
    [['run', 'a.pt', '--out', 'd', '--recipe', '/none.json', '--json'], 'run', 'FILE_NOT_FOUND'],
    [['batch', 'a.pt', '--json'], 'batch', 'USAGE'],
    [['batch', '--out', '/none/d', '--json'], 'batch', 'USAGE'],
    [['bulk', 'a.pt', '--json'], 'plain', 'USAGE'],
    [['--json'], 'plain', 'USAGE'],
    [['--json', '--lang'], 'plain', 'USAGE'],
    [['compare', 'a.npz', '--json'], 'compare', 'USAGE'],
    [['inspect', '--json'], 'inspect', 'USAGE'],
    [['doctor', 'now', '--json'], 'doctor', 'USAGE'],
    [['open', '/none', '--json'], 'plain', 'RUN_UNREADABLE'],
  ] as const)('%j prints one document of its command and exits 2', async (argv, schema, finding) => {
    const { code, stdout } = await called([...argv])
    expect(code).toBe(2)
    expect(stdout.endsWith('\n')).toBe(true)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    const document = JSON.parse(stdout) as { findings: Array<{ code: string; remedy: string }> }
    const check = ajv.compile({ ...schemas[schema], $id: undefined })
    expect(check(document), JSON.stringify(check.errors)).toBe(true)
    expect(document.findings[0]?.code).toBe(finding)
    expect(document.findings.every(({ remedy }) => remedy !== '')).toBe(true)
  })

  it('tells people on stderr, in their language, and leaves stdout alone', async () => {
    const english = await called(['run', 'a.pt', '--out', 'd', '--precison', 'fp16'])
    expect(english).toMatchObject({ code: 2, stdout: '' })
    expect(english.stderr).toContain('Did you mean --precision?')
    const chinese = await called(['run', 'a.pt', '--out', 'd', '--precison', 'fp16', '--lang', 'zh-CN'])
    expect(chinese.stderr).toContain('是否想输入 --precision？')
    const fromSystem = await called(['rnu'], { environment: { LANG: 'zh_CN.UTF-8' } })
    expect(fromSystem.stderr).toContain('没有 rnu 这个命令')
  })

  it('shows help and version, also as a document', async () => {
    expect(await called(['--version'])).toMatchObject({ code: 0, stdout: '9.9.9\n', stderr: '' })
    expect((await called(['run', '--help'])).stdout).toContain('Usage: enginesmith run')
    const { code, stdout } = await called(['run', '--help', '--json'])
    expect(code).toBe(0)
    const check = ajv.compile({ ...schemas.run, $id: undefined })
    expect(check(JSON.parse(stdout)), JSON.stringify(check.errors)).toBe(true)
  })

  it('survives a reader that went away', async () => {
    const stdout = sink()
    stdout.stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect((await called(['--json'], { stdout: stdout.stream })).code).toBe(2)
  })
})

describe('the language', () => {
  it.each([
    [{ LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
    [{ LANG: 'zh' }, 'zh-CN'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'en_US.UTF-8' }, 'en'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW' }, 'zh-CN'],
    [{ LANG: 'zhx' }, 'en'],
    [{}, 'en'],
  ])('%j is %s', (environment, language) => expect(systemLanguage(environment)).toBe(language))

  it('has every word in both tables', () => {
    const paths = (node: object, at = ''): string[] =>
      Object.entries(node).flatMap(([key, value]) => (value !== null && typeof value === 'object' ? paths(value as object, `${at}${key}.`) : [`${at}${key}`]))
    expect(paths(textOf('zh-CN'))).toEqual(paths(textOf('en')))
  })
})
