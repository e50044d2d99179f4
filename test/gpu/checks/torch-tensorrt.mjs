import fs from 'node:fs'
import path from 'node:path'

/** Small with a dynamic batch, and ResNet-50 at one precision more: each compiled, saved, and run again from its file alone. */
const runs = [
  { name: 'small', file: 'small.pt2', flags: ['--precision', 'fp32'], limit: 1e-4 },
  { name: 'small-fp16', file: 'small.pt2', flags: ['--precision', 'fp16'], limit: 1e-2 },
  { name: 'small-refit', file: 'small.pt2', flags: ['--precision', 'fp32', '--refit'], limit: 1e-4 },
  { name: 'small-kept', file: 'small.pt2', flags: ['--precision', 'fp32', '--torch-op', 'torch.ops.aten.relu.default', '--min-block-size', '1'], limit: 1e-4 },
  { name: 'resnet50', file: 'resnet50.pt2', flags: ['--precision', 'fp32', '--shapes', 'x:1x3x224x224/4x3x224x224/4x3x224x224'], limit: 1e-2 },
]

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'torch-tensorrt',
  title: 'Torch-TensorRT: compiled, saved, and run again in a fresh process',
  async run({ cli, dir, models, expect, row, note }) {
    for (const { name, file, flags, limit } of runs) {
      const model = models[file]
      if (!expect(model !== undefined, `${name}: ${file} was made`)) continue
      const out = path.join(dir, name)
      const { code, doc, seconds, stderr } = await cli(['run', model ?? '', '--out', out, '--python', 'python3', '--backend', 'torch-tensorrt', ...flags], {
        timeout: 240_000,
      })
      const worst = (/** @type {string} */ hop) => {
        const rows = (doc?.comparisons ?? []).filter((/** @type {any} */ entry) => entry.hop === hop && entry.compared > 0)
        return rows.length === 0 ? null : Math.max(...rows.map((/** @type {any} */ entry) => entry.maxAbs))
      }
      const blocks = (doc?.findings ?? []).find((/** @type {any} */ finding) => finding.code === 'TORCH_TENSORRT_BLOCKS')
      const saved = (doc?.artifacts ?? []).find((/** @type {any} */ artifact) => artifact.kind === 'exported-program')
      row(name, {
        exit: code,
        verdict: doc?.verdict,
        'PyTorch to compiled': worst('pytorch-compiled'),
        'compiled to file': worst('compiled-engine'),
        'PyTorch to file': worst('pytorch-engine'),
        bytes: saved?.bytes,
        'build s': doc?.stages?.build?.seconds,
        'all s': seconds,
      })
      if (blocks) note(`${name}: ${blocks.message}`)
      for (const entry of doc?.achieved?.rows ?? []) if (entry.same === false) note(`${name}: ${entry.option} asked ${entry.requested}, got ${entry.achieved}`)
      expect(code === 0 && doc?.verdict === 'pass', `${name} passes (exit ${code}, ${stderr.slice(-400)})`)
      expect((worst('compiled-engine') ?? Infinity) <= limit, `${name}: the reloaded file does what the compiled module did (${worst('compiled-engine')})`)
      expect((worst('pytorch-engine') ?? Infinity) <= limit, `${name}: the reloaded file does what PyTorch does (${worst('pytorch-engine')})`)
      expect(saved && fs.existsSync(saved.path), `${name}: the compiled program lies in the run folder`)
      if (name === 'small-kept') {
        const kept = blocks?.evidence?.blocks?.flatMap((/** @type {any} */ block) => block.kinds).some((/** @type {any} */ kind) => kind.reason === 'kept')
        expect(kept, 'the operator that was to be kept stays in PyTorch, and the reason says so')
      }
    }
    const refused = await cli(['run', models['small.onnx'] ?? '', '--out', path.join(dir, 'onnx'), '--python', 'python3', '--backend', 'torch-tensorrt'])
    expect(refused.code === 2 && refused.doc?.findings?.some((/** @type {any} */ f) => f.code === 'BACKEND_NEEDS_MODULE'), 'an ONNX file is refused with 2')
  },
}
