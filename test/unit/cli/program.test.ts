import { describe, expect, it } from 'vitest'
import { commands } from '../../../electron/cli/commands'
import { earlyCommand, earlyGlobals, parseCall, usageOf } from '../../../electron/cli/program'
import { spreadSpecs } from '../../../electron/cli/flags/spread'
import { textOf } from '../../../electron/cli/text'
import { UsageError } from '../../../electron/cli/usage'

const text = textOf('en')
const parse = (...argv: string[]) => parseCall(argv, commands, '1.2.3', text)
const refusal = (...argv: string[]): UsageError => {
  try {
    parse(...argv)
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('the call was accepted')
}
const call = (...argv: string[]) => {
  const parsed = parse(...argv)
  if (parsed.kind !== 'call') throw new Error('no call')
  return {
    command: parsed.command.name,
    args: parsed.call.args,
    own: parsed.call.own,
    given: Object.fromEntries(parsed.call.given.map(({ flag, values }) => [flag.name, values])),
  }
}

describe('a call', () => {
  it('is understood with its flags anywhere', () => {
    expect(call('run', '--json', 'a.pt', '--out', 'd', '--atol', '1e-3', '--no-refit', '--lang', 'zh-CN')).toEqual({
      command: 'run',
      args: ['a.pt'],
      own: { out: 'd', recipe: undefined },
      given: { atol: ['1e-3'], refit: [false] },
    })
    expect(call('--json', 'build', '-o', 'x.engine', 'a.onnx', '--refit', '--target', 'sm86', '--target', 'sm120').given).toEqual({
      refit: [true],
      target: ['sm86', 'sm120'],
    })
  })

  it('takes several specifications after one flag without swallowing the file', () => {
    expect(call('run', '--input', 'x:float32:Nx3', 'y:int64:', 'a.pt', '--out', 'd')).toMatchObject({
      args: ['a.pt'],
      given: { input: ['x:float32:Nx3', 'y:int64:'] },
    })
    expect(call('build', '--shapes', 'x:1x3/4x3/8x3', 'y:1/2/3', 'a.onnx', '-o', 'e')).toMatchObject({
      args: ['a.onnx'],
      given: { shapes: ['x:1x3/4x3/8x3', 'y:1/2/3'] },
    })
    expect(spreadSpecs(['run', '--', '--input', 'a:float32:1', 'b:float32:1'])).toEqual(['run', '--', '--input', 'a:float32:1', 'b:float32:1'])
  })

  it('takes a file whose name begins with a dash after --', () => expect(call('inspect', '--', '-odd.pt').args).toEqual(['-odd.pt']))
  it('takes a file that is called like a command', () => expect(call('inspect', 'run').args).toEqual(['run']))
})

describe('a wrong call', () => {
  it.each([
    [['run', 'a.pt', '--out', 'd', '--precison', 'fp16'], '--precison', '--precision'],
    [['build', 'a.onnx', '--opt-levl', '3'], '--opt-levl', '--opt-level'],
    [['convert', 'a.pt', '--too', 'onnx'], '--too', '--to'],
    [['doctor', '--jsn'], '--jsn', '--json'],
    [['inspect', 'a.pt', '--precision', 'fp16'], '--precision', null],
    [['--quite'], '--quite', '--quiet'],
    [['run', 'a.pt', '--out', 'd', '-x'], '-x', '-h'],
  ])('%j names the unknown flag and the nearest', (argv, flag, near) => {
    const error = refusal(...argv)
    expect(error.code).toBe('UNKNOWN_FLAG')
    expect(error.evidence['flag']).toBe(flag)
    if (near !== null && near !== '-h') expect(error.evidence['nearest']).toBe(near)
    expect(error.remedy).toContain(String(error.evidence['nearest']))
  })

  it('names the unknown command and the nearest', () => {
    const error = refusal('rnu', 'a.pt')
    expect(error.code).toBe('USAGE')
    expect(error.message).toContain('rnu')
    expect(error.remedy).toContain('Did you mean run?')
  })

  it('lists no command that is not there', () => {
    expect(refusal('bulk', 'a.pt').message).toContain('bulk')
    expect(refusal().remedy).not.toContain('bulk')
  })

  it.each([
    [['run', 'a.pt'], '--out is missing.'],
    [['build', 'a.onnx'], '-o is missing.'],
    [['convert', 'a.pt', '-o', 'b.onnx'], '--to is missing.'],
    [['convert', '--to', 'onnx', '-o', 'b.onnx'], 'FILE is missing.'],
    [['compare', 'a.npz'], 'B.npz is missing.'],
    [['inspect', 'a.pt', 'b.pt'], 'This is one argument too many: b.pt'],
    [['run', 'a.pt', '--out'], '--out needs a value.'],
    [['build', 'a.onnx', '-o'], '--out needs a value.'],
    [[], 'No command was given.'],
    [['--json'], 'No command was given.'],
    [['doctor', '--lang', 'fr'], '--lang cannot be fr.'],
  ])('%j says what is wrong', (argv, message) => {
    const error = refusal(...argv)
    expect(error.message).toBe(message)
    expect(error.remedy).not.toBe('')
  })

  it('knows the language, the form and the command before the call is understood', () => {
    expect(earlyGlobals(['run', '--lang', 'zh-CN', '--json', '--bogus'])).toEqual({ json: true, quiet: false, verbose: false, lang: 'zh-CN' })
    expect(earlyGlobals(['--lang=en', 'run', '--', '--json'])).toMatchObject({ json: false, lang: 'en' })
    expect(earlyCommand(['--lang', 'en', 'run', '--bogus'], commands)?.name).toBe('run')
    expect(earlyCommand(['bogus', 'run'], commands)).toBeNull()
  })
})

describe('help', () => {
  it('is shown for the program and for each command, in both languages', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      const words = textOf(language)
      for (const command of commands) {
        const shown = parseCall([command.name, '--help'], commands, '1', words)
        if (shown.kind !== 'shown') throw new Error('no help')
        expect(shown.output).toContain(words.commands[command.name])
        expect(shown.output).toContain('--json')
        for (const { name } of command.flags) expect(shown.output).toContain(`--${name}`)
      }
    }
    expect(parse('--help')).toMatchObject({ kind: 'shown', what: 'help', command: null })
    expect(parse('--version')).toMatchObject({ kind: 'shown', what: 'version', output: '1.2.3\n' })
  })

  it('shows how a command is called', () => {
    expect(commands.map(usageOf)).toEqual([
      'enginesmith doctor',
      'enginesmith inspect FILE',
      'enginesmith convert FILE --to onnx|torchscript|exported-program|safetensors|wts -o FILE',
      'enginesmith build FILE -o FILE',
      'enginesmith run FILE --out DIR',
      'enginesmith compare A.npz B.npz',
      'enginesmith validate RUN',
      'enginesmith batch PATH… --out DIR',
      'enginesmith time ENGINE',
      'enginesmith layers ENGINE',
      'enginesmith diff A B',
      'enginesmith refit ENGINE --from FILE -o FILE',
      'enginesmith sheet FILE',
      'enginesmith drill FILE',
      'enginesmith export RUN -o DIR',
      'enginesmith open RUN',
    ])
  })
})
