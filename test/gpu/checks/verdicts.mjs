import path from 'node:path'

/** Model file, and the flags that its dynamic sizes need. */
const models = [
  { name: 'resnet50', file: 'resnet50.pt2', flags: ['--shapes', 'x:1x3x224x224/8x3x224x224/8x3x224x224'] },
  { name: 'detector', file: 'detector.pt2', flags: [] },
  { name: 'vit', file: 'vit.pt2', flags: [] },
  { name: 'gru', file: 'gru.pt2', flags: [] },
  { name: 'encoder', file: 'encoder.pt2', flags: [] },
]
const precisions = ['fp32', 'tf32', 'fp16', 'bf16']

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'verdicts',
  title: 'Verdicts: PyTorch, ONNX and TensorRT at four precisions',
  async run({ cli, dir, models: files, only, expect, row }) {
    for (const { name, file, flags } of models.filter((model) => only.length === 0 || only.includes(model.name))) {
      const model = files[file]
      if (!expect(model !== undefined, `${name}: ${file} was made`)) continue
      for (const precision of precisions) {
        const out = path.join(dir, name)
        const { code, doc, seconds, stderr } = await cli(
          ['run', model ?? '', '--out', out, '--python', 'python3', '--backend', 'tensorrt', '--precision', precision, ...flags],
          { timeout: 240_000 },
        )
        const hops = doc?.comparisons ?? []
        const engine = hops.filter((/** @type {any} */ hop) => hop.hop === 'pytorch-engine')
        const compared = engine.reduce((/** @type {number} */ sum, /** @type {any} */ hop) => sum + hop.compared, 0)
        const worst = (/** @type {any[]} */ rows, /** @type {string} */ key) => rows.reduce((most, hop) => Math.max(most, hop[key] ?? 0), 0)
        row(`${name} ${precision}`, {
          exit: code,
          verdict: doc?.verdict,
          values: compared,
          'PyTorch → ONNX, max': worst(
            hops.filter((/** @type {any} */ hop) => hop.hop === 'pytorch-onnx'),
            'maxAbs',
          ),
          'PyTorch → engine, max': worst(engine, 'maxAbs'),
          mean: worst(engine, 'meanAbs'),
          'required atol': worst(engine, 'requiredAtol'),
          'atol, rtol': engine[0] === undefined ? null : `${engine[0].atol}, ${engine[0].rtol}`,
          layers: (doc?.achieved?.precisions ?? []).map((/** @type {any} */ one) => `${one.type} ${one.layers}`).join(', '),
          build: doc?.stages?.build?.seconds ?? null,
          all: seconds,
          findings: (doc?.findings ?? [])
            .filter((/** @type {any} */ f) => f.severity !== 'info')
            .map((/** @type {any} */ f) => f.code)
            .join(' '),
        })
        expect(compared > 0, `${name} ${precision}: values were compared (${compared})${compared > 0 ? '' : `: ${stderr.slice(-300)}`}`)
        expect(code === 0 || code === 1, `${name} ${precision}: ended with a verdict (exit ${code})`)
        if (precision === 'fp32') expect(doc?.verdict === 'pass', `${name} fp32: passes`)
      }
    }
  },
}
