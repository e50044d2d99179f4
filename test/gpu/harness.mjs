// What a check on a GPU machine gets: the command line as a child process, Python, models made from a seed, and a record.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {{ code: number | null, doc: any, stdout: string, stderr: string, seconds: number }} CliResult
 * @typedef {{ code: number | null, stdout: string, stderr: string, seconds: number }} ProcessResult
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, onStart?: (child: import('node:child_process').ChildProcess) => void }} ProcessOptions
 * @typedef {{ ok: boolean, what: string }} Expectation
 * @typedef {{
 *   cli: (args: string[], options?: ProcessOptions) => Promise<CliResult>,
 *   python: (script: string, args?: string[], options?: ProcessOptions) => Promise<ProcessResult>,
 *   dir: string,
 *   root: string,
 *   models: Readonly<Record<string, string>>,
 *   only: readonly string[],
 *   expect: (condition: unknown, what: string) => boolean,
 *   row: (title: string, columns: Record<string, unknown>) => void,
 *   note: (text: string) => void,
 * }} Context
 * @typedef {{ name: string, title: string, run: (context: Context) => Promise<void> }} Check
 * @typedef {{ name: string, title: string, seconds: number, expectations: Expectation[], rows: Array<{ title: string, columns: Record<string, unknown> }>, notes: string[], error: string | null }} CheckRecord
 */

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

/**
 * Runs a program to its end. A program over its time is killed and reads as code null.
 * @param {string} command @param {string[]} args @param {ProcessOptions} [options] @returns {Promise<ProcessResult>}
 */
export function execute(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? 300_000,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 }))
    options.onStart?.(child)
  })
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * @param {Check} check @param {{ scratch: string, python: string, models: Readonly<Record<string, string>>, only: readonly string[] }} machine
 * @returns {Promise<CheckRecord>}
 */
export async function runCheck(check, machine) {
  const dir = path.join(machine.scratch, check.name)
  fs.rmSync(dir, { recursive: true, force: true })
  fs.mkdirSync(dir, { recursive: true })
  /** @type {CheckRecord} */
  const record = { name: check.name, title: check.title, seconds: 0, expectations: [], rows: [], notes: [], error: null }
  const started = performance.now()
  // Settings, histories and caches of one check are not those of another.
  const own = { ENGINESMITH_DATA: path.join(dir, 'data') }
  /** @type {Context} */
  const context = {
    dir,
    root,
    models: machine.models,
    only: machine.only,
    async cli(args, options = {}) {
      const entry = path.join(root, 'out', 'cli', 'index.js')
      const ended = await execute(process.execPath, [entry, ...args, '--json'], { cwd: dir, ...options, env: { ...own, ...options.env } })
      return { ...ended, doc: parsed(ended.stdout) }
    },
    async python(script, args = [], options = {}) {
      const file = script.endsWith('.py') && !script.includes('\n') ? script : path.join(dir, `script-${Date.now()}.py`)
      if (file !== script) fs.writeFileSync(file, script)
      return execute(machine.python, [file, ...args], { cwd: dir, ...options })
    },
    expect(condition, what) {
      record.expectations.push({ ok: Boolean(condition), what })
      return Boolean(condition)
    },
    row: (title, columns) => record.rows.push({ title, columns }),
    note: (text) => record.notes.push(text),
  }
  try {
    await check.run(context)
  } catch (error) {
    record.error = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  record.seconds = (performance.now() - started) / 1000
  return record
}

/** @param {unknown} value */
const cell = (value) =>
  value === null || value === undefined ? '–' : typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(4) : String(value)

/** A check's rows as Markdown tables, one for each set of columns. @param {CheckRecord} record */
export function asMarkdown(record) {
  const lines = [`## ${record.title}`, '']
  let head = ''
  for (const { title, columns } of record.rows) {
    const names = Object.keys(columns)
    if (names.join() !== head) {
      head = names.join()
      lines.push('', `| | ${names.join(' | ')} |`, `|---|${names.map(() => '---').join('|')}|`)
    }
    lines.push(`| ${title} | ${names.map((name) => cell(columns[name])).join(' | ')} |`)
  }
  lines.push('')
  for (const note of record.notes) lines.push(`- ${note}`)
  const failed = record.expectations.filter(({ ok }) => !ok)
  lines.push('', `${record.expectations.length - failed.length} of ${record.expectations.length} expectations held, ${record.seconds.toFixed(1)} s.`)
  for (const { what } of failed) lines.push(`- NOT: ${what}`)
  if (record.error !== null) lines.push('', '```', record.error, '```')
  return lines.join('\n')
}
