// npm run zoo: 24 models of torchvision and timm, with random weights, from a file to an RTX engine by the command line.
// Its environment lies over that of the clone, under .cache/zoo; the table goes to docs/measurements.
import fs from 'node:fs'
import path from 'node:path'
import { setupOrExit } from './setup.mjs'
import { at, folders, venvPython } from './lib/paths.mjs'
import { run } from './lib/process.mjs'

const cache = at('.cache', 'zoo')
const packages = [
  'torchvision==0.26.0',
  'timm==1.0.31',
  'pillow==13.0.0',
  'huggingface_hub==0.36.0',
  'pyyaml',
  'tqdm',
  'requests',
  'urllib3',
  'certifi',
  'idna',
]

/** @typedef {{ model: string, size: number }} Entry */
/** @typedef {{ verdict: string, hop: string, maxAbs: number | null }} Row */
/** @typedef {{ stages: Record<string, { state: string }>, comparisons: Row[], findings: { code: string, severity: string, message: string }[], artifacts: { kind: string, bytes: number }[] }} Document */

/** The environment: its own packages first, then the clone's (torch, onnx). */
async function environment() {
  const python = venvPython(cache)
  if (!fs.existsSync(path.join(cache, 'ready'))) {
    const base = venvPython(folders.python)
    await run(base, ['-m', 'venv', cache])
    const where = '-c;import sysconfig; print(sysconfig.get_path("purelib"))'.split(';')
    const site = (await run(python, where)).stdout.trim()
    fs.writeFileSync(path.join(site, 'base.pth'), (await run(base, where)).stdout.trim())
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-cache-dir', '--disable-pip-version-check', ...packages], { inherit: true })
    fs.writeFileSync(path.join(cache, 'ready'), '')
  }
  return python
}

/** One model by one exporter. @param {Entry} entry @param {string} python @param {string} exporter */
async function tryOne(entry, python, exporter) {
  const out = path.join(cache, 'run')
  fs.rmSync(out, { recursive: true, force: true })
  const from = performance.now()
  const flags = ['--python', python, '--model', entry.model, '--input', `image:float32:Nx3x${entry.size}x${entry.size}`, '--exporter', exporter]
  const engine = [
    '--shapes',
    `image:1x3x${entry.size}x${entry.size}/2x3x${entry.size}x${entry.size}/4x3x${entry.size}x${entry.size}`,
    '--backend',
    'tensorrt-rtx',
  ]
  const file = path.join(cache, 'weights', `${entry.model.replace(':', '.')}.pt`)
  const { stdout } = await run(
    process.execPath,
    [at('out', 'cli', 'index.js'), 'run', file, '--out', out, ...flags, ...engine, '--target', 'sm86', '--json', '--quiet'],
    {
      allowFailure: true,
      env: { ...process.env, ENGINESMITH_DATA: path.join(cache, 'data') },
    },
  )
  fs.rmSync(out, { recursive: true, force: true })
  /** @type {Document} */
  const document = JSON.parse(stdout)
  const rows = document.comparisons.filter((row) => row.hop === 'pytorch-onnx')
  const good = rows.length > 0 && rows.every((row) => row.verdict === 'pass') && document.stages.build?.state === 'completed'
  return { exporter, document, rows, good, seconds: (performance.now() - from) / 1000 }
}

await setupOrExit({ quiet: true })
const python = await environment()
fs.mkdirSync(path.join(cache, 'weights'), { recursive: true })
await run(python, [at('test', 'zoo', 'weights.py'), path.join(cache, 'weights')], { inherit: true })
/** @type {Entry[]} */
const entries = JSON.parse(fs.readFileSync(at('test', 'zoo', 'models.json'), 'utf8'))
const lines = []
let failed = 0
for (const entry of entries) {
  let result = await tryOne(entry, python, 'dynamo')
  const first = result
  if (!result.good) result = await tryOne(entry, python, 'torchscript')
  if (!result.good) failed++
  const error = (result.good ? (first === result ? null : first) : result)?.document.findings.find((finding) => finding.severity === 'error')
  const note = error === undefined || error === null ? '' : `${result.good ? 'dynamo: ' : ''}${error.code}: ${error.message.split('\n')[0]?.slice(0, 160)}`
  const engine = result.document.artifacts.find((artifact) => artifact.kind === 'engine')
  const worst = result.rows.length === 0 ? '—' : Math.max(...result.rows.map((row) => row.maxAbs ?? 0)).toExponential(1)
  const verdict = result.rows.length > 0 && result.rows.every((row) => row.verdict === 'pass') ? 'pass' : (result.rows[0]?.verdict ?? '—')
  const size = engine === undefined ? '—' : `${(engine.bytes / 2 ** 20).toFixed(1)} MiB`
  lines.push(`| ${entry.model} | ${entry.size} | ${result.exporter} | ${verdict} | ${worst} | ${size} | ${result.seconds.toFixed(0)} | ${note} |`)
  process.stderr.write(`${lines.at(-1)}\n`)
}
const title =
  '# 24 models of torchvision and timm\n\n`npm run zoo`: random weights, dynamic batch, ONNX against PyTorch at the sample, then an engine of TensorRT for RTX for sm86 built on a CPU (nothing here can run it).'
const head = '| Model | Image side | Exporter | ONNX against PyTorch | Largest difference | RTX engine | Seconds | Note |\n|---|---|---|---|---|---|---|---|'
const file = at('docs', 'measurements', `${new Date().toISOString().slice(0, 10)}-model-zoo.md`)
fs.writeFileSync(file, `${title}\n\n${head}\n${lines.join('\n')}\n\n${entries.length - failed} of ${entries.length} pass and build.\n`)
process.exit(failed === 0 ? 0 : 1)
