// The managed Python environment: .venv with pinned packages, for everything that the user's own Python is not asked.
import fs from 'node:fs'
import path from 'node:path'
import { at, folders, venvPython } from '../paths.mjs'
import { run } from '../process.mjs'
import { differences, findPython, installedPackages, pins, supported } from '../python-find.mjs'
import { SetupFailure, withHeartbeat } from '../report.mjs'

const requirements = ['requirements.txt', 'requirements-test.txt'].map((name) => at('resources', 'python', name))
const constraints = at('resources', 'python', 'constraints.txt')
/** Chooses the small torch for a machine without a GPU, which pip cannot. */
const uvPin = 'uv==0.13.9'

const wanted = () => requirements.flatMap((file) => pins(fs.readFileSync(file, 'utf8')))

/** @param {string} [folder] @returns {string | null} */
export function pythonDiffers(folder = folders.python) {
  if (!fs.existsSync(venvPython(folder))) return 'there is no managed environment'
  const installed = installedPackages(folder)
  if (!installed) return 'the managed environment has no packages'
  const different = differences(installed, wanted())
  return different.length > 0 ? different.slice(0, 4).join(', ') : null
}

/** What pip or uv print that a person wants to see: downloads with their size, and the end. @param {(m: string) => void} log */
const shown = (log) => (/** @type {string} */ line) => {
  const text = line.trim()
  if (/^(Downloading|Installing collected|Successfully|Resolved|Prepared|Installed|ERROR)/.test(text) && !/metadata/.test(text)) log(text.slice(0, 140))
}

/** @type {import('../../setup.mjs').Step} */
export const python = {
  name: 'python',
  title: 'managed Python environment',
  cost: '0.4 GB with the small torch, else 3.1 GB (5.6 GB on disk), 1-4 min',
  needed: () => pythonDiffers(),
  async run({ log }) {
    const interpreter = venvPython(folders.python)
    if (!(await startsWell(interpreter))) await makeEnvironment(log)
    const files = requirements.flatMap((file) => ['-r', file])
    const doing = 'installing Python packages'
    await withHeartbeat(log, { doing, folder: folders.python }, async () => {
      if (await withUv(interpreter, files, log)) return
      log('taking the ordinary torch by pip (CUDA libraries included, works without a GPU too)')
      await run(interpreter, ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar', 'off', ...files, '-c', constraints], {
        onLine: shown(log),
      })
    })
    const left = pythonDiffers()
    if (left) throw new SetupFailure('managed Python environment', `pip ended well, yet ${left}`, 'Remove the folder .venv, then run: npm run setup')
  },
  remedy:
    'Check that Python packages can be fetched (python -m pip download six) and that the disk has 8 GB free, then run: npm run setup. What was already fetched is kept.',
}

/** @param {string} interpreter */
const startsWell = async (interpreter) =>
  fs.existsSync(interpreter) &&
  run(interpreter, ['-m', 'pip', '--version'], { quiet: true }).then(
    () => true,
    () => false,
  )

/** @param {(message: string) => void} log */
async function makeEnvironment(log) {
  const { found, refused } = await findPython()
  if (!found) {
    const range = `${supported.from.join('.')} to ${supported.to.join('.')}`
    throw new SetupFailure(
      'managed Python environment',
      `no Python ${range} with venv was found (${refused.join('; ')})`,
      'Install one (on Debian: sudo apt-get install python3 python3-venv), or name it in ENGINESMITH_SETUP_PYTHON, then run: npm run setup',
    )
  }
  log(`Python ${found.version} (${found.command})`)
  fs.rmSync(folders.python, { recursive: true, force: true })
  await run(found.command, [...found.args, '-m', 'venv', folders.python], { quiet: true })
}

/**
 * Installs with uv where that works. Its `--torch-backend=auto` asks an index of PyTorch's own, which not every network lets through.
 * @param {string} interpreter
 * @param {string[]} files
 * @param {(message: string) => void} log
 * @returns {Promise<boolean>}
 */
async function withUv(interpreter, files, log) {
  if (process.env.ENGINESMITH_SETUP_PIP === '1') return false
  const tool = path.join(folders.cache, 'uv')
  try {
    await run(interpreter, ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--target', tool, '--upgrade', uvPin], { quiet: true })
    log('asking uv for the torch that suits this machine')
    const uv = path.join(tool, 'bin', process.platform === 'win32' ? 'uv.exe' : 'uv')
    const env = { UV_HTTP_TIMEOUT: '30', UV_HTTP_RETRIES: '0', UV_CACHE_DIR: path.join(folders.cache, 'uv-cache') }
    const args = ['pip', 'install', '--python', interpreter, '--torch-backend=auto', ...files, '-c', constraints]
    await run(uv, args, { env, onLine: shown(log) })
    return true
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const cause = text.split('\n').find((line) => /caused by|dns|denied|refused|timed out|tunnel|status/i.test(line)) ?? text.split('\n')[0] ?? ''
    log(
      `uv could not reach PyTorch's own index (${cause
        .replace(/`?https?:\/\/\S+/g, '')
        .replace(/caused by:?/i, '')
        .trim()
        .slice(0, 120)})`,
    )
    return false
  }
}
