// Finds an interpreter for the managed environment, and reads what an environment holds without starting it.
import fs from 'node:fs'
import path from 'node:path'
import { run } from './process.mjs'

/** numpy 2.4 has no build for 3.10, and torch 2.11 none after 3.13 that was tried. */
export const supported = { from: [3, 11], to: [3, 13] }

/** @typedef {{ command: string, args: string[], version: string }} Interpreter */

/** @param {string} version @returns {boolean} */
export function fits(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major === supported.from[0] && minor >= (supported.from[1] ?? 0) && minor <= (supported.to[1] ?? 0)
}

/** In the order of preference; the first is a person's own choice. @returns {Array<[string, string[]]>} */
function candidates() {
  /** @type {Array<[string, string[]]>} */
  const list = process.env.ENGINESMITH_SETUP_PYTHON ? [[process.env.ENGINESMITH_SETUP_PYTHON, []]] : []
  for (const minor of ['3.11', '3.12', '3.13']) list.push(process.platform === 'win32' ? ['py', [`-${minor}`]] : [`python${minor}`, []])
  return [...list, ['python3', []], ['python', []]]
}

/** Whether it can make an environment: Debian packs venv apart from Python. */
const probe = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])'

/** @returns {Promise<{ found: Interpreter | null, refused: string[] }>} every refusal with its reason */
export async function findPython() {
  /** @type {string[]} */
  const refused = []
  for (const [command, args] of candidates()) {
    try {
      const { stdout } = await run(command, [...args, '-c', probe], { quiet: true })
      const version = stdout.trim()
      if (fits(version)) return { found: { command, args, version }, refused }
      refused.push(`${command} is ${version}`)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (/ENOENT/.test(text)) refused.push(`${command} is not there`)
      else refused.push(`${command}: ${text.split('\n').filter(Boolean).pop()}`)
    }
  }
  return { found: null, refused }
}

/** Names are compared as pip does: case, `-`, `_` and `.` do not count. @param {string} name */
export const normal = (name) => name.toLowerCase().replace(/[-_.]+/g, '-')

/**
 * What is installed in a virtual environment, from the packages' metadata folders.
 * @param {string} folder
 * @returns {Map<string, string> | null} version by name; null where there is no environment
 */
export function installedPackages(folder) {
  const library =
    process.platform === 'win32'
      ? path.join(folder, 'Lib', 'site-packages')
      : (() => {
          const lib = path.join(folder, 'lib')
          const python = fs.existsSync(lib) ? fs.readdirSync(lib).find((name) => /^python3\.\d+$/.test(name)) : undefined
          return python ? path.join(lib, python, 'site-packages') : null
        })()
  if (!library || !fs.existsSync(library)) return null
  const found = new Map()
  for (const name of fs.readdirSync(library)) {
    const match = /^(.+)-([^-]+)\.dist-info$/.exec(name)
    // RECORD is written last: without it the installation of that package was cut short.
    if (match?.[1] && match[2] && fs.existsSync(path.join(library, name, 'RECORD'))) found.set(normal(match[1]), match[2])
  }
  return found
}

/**
 * The exact pins of a requirements file that hold on this system.
 * @param {string} text
 * @returns {Array<{ name: string, version: string }>}
 */
export function pins(text) {
  const system = { linux: 'Linux', win32: 'Windows', darwin: 'Darwin' }[/** @type {string} */ (process.platform)] ?? process.platform
  const result = []
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z0-9._-]+)==([^\s;]+)\s*(?:;(.*))?$/.exec(line.trim())
    if (!match?.[1] || !match[2]) continue
    const systems = [...(match[3] ?? '').matchAll(/platform_system == "(\w+)"/g)].map((m) => m[1])
    if (systems.length === 0 || systems.includes(system)) result.push({ name: normal(match[1]), version: match[2] })
  }
  return result
}

/**
 * @param {Map<string, string>} installed
 * @param {Array<{ name: string, version: string }>} wanted
 * @returns {string[]} what is missing or of another version; a local label (`2.11.0+cpu`) does not count
 */
export const differences = (installed, wanted) =>
  wanted.flatMap(({ name, version }) => {
    const there = installed.get(name)
    if (there === undefined) return [`${name} is missing`]
    return there.split('+')[0] === version ? [] : [`${name} is ${there}, wanted ${version}`]
  })
