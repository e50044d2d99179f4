import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import Ajv, { type ValidateFunction } from 'ajv/dist/2020'
import { expect } from 'vitest'
import type { BatchDocument, CompareDocument, InspectDocument, MakeDocument, RunDocument } from '../../../contract/documents'
import type { DoctorDocument } from '../../../contract/environment'
import type { Finding } from '../../../contract/finding'

/** The command line as a child process, as a person or a script starts it. */

export const root = path.resolve(import.meta.dirname, '../../..')
export const at = (...parts: string[]): string => path.join(root, ...parts)
/** Another bundle can be tested by naming it. */
const entry = process.env['ENGINESMITH_TEST_CLI'] ?? at('out', 'cli', 'index.js')
export const python = process.platform === 'win32' ? at('.venv', 'Scripts', 'python.exe') : at('.venv', 'bin', 'python')

const files: Record<string, string> = {
  doctor: 'doctor',
  inspect: 'inspect',
  convert: 'make',
  build: 'make',
  run: 'run',
  validate: 'run',
  batch: 'batch',
  compare: 'compare',
  time: 'time',
  layers: 'layers',
  diff: 'diff',
  refit: 'refit',
  sheet: 'sheet',
  drill: 'drill',
  export: 'export',
  open: 'plain',
}
const ajv = new Ajv({ allowUnionTypes: true })
const checks = new Map<string, ValidateFunction>()

/** The published schema of a command's document; of no command, the plain one. */
export function schemaOf(command: string | undefined): ValidateFunction {
  const name = files[command ?? ''] ?? 'plain'
  let check = checks.get(name)
  if (!check) {
    check = ajv.compile(JSON.parse(fs.readFileSync(at('docs', 'schemas', `${name}.json`), 'utf8')) as object)
    checks.set(name, check)
  }
  return check
}

/** Everything that any document may hold: tests read what their command promises. */
export type AnyDocument = Partial<Omit<RunDocument & BatchDocument & MakeDocument & CompareDocument & InspectDocument & DoctorDocument, 'findings'>> & {
  findings: Finding[]
}

export interface Result {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  seconds: number
}
export type Told = Result & { document: AnyDocument; codes: string[] }

export interface Options {
  cwd?: string
  env?: Record<string, string | undefined>
  /** The clone's copy to run; the clone itself where absent. */
  entry?: string
  /** An ordinary user to be, for a test that runs as root. */
  uid?: number
  /** Called once the process is there. */
  started?: (child: ChildProcess) => void
}

let data: string | null = null
/** A data folder for a whole test file, so that no test reads or writes the person's own settings. */
export function dataFolder(): string {
  data ??= fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-data-'))
  return data
}

export function environment(extra: Record<string, string | undefined> = {}): Record<string, string> {
  const clean = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|LC_|LANG$|NODE_|VITEST|ENGINESMITH_)/.test(name))
  const all = { ...Object.fromEntries(clean), LANG: 'C.UTF-8', ENGINESMITH_DATA: dataFolder(), ...extra }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined))
}

export function start(argv: readonly string[], options: Options = {}): { child: ChildProcess; ended: Promise<Result> } {
  const program = options.entry ?? entry
  if (!fs.existsSync(program)) throw new Error(`${program} is missing: the command line is not built (npm run build)`)
  const begin = performance.now()
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: options.cwd ?? os.tmpdir(),
    env: environment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    uid: options.uid,
    gid: options.uid,
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (part: Buffer) => out.push(part))
  child.stderr?.on('data', (part: Buffer) => err.push(part))
  options.started?.(child)
  const ended = new Promise<Result>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const text = (parts: Buffer[]) => Buffer.concat(parts).toString('utf8')
      resolve({ code, signal, stdout: text(out), stderr: text(err), seconds: (performance.now() - begin) / 1000 })
    })
  })
  return { child, ended }
}

export const cli = (argv: readonly string[], options: Options = {}): Promise<Result> => start(argv, options).ended

/** Runs a command with --json and holds its one document against the published schema and the rules for all documents. */
export async function told(argv: readonly string[], options: Options = {}): Promise<Told> {
  return read(argv[0], await cli([...argv, '--json'], options))
}

export function read(command: string | undefined, result: Result): Told {
  const { stdout, stderr, code } = result
  expect(stdout.trim().split('\n').length, `one document on stdout, not:\n${stdout}\n${stderr}`).toBe(1)
  const document = JSON.parse(stdout) as AnyDocument
  const check = schemaOf(command)
  expect(check(document), `${JSON.stringify(check.errors)}\n${stdout}`).toBe(true)
  if (code !== 0) expect(document.findings.length, stderr).toBeGreaterThan(0)
  for (const finding of document.findings) expect(finding.remedy.trim()).not.toBe('')
  expect(stdout).not.toMatch(/\bat .+\(?(file:|node:|\/).+:\d+:\d+\)?/)
  for (const stage of Object.values(document.stages ?? {})) expect(stage.cached).toBe(stage.state === 'cached')
  return { ...result, document, codes: document.findings.map(({ code: name }) => name) }
}

/** What a failed expectation shows beside the codes. */
export const story = ({ code, document, stderr }: Told): string =>
  `exit ${code}\n${document.findings.map((finding) => `${finding.severity} ${finding.code}: ${finding.message} -> ${finding.remedy}`).join('\n')}\n${stderr}`

/** A folder that a test file fills and that is gone afterwards. */
export function temporary(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-test-'))
}

/** The model files, made once for the scripts as they are now. */
export function models(): string {
  const scripts = ['make_models.py', 'nets.py'].map((name) => at('test', 'fixtures', 'cli', name))
  const hash = createHash('sha256')
  for (const script of scripts) hash.update(fs.readFileSync(script))
  const folder = at('.cache', 'test', `cli-models-${hash.digest('hex').slice(0, 12)}`)
  if (fs.existsSync(folder)) return folder
  const half = `${folder}.${process.pid}`
  const made = spawnSync(python, [scripts[0] ?? '', half], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`make_models.py failed: ${made.error?.message ?? made.stderr}`)
  fs.renameSync(half, folder)
  return folder
}

/** A copy of the clone that lacks parts of it: out/ is copied, what is kept is linked. */
export function cloneWithout(folder: string, lacking: ReadonlyArray<'.venv' | 'native' | 'resources'>): string {
  fs.cpSync(path.dirname(entry), path.join(folder, 'out', 'cli'), { recursive: true })
  fs.copyFileSync(at('package.json'), path.join(folder, 'package.json'))
  for (const part of ['.venv', 'native', 'resources', 'node_modules'] as const) {
    if (part === 'node_modules' || !lacking.includes(part)) fs.symlinkSync(at(part), path.join(folder, part))
  }
  return path.join(folder, 'out', 'cli', 'index.js')
}

/** Waits until something holds; fails with its name when it never does. */
export async function until(what: string, holds: () => boolean, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Processes that a process started, and theirs. */
export function descendants(pid: number): Array<{ pid: number; command: string }> {
  const all = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8')
        const command = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), command }]
      } catch {
        return []
      }
    })
  const below = (parent: number): typeof all => all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)])
  return below(pid)
}
