// npm run torch-versions [--keep] [VERSION…]: the Python worker's tests under other releases of PyTorch than the pinned one.
// Each gets an environment of its own under .cache/torch-versions, one at a time (about 5 GB), which goes again after its
// tests unless --keep is given. Results stay there, so that one release can be run anew; the table has all that were run.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fromJunit } from './lib/counts.mjs'
import { at, folders, venvPython } from './lib/paths.mjs'
import { run } from './lib/process.mjs'
import { pins } from './lib/python-find.mjs'
import { setupOrExit } from './setup.mjs'

const all = ['2.4.1', '2.6.0', '2.11.0', '2.15.0']
const needed = ['requirements.txt', 'requirements-test.txt'].flatMap((name) => pins(fs.readFileSync(at('resources', 'python', name), 'utf8')))
/** What the tests import beside torch, as it is pinned for the clone; the torchvision that fits is pip's to find. */
const tools = needed.filter(({ name }) => !/^(torch|torchvision|tensorrt-.*|ruff|clang-format)$/.test(name)).map(({ name, version }) => `${name}==${version}`)
const cache = at('.cache', 'torch-versions')

/** @typedef {{ torch: string, python: string, seconds: number, counts: import('./lib/counts.mjs').Counts }} Result */

/** The interpreter of one release; the pinned one is the clone's own. @param {string} version */
async function environment(version) {
  if (version === '2.11.0') return venvPython(folders.python)
  const folder = path.join(cache, version)
  const python = venvPython(folder)
  if (!fs.existsSync(path.join(folder, 'done'))) {
    fs.rmSync(folder, { recursive: true, force: true })
    process.stderr.write(`PyTorch ${version}: about 5 GB under ${folder}\n`)
    await run(venvPython(folders.python), ['-m', 'venv', folder])
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--disable-pip-version-check']
    await run(python, [...pip, `torch==${version}`, 'torchvision', ...tools], { inherit: true })
    fs.writeFileSync(path.join(folder, 'done'), '')
  }
  return python
}

/** @param {string} version @param {boolean} keep @returns {Promise<Result>} */
async function test(version, keep) {
  const python = await environment(version)
  const file = path.join(cache, `${version}.xml`)
  const from = performance.now()
  const env = { PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' }
  await run(python, ['-m', 'pytest', '-q', `--junitxml=${file}`], { inherit: true, allowFailure: true, env })
  const seconds = Math.round((performance.now() - from) / 1000)
  const told = (await run(python, ['-c', 'import sys, torch; print(torch.__version__, sys.version.split()[0])'], { quiet: true })).stdout
  const [torch = '', interpreter = ''] = told.trim().split(' ')
  const result = { torch, python: interpreter, seconds, counts: fromJunit(fs.readFileSync(file, 'utf8')) }
  fs.writeFileSync(path.join(cache, `${version}.json`), JSON.stringify(result, null, 2))
  if (!keep) fs.rmSync(path.join(cache, version), { recursive: true, force: true })
  return result
}

/** What one release did not run, and what failed there. @param {[string, Result]} entry */
function notes([version, { counts }]) {
  const told = [
    ...new Set(counts.skipped.map(({ reason }) => `not run: ${reason ?? 'no reason given'}`)),
    ...counts.failures.map((name) => `failed: ${name}`),
  ].map((line) => `- ${line}`)
  return `### ${version}\n\n${told.join('\n') || 'Everything was run.'}`
}

await setupOrExit({ quiet: true })
const asked = process.argv.slice(2)
const keep = asked.includes('--keep')
const versions = asked.filter((word) => word !== '--keep')
const unknown = versions.filter((version) => !all.includes(version))
if (unknown.length > 0) {
  process.stderr.write(`Known are ${all.join(', ')}; not ${unknown.join(', ')}.\n`)
  process.exit(2)
}
fs.mkdirSync(cache, { recursive: true })
let failed = 0
for (const version of versions.length > 0 ? versions : all) failed += (await test(version, keep)).counts.failed
/** @type {[string, Result][]} */
const done = all.flatMap((version) => {
  const file = path.join(cache, `${version}.json`)
  return fs.existsSync(file) ? [[version, JSON.parse(fs.readFileSync(file, 'utf8'))]] : []
})
const rows = done.map(
  ([, { torch, python, seconds, counts }]) => `| ${torch} | ${python} | ${counts.passed} | ${counts.failed} | ${counts.skipped.length} | ${seconds} |`,
)
const date = new Date().toISOString().slice(0, 10)
const text = `# The Python worker under other releases of PyTorch, ${date}

\`npm run torch-versions\`: the whole suite of test/python (load, run, export, and the failures of exported programs, traces and pickles, each made for real), ${os.cpus().length} cores, no GPU.

| PyTorch | Python | Passed | Failed | Skipped | Seconds |
|---|---|---|---|---|---|
${rows.join('\n')}

${done.map(notes).join('\n\n')}
`
if (done.length === all.length) fs.writeFileSync(at('docs', 'measurements', `${date}-torch-versions.md`), text)
else process.stdout.write(text)
process.exit(failed === 0 ? 0 : 1)
