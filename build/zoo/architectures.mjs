// 24 models of torchvision and timm, with random weights: from a file to an engine of TensorRT for RTX.
import fs from 'node:fs'
import path from 'node:path'
import { at } from '../lib/paths.mjs'
import { run } from '../lib/process.mjs'
import { cache, enginesmith, errorIn, resultsOf, versions, writeMeasurement } from './common.mjs'

/**
 * @typedef {{ model: string, size: number }} Entry
 * @typedef {{ exporter: string, good: boolean, verdict: string, worst: number | null, engine: number | null, error: string, seconds: number }} Try
 */

/** @param {Entry} entry @param {string} python @param {string} exporter @returns {Promise<Try>} */
async function tryOne({ model, size }, python, exporter) {
  const out = path.join(cache, 'run')
  fs.rmSync(out, { recursive: true, force: true })
  const file = path.join(cache, 'weights', `${model.replace(':', '.')}.pt`)
  const image = `3x${size}x${size}`
  const { document, seconds } = await enginesmith([
    ...['run', file, '--out', out, '--python', python, '--model', model, '--exporter', exporter],
    ...['--input', `image:float32:Nx${image}`, '--shapes', `image:1x${image}/2x${image}/4x${image}`, '--backend', 'tensorrt-rtx', '--target', 'sm86'],
  ])
  fs.rmSync(out, { recursive: true, force: true })
  const rows = (document.comparisons ?? []).filter((row) => row.hop === 'pytorch-onnx')
  const pass = rows.length > 0 && rows.every((row) => row.verdict === 'pass')
  return {
    exporter,
    good: pass && document.stages?.build?.state === 'completed',
    verdict: pass ? 'pass' : (rows.find((row) => row.verdict !== 'pass')?.verdict ?? '—'),
    worst: rows.length === 0 ? null : Math.max(...rows.map((row) => row.maxAbs ?? 0)),
    engine: document.artifacts?.find((artifact) => artifact.kind === 'engine')?.bytes ?? null,
    error: errorIn(document),
    seconds,
  }
}

/** @param {Entry} entry @param {Try[]} tries */
function rowOf({ model, size }, tries) {
  const last = tries.find((one) => one.good) ?? tries.at(-1)
  if (last === undefined) throw new Error(`${model} was not tried`)
  const notes = tries.filter(({ error }) => error !== '').map(({ exporter, error }) => `${exporter}: ${error}`)
  const cells = [
    ...[model, size, last.exporter, last.verdict, last.worst?.toExponential(1) ?? '—'],
    ...[last.engine === null ? '—' : `${(last.engine / 2 ** 20).toFixed(1)} MiB`, last.seconds.toFixed(0), notes.join('; ')],
  ]
  return `| ${cells.join(' | ')} |`
}

/** @param {string} python @param {boolean} again @returns {Promise<number>} how many neither pass nor build */
export async function architectures(python, again) {
  fs.mkdirSync(path.join(cache, 'weights'), { recursive: true })
  await run(python, [at('test', 'zoo', 'weights.py'), path.join(cache, 'weights')], { inherit: true })
  /** @type {Entry[]} */
  const entries = JSON.parse(fs.readFileSync(at('test', 'zoo', 'models.json'), 'utf8'))
  const kept = resultsOf('architectures', again)
  const rows = []
  let failed = 0
  for (const entry of entries) {
    const tries = [await kept(`${entry.model}.dynamo`, () => tryOne(entry, python, 'dynamo'))]
    if (!tries[0]?.good) tries.push(await kept(`${entry.model}.torchscript`, () => tryOne(entry, python, 'torchscript')))
    if (!tries.some(({ good }) => good)) failed++
    rows.push(rowOf(entry, tries))
    process.stderr.write(`${rows.at(-1)}\n`)
  }
  writeMeasurement(
    'model-zoo',
    `# ${entries.length} models of torchvision and timm

\`npm run zoo\`: random weights with settled batch-norm statistics, dynamic batch, ONNX against PyTorch at the sample and at a larger and a smaller batch, then an engine of TensorRT for RTX for sm86, built on a CPU (nothing here can run it). The dynamo exporter goes first; the TorchScript exporter is asked where that does not pass or build.

${await versions(python)}

| Model | Image side | Exporter | ONNX against PyTorch | Largest difference | RTX engine | Seconds | Note |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

${entries.length - failed} of ${entries.length} pass and build.
`,
  )
  return failed
}
