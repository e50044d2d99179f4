import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { descendants, environment, models, read, root, start, story, temporary, told, until, type Options } from './harness'

let folder = ''
let m = ''
const at = (...parts: string[]) => path.join(folder, ...parts)
const model = (name: string) => path.join(m, name)

beforeAll(() => {
  folder = temporary()
  m = models()
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const slow = (out: string) => ['run', model('slow.onnx'), '--out', at(out), '--backend', 'tensorrt-rtx', '--target', 'sm86', '--json']
const sleepy = (out: string) => [
  'run',
  model('sleepy.pt'),
  '--model',
  'nets:Sleepy',
  '--project',
  model('project'),
  '--input',
  'x:float32:Nx4',
  '--backend',
  'onnxruntime',
  '--out',
  at(out),
  '--json',
]

const stateOf = (out: string, stage: string): string | null => {
  try {
    return (JSON.parse(fs.readFileSync(at(out, 'run.json'), 'utf8')) as { stages: Record<string, { state: string }> }).stages[stage]?.state ?? null
  } catch {
    return null
  }
}

/** Starts a call and waits until one of its stages is at work. */
async function working(argv: string[], out: string, stage: string, options: Options = {}) {
  const { child, ended } = start(argv, options)
  await Promise.race([
    until(`${stage} of ${out} is running`, () => stateOf(out, stage) === 'running'),
    ended.then((result) => Promise.reject(new Error(`It ended first: ${result.stdout}${result.stderr}`))),
  ])
  return { child, pid: child.pid ?? 0, ended }
}
const halfFiles = (out: string) =>
  fs
    .readdirSync(at(out), { recursive: true })
    .map(String)
    .filter((name) => /\.scratch-|\.tmp-|\.part$/.test(name))

describe('cancel', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of a build: 130, soon, with what was done kept', async (signal) => {
    const out = `cancel-${signal}`
    const { child, ended } = await working(slow(out), out, 'build')
    await new Promise((resolve) => setTimeout(resolve, 700))
    const begin = performance.now()
    child.kill(signal)
    const result = read('run', await ended)
    expect(result.code, story(result)).toBe(130)
    expect((performance.now() - begin) / 1000).toBeLessThan(5)
    expect(result.document.stages).toMatchObject({
      load: { state: 'completed' },
      convert: { state: 'completed' },
      build: { state: 'cancelled' },
      validate: { state: 'pending' },
    })
    expect(result.codes).toContain('CANCELLED')
    expect(result.document).toMatchObject({ verdict: null, achieved: null, requested: { backend: 'tensorrt-rtx' } })
    expect(halfFiles(out)).toEqual([])
  })

  it('reaches every process of a terminal at once, as Ctrl-C does, and is still a cancel', async () => {
    const { child, pid, ended } = await working(slow('group'), 'group', 'build')
    await new Promise((resolve) => setTimeout(resolve, 500))
    for (const one of descendants(pid)) process.kill(one.pid, 'SIGINT')
    child.kill('SIGINT')
    const result = read('run', await ended)
    expect(result.code, story(result)).toBe(130)
    expect(result.document.stages?.build.state).toBe('cancelled')
  })

  it('reaches the command through npm and the shell that npm puts before it', async () => {
    const argv = ['run', '-s', 'cli', '--', ...slow('npm')]
    const npm = spawn('npm', argv, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    npm.stdout.on('data', (part: Buffer) => (stdout += part.toString()))
    const closed = new Promise((resolve) => npm.on('close', resolve))
    await until('the build is at work', () => stateOf('npm', 'build') === 'running')
    npm.kill('SIGTERM')
    await closed
    const { document } = read('run', { code: 130, signal: null, stdout, stderr: '', seconds: 0 })
    expect(document.stages?.build.state).toBe('cancelled')
  })

  it('stops Python too', async () => {
    const { child, pid, ended } = await working(sleepy('python'), 'python', 'load')
    await until('Python is there', () => descendants(pid).some(({ command }) => command.includes('python')))
    await new Promise((resolve) => setTimeout(resolve, 500))
    const below = descendants(pid).map((one) => one.pid)
    child.kill('SIGINT')
    const result = read('run', await ended)
    expect(result.code, story(result)).toBe(130)
    expect(result.document.stages?.load.state).toBe('cancelled')
    await until('no process is left', () => below.every((one) => !fs.existsSync(`/proc/${one}`)), 10)
  })

  it('of a single result leaves no file', async () => {
    const { child, ended } = start(['build', model('slow.onnx'), '-o', at('slow.engine'), '--backend', 'tensorrt-rtx', '--target', 'sm86', '--json'])
    let told = ''
    child.stderr?.on('data', (part: Buffer) => (told += part.toString()))
    await until('the build is at work', () => told.includes('Build'))
    child.kill('SIGTERM')
    const result = read('build', await ended)
    expect(result.code, story(result)).toBe(130)
    expect(result.document.artifacts).toEqual([])
    expect(fs.readdirSync(folder).filter((name) => name.includes('engine') || name.startsWith('.tmp'))).toEqual([])
  })
})

describe('a crash', () => {
  it('of the engine host in the middle of a build: 4, with the last words of the builder', async () => {
    const { pid, ended } = await working(slow('host'), 'host', 'build')
    await until('the host is there', () => descendants(pid).some(({ command }) => command.includes('engine-host')))
    await new Promise((resolve) => setTimeout(resolve, 500))
    for (const one of descendants(pid).filter(({ command }) => command.includes('engine-host'))) process.kill(one.pid, 'SIGKILL')
    const result = read('run', await ended)
    expect(result.code, story(result)).toBe(4)
    expect(result.document.stages).toMatchObject({ build: { state: 'crashed' }, validate: { state: 'pending' } })
    expect(result.codes).toContain('HOST_CRASHED')
    expect(halfFiles('host')).toEqual([])
  })

  it('of Python: 4', async () => {
    const { pid, ended } = await working(sleepy('worker'), 'worker', 'load')
    await until('Python is there', () => descendants(pid).some(({ command }) => command.includes('enginesmith_worker')))
    await new Promise((resolve) => setTimeout(resolve, 500))
    for (const one of descendants(pid).filter(({ command }) => command.includes('enginesmith_worker'))) process.kill(one.pid, 'SIGKILL')
    const result = read('run', await ended)
    expect(result.code, story(result)).toBe(4)
    expect(result.document.stages?.load.state).toBe('crashed')
    expect(result.codes).toContain('WORKER_CRASHED')
  })
})

describe('a folder', () => {
  it('that another process works in is refused with 2, and the other one is not disturbed', async () => {
    const { child, ended } = await working(slow('busy'), 'busy', 'build')
    const second = await told(slow('busy').slice(0, -1))
    expect(second.code, story(second)).toBe(2)
    expect(second.codes).toContain('RUN_BUSY')
    expect((await told(['validate', at('busy')])).codes).toContain('RUN_BUSY')
    child.kill('SIGTERM')
    expect((await ended).code).toBe(130)
  })

  it('whose process was killed says so, resumes, and reuses what was done', async () => {
    const argv = [...slow('killed').slice(0, -1)]
    const { child, pid, ended } = await working(slow('killed'), 'killed', 'build')
    const below = descendants(pid).map((one) => one.pid)
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    await until('the host ends with its parent', () => below.every((one) => !fs.existsSync(`/proc/${one}`)), 15)
    expect(stateOf('killed', 'build')).toBe('running')
    const validated = await told(['validate', at('killed')])
    expect(validated.code, story(validated)).toBe(2)
    const again = await told(argv)
    expect([0, 6], story(again)).toContain(again.code)
    expect(again.document.stages).toMatchObject({ load: { state: 'cached' }, convert: { state: 'cached' }, build: { state: 'completed' } })
    expect(halfFiles('killed')).toEqual([])
  })
})
