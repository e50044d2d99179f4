// What the parts of npm run zoo share: an environment over that of the clone, the command line, results that are kept.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { at, folders, venvPython } from '../lib/paths.mjs'
import { run } from '../lib/process.mjs'
import { keyOf } from '../lib/stamp.mjs'

/** Everything that the zoo fetches and makes; removing it starts from nothing. */
export const cache = at('.cache', 'zoo')

/** Without their own dependencies: torch and numpy are the clone's. */
const packages = [
  'torchvision==0.26.0',
  'timm==1.0.31',
  'ultralytics==8.4.190',
  'opencv-python-headless==5.0.0.93',
  'psutil==7.2.2',
  'pillow==13.0.0',
  'huggingface_hub==0.36.0',
  'pyyaml',
  'tqdm',
  'requests',
  'urllib3',
  'certifi',
  'scipy',
  'idna',
  'charset_normalizer',
]

/**
 * @typedef {{ code: string, severity: string, message: string, evidence: Record<string, unknown> }} Finding
 * @typedef {{ hop: string, verdict: string, maxAbs: number | null }} Comparison
 * @typedef {object} Document
 * @property {string} [format]
 * @property {string} [sha256]
 * @property {{ advised: string }} [advice]
 * @property {{ unsafe: string[] }} [pickle]
 * @property {Record<string, { state: string }>} [stages]
 * @property {Comparison[]} [comparisons]
 * @property {Finding[]} findings
 * @property {{ kind: string, bytes: number, path: string }[]} [artifacts]
 */

/** The interpreter of the zoo: its own packages first, then the clone's (torch, onnx). */
export async function environment() {
  const folder = path.join(cache, 'environment')
  const python = venvPython(folder)
  const ready = path.join(folder, 'ready')
  const key = keyOf({ values: packages })
  if (!fs.existsSync(ready) || fs.readFileSync(ready, 'utf8') !== key) {
    fs.rmSync(folder, { recursive: true, force: true })
    const base = venvPython(folders.python)
    await run(base, ['-m', 'venv', folder])
    const where = ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']
    const site = (await run(python, where, { quiet: true })).stdout.trim()
    fs.writeFileSync(path.join(site, 'base.pth'), (await run(base, where, { quiet: true })).stdout.trim())
    await pip(python, 'install', '--no-deps', ...packages)
    fs.writeFileSync(ready, key)
  }
  return python
}

/** @param {string} python @param {string} command @param {...string} args */
export const pip = (python, command, ...args) =>
  run(python, ['-m', 'pip', command, '--quiet', '--no-cache-dir', '--disable-pip-version-check', ...args], { inherit: true })

/** One call of the command line, in a data folder of the zoo's. @param {string[]} args */
export async function enginesmith(args) {
  const from = performance.now()
  const env = { ENGINESMITH_DATA: path.join(cache, 'data'), YOLO_CONFIG_DIR: cache, HOME: cache, OMP_NUM_THREADS: '1' }
  const { code, stdout } = await run(process.execPath, [at('out', 'cli', 'index.js'), ...args, '--json', '--quiet'], { allowFailure: true, quiet: true, env })
  /** @type {Document} */
  const document = JSON.parse(stdout)
  return { code, document, seconds: (performance.now() - from) / 1000 }
}

/** The first error of a document, in a cell of a table. @param {Document} document */
export function errorIn({ findings }) {
  const error = findings.find(({ severity }) => severity === 'error')
  return error === undefined ? '' : cell(`${error.code}: ${error.message}`)
}

/** One line of at most 220 characters, with no path of this machine. @param {string} text */
export function cell(text) {
  const line = (text.split('\n')[0] ?? '').replaceAll(cache, 'zoo').replaceAll(at(), '.').replaceAll(os.tmpdir(), 'tmp').replaceAll('|', '\\|')
  return line.length > 220 ? `${line.slice(0, 219)}…` : line
}

/** The folder of one part's results, each of which is kept until `--again`. @param {string} part @param {boolean} again */
export function resultsOf(part, again) {
  const folder = path.join(cache, 'results', part)
  if (again) fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  /** @template T @param {string} name @param {() => Promise<T>} make @returns {Promise<T>} */
  return async (name, make) => {
    const file = path.join(folder, `${name.replace(/[^\w.-]/g, '_')}.json`)
    if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8'))
    const result = await make()
    fs.writeFileSync(file, JSON.stringify(result))
    return result
  }
}

/** What the measurements were made with. @param {string} python */
export async function versions(python) {
  const ask = 'import sys, importlib.metadata as m\nprint("Python", sys.version.split()[0])\nfor n in sys.argv[1:]: print(n, m.version(n))'
  const names = ['torch', 'onnx', 'onnxscript', 'onnxruntime', 'tensorrt_rtx_cu13_libs', 'torchvision', 'timm', 'ultralytics']
  const { stdout } = await run(python, ['-c', ask, ...names], { quiet: true })
  return `${stdout.trim().split('\n').join(', ')}, Node ${process.versions.node}; ${os.cpus().length} cores, no GPU.`
}

/** @param {string} name @param {string} text */
export function writeMeasurement(name, text) {
  const file = at('docs', 'measurements', `${new Date().toISOString().slice(0, 10)}-${name}.md`)
  fs.writeFileSync(file, text)
  process.stderr.write(`written: ${path.relative(at(), file)}\n`)
}
