import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommandLine } from '../../../electron/cli/command-line'
import { createNodeLauncher } from '../../../electron/core/engine-host/node-launcher'
import { addon, hostEntry } from '../engine-host/host-entry'
import { at, python, read, told, type Told } from './harness'

// No hostile file is ever executed: a file that each of them would make is the proof.

interface Hostile {
  name: string
  path: string
  sings: boolean
}
const hasPython = fs.existsSync(python)
let folder = ''
let canary = ''
let corpus: Hostile[] = []

/** The command line of this very process: three hundred calls, each a program of its own, would take minutes. */
async function call(...argv: string[]): Promise<Told> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const written: Buffer[] = []
  streams.stdout.on('data', (part: Buffer) => written.push(part))
  streams.stderr.resume()
  const begin = performance.now()
  const code = await runCommandLine({
    argv: [...argv, '--json'],
    environment: { PATH: process.env['PATH'], ENGINESMITH_DATA: path.join(folder, 'data'), LANG: 'C.UTF-8' },
    cwd: folder,
    packaged: false,
    version: '0.0.0-test',
    electron: null,
    installation: { pythonResources: at('resources', 'python'), addon, managedPython: python, samples: at('resources', 'samples') },
    launchHost: createNodeLauncher({ entry: await hostEntry(), addon }),
    stdout: streams.stdout as unknown as NodeJS.WriteStream,
    stderr: streams.stderr as unknown as NodeJS.WriteStream,
    app: () => null,
    onStop: () => () => undefined,
  })
  const stdout = Buffer.concat(written).toString('utf8')
  return read(argv[0], { code, signal: null, stdout, stderr: '', seconds: (performance.now() - begin) / 1000 })
}

/** Codes that say that a file was refused for what it is. */
const refusals = ['LOAD_DANGEROUS_PICKLE', 'LOAD_SCAN_FAILED', 'LOAD_UNSAFE_GLOBALS', 'FILE_UNKNOWN_FORMAT', 'FILE_TRUNCATED', 'FILE_UNREADABLE'] as const
const refused = (result: Told): boolean => result.code === 2 && result.codes.some((code) => refusals.some((one) => one === code))
const story = ({ code, codes, document }: Told): string => `${code}: ${codes.join(', ')}\n${document.findings.map((finding) => finding.message).join('\n')}`

describe.runIf(hasPython)('a hostile file', () => {
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-hostile-'))
    canary = path.join(folder, 'canary')
    const list = execFileSync(python, ['-W', 'ignore', at('test', 'fixtures', 'hostile', 'make_hostile.py'), path.join(folder, 'files'), canary])
    corpus = JSON.parse(list.toString('utf8')) as Hostile[]
  }, 120_000)
  beforeEach(() => fs.rmSync(canary, { force: true }))
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  const quiet = (): boolean => !fs.readdirSync(folder).some((name) => name.startsWith('canary'))

  it('comes in more than sixty kinds, most of which do run where nobody takes care', { timeout: 120_000 }, () => {
    expect(corpus.length).toBeGreaterThanOrEqual(60)
    const singing = corpus.filter((file) => file.sings)
    expect(singing.length).toBeGreaterThanOrEqual(50)
    // One process for all: each is loaded as a careless program would, and must have made the canary.
    const program = `
import json, os, pickle, sys, time
files, canary = json.loads(sys.argv[1]), sys.argv[2]
silent = []
for name, path in files:
    if os.path.exists(canary): os.remove(canary)
    try:
        with open(path, 'rb') as file: pickle.load(file)
    except Exception: pass
    for _ in range(100):
        if os.path.exists(canary): break
        time.sleep(0.02)
    else: silent.append(name)
if os.path.exists(canary): os.remove(canary)
sys.stderr.write(json.dumps(silent))`
    const silent = path.join(folder, 'silent.txt')
    execFileSync(python, ['-c', program, JSON.stringify(singing.map(({ name, path }) => [name, path])), canary], {
      cwd: folder,
      stdio: ['ignore', 'ignore', fs.openSync(silent, 'w')],
    })
    expect(fs.readFileSync(silent, 'utf8')).toMatch(/\[\]$/)
  })

  it.each(['inspect', 'convert', 'run'])('is refused by %s and runs nothing', { timeout: 240_000 }, async (command) => {
    const faults: string[] = []
    for (const file of corpus) {
      const rest = command === 'convert' ? ['--to', 'onnx', '-o', path.join(folder, 'out.onnx')] : command === 'run' ? ['--out', path.join(folder, 'run')] : []
      const result = await call(command, file.path, ...rest)
      if (!refused(result)) faults.push(`${file.name}: ${story(result)}`)
      if (!quiet()) faults.push(`${file.name} ran`)
      fs.rmSync(path.join(folder, 'run'), { recursive: true, force: true })
    }
    expect(faults).toEqual([])
    expect(fs.existsSync(path.join(folder, 'out.onnx'))).toBe(false)
  })

  it('runs nothing either where everything about it is allowed', { timeout: 240_000 }, async () => {
    const faults: string[] = []
    for (const file of corpus) {
      const { document } = await call('inspect', file.path)
      const sha256 = document.sha256 ?? '0'.repeat(64)
      const names = (document.pickle?.globals ?? []).filter((name) => /^\w[\w.]*\.\w+$/.test(name)).flatMap((name) => ['--allow-global', name])
      const all = ['--allow-listed', sha256, '--trust-once', sha256, ...names]
      for (const result of [await call('inspect', file.path, ...all), await call('run', file.path, '--out', path.join(folder, 'run'), ...all)])
        if (!refused(result)) faults.push(`${file.name}: ${story(result)}`)
      if (!quiet()) faults.push(`${file.name} ran`)
      fs.rmSync(path.join(folder, 'run'), { recursive: true, force: true })
    }
    expect(faults).toEqual([])
  })

  it('is refused by the program itself as well', { timeout: 60_000 }, async () => {
    for (const name of ['protocol-4', 'memo-shuffle', 'legacy', 'zip-with-two-data-pkl']) {
      const file = corpus.find((one) => one.name === name)
      const result = await told(['inspect', file?.path ?? ''])
      expect(result.code, story(result)).toBe(2)
      expect(result.codes).toContain('LOAD_DANGEROUS_PICKLE')
      expect(quiet()).toBe(true)
    }
  })
})
