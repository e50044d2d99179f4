// Starts other programs for the scripts of build/.
import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { root } from './paths.mjs'

/** A program that ended badly: says which, how and its last lines. */
export class ProcessFailure extends Error {
  /** @param {string} command @param {number | null} code @param {NodeJS.Signals | null} signal @param {string} tail */
  constructor(command, code, signal, tail) {
    super(`${command} ended with ${signal ? `signal ${signal}` : `exit code ${code}`}${tail ? `\n${tail}` : ''}`)
    this.name = 'ProcessFailure'
    this.code = code
    this.signal = signal
    this.tail = tail
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] laid over this process's own
 * @property {boolean} [quiet] collect instead of showing
 * @property {boolean} [inherit] give the program this terminal; nothing is collected
 * @property {(line: string) => void} [onLine] every line of both streams
 * @property {boolean} [allowFailure] resolve with the exit code instead of throwing
 * @property {AbortSignal} [signal]
 */

/**
 * npm is a script on Windows and needs its shim there.
 * @param {string} command
 */
const executable = (command) => (process.platform === 'win32' && ['npm', 'npx'].includes(command) ? `${command}.cmd` : command)

/** Pieces of text in, whole lines out. @param {(line: string) => void} each */
export function lines(each) {
  let rest = ''
  return {
    /** @param {string} text */
    push(text) {
      const parts = (rest + text).split(/\r\n|\n|\r/)
      rest = parts.pop() ?? ''
      for (const part of parts) each(part)
    },
    end() {
      if (rest) each(rest)
      rest = ''
    },
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(executable(command), args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      shell: executable(command).endsWith('.cmd'),
      signal: options.signal,
    })
    let stdout = ''
    let stderr = ''
    const seen = options.onLine ? [lines(options.onLine), lines(options.onLine)] : []
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text
      if (!options.quiet && !options.onLine) process.stderr.write(text)
      seen[0]?.push(text)
    })
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text
      if (!options.quiet && !options.onLine) process.stderr.write(text)
      seen[1]?.push(text)
    })
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)))
    child.on('close', (code, signal) => {
      for (const reader of seen) reader.end()
      if (code === 0 || (options.allowFailure && code !== null)) return resolve({ code: code ?? 0, stdout, stderr })
      // Its last words, without the places in somebody else's code.
      const said = stripVTControlCharacters(stderr.trim() || stdout.trim()).split('\n')
      const tail = said
        .filter((line) => !/^\s+at /.test(line))
        .slice(-12)
        .join('\n')
      reject(new ProcessFailure(`${command} ${args.slice(0, 3).join(' ')}`, code, signal, options.inherit ? '' : tail))
    })
  })
}

/**
 * Whether a program answers; false where it is missing.
 * @param {string} command @param {string[]} args
 */
export const works = (command, args = ['--version']) =>
  run(command, args, { quiet: true }).then(
    () => true,
    () => false,
  )
