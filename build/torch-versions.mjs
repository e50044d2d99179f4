// npm run torch-versions [VERSION…]: the Python worker's tests under other releases of PyTorch than the pinned one.
// Each gets an environment of its own under .cache/torch-versions, made one at a time (about 5 GB each).
import fs from 'node:fs'
import path from 'node:path'
import { fromJunit } from './lib/counts.mjs'
import { at, folders, venvPython } from './lib/paths.mjs'
import { run } from './lib/process.mjs'
import { setupOrExit } from './setup.mjs'

const all = ['2.4.1', '2.6.0', '2.11.0', '2.15.0']
const tools = ['numpy==2.4.6', 'safetensors==0.8.0', 'onnx==1.23.2', 'onnxscript==0.7.2', 'picklescan==1.0.5', 'pillow==13.0.0', 'pytest==9.2.0']
const cache = at('.cache', 'torch-versions')

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
    await run(python, [...pip, `torch==${version}`, ...tools], { inherit: true })
    fs.writeFileSync(path.join(folder, 'done'), '')
  }
  return python
}

await setupOrExit({ quiet: true })
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all
const unknown = wanted.filter((version) => !all.includes(version))
if (unknown.length > 0) {
  process.stderr.write(`Known are ${all.join(', ')}; not ${unknown.join(', ')}.\n`)
  process.exit(2)
}
fs.mkdirSync(cache, { recursive: true })
const rows = []
const notes = []
let failed = 0
for (const version of wanted) {
  const python = await environment(version)
  const file = path.join(cache, `${version}.xml`)
  await run(python, ['-m', 'pytest', '-q', `--junitxml=${file}`], { inherit: true, allowFailure: true, env: { PYTHONDONTWRITEBYTECODE: '1' } })
  const counts = fromJunit(fs.readFileSync(file, 'utf8'))
  failed += counts.failed
  const has = (await run(python, ['-c', 'import sys, torch; print(torch.__version__, sys.version.split()[0])'])).stdout.trim().split(' ')
  const told = [
    ...new Set(counts.skipped.map(({ reason }) => `not run: ${reason ?? 'no reason given'}`)),
    ...counts.failures.map((name) => `failed: ${name}`),
  ].map((line) => `- ${line}`)
  notes.push(`### ${version}\n\n${told.join('\n') || 'Everything was run.'}`)
  rows.push(`| ${has[0]} | ${has[1]} | ${counts.passed} | ${counts.failed} | ${counts.skipped.length} |`)
}
const text = `# The Python worker under other releases of PyTorch

\`npm run torch-versions\`: the whole suite of test/python (load, run, export, and the failures of exported programs, traces and pickles, each made for real).

| PyTorch | Python | Passed | Failed | Skipped |
|---|---|---|---|---|
${rows.join('\n')}

${notes.join('\n\n')}
`
if (wanted.length === all.length) fs.writeFileSync(at('docs', 'measurements', `${new Date().toISOString().slice(0, 10)}-torch-versions.md`), text)
else process.stdout.write(text)
process.exit(failed === 0 ? 0 : 1)
