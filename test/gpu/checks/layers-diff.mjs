import path from 'node:path'

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'layers-diff',
  title: 'Layers with their times, and the difference of two engines',
  async run({ cli, dir, models, expect, row, note }) {
    for (const precision of ['fp32', 'fp16']) {
      const built = await cli(
        ['build', models['small.onnx'] ?? '', '-o', path.join(dir, `${precision}.engine`), '--backend', 'tensorrt', '--precision', precision],
        {
          timeout: 120_000,
        },
      )
      if (!expect(built.code === 0, `${precision} is built (exit ${built.code}): ${built.stderr.slice(-300)}`)) return
    }
    const { code, doc, seconds } = await cli(['layers', path.join(dir, 'fp32.engine')])
    const layers = doc?.layers ?? []
    expect(code === 0 && layers.length > 0, `layers are listed (exit ${code})`)
    const timed = layers.filter((/** @type {any} */ layer) => layer.ms !== null)
    expect(timed.length > 0, `${timed.length} of ${layers.length} layers have times`)
    const share = timed.reduce((/** @type {number} */ sum, /** @type {any} */ layer) => sum + layer.ms.share, 0)
    expect(Math.abs(share - 1) < 0.01, `the shares add up to 1 (${share})`)
    expect(
      (doc?.groups ?? []).some((/** @type {any} */ group) => group.ms > 0),
      'ONNX nodes have times',
    )
    row('layers', { layers: layers.length, timed: timed.length, 'ONNX nodes': doc?.groups?.length, seconds })
    for (const layer of timed.slice(0, 5)) note(`${layer.name}: ${layer.type}, ${layer.precision}, ${layer.tactic}, ${layer.ms.mean} ms`)
    const diff = await cli(['diff', path.join(dir, 'fp32.engine'), path.join(dir, 'fp16.engine')])
    expect(diff.code === 0 && diff.doc?.totals?.changed > 0, `FP32 and FP16 differ (exit ${diff.code})`)
    row('diff', diff.doc?.totals ?? {})
  },
}
