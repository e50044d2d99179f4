// TensorRT and TensorRT-RTX on one sheet: the same ONNX file, both built where both libraries are.
import path from 'node:path'

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'sheet',
  title: 'TensorRT and TensorRT-RTX on one sheet',
  async run({ cli, dir, models, expect, row, note }) {
    for (const name of ['small', 'resnet50']) {
      const { code, doc, seconds } = await cli(['sheet', models[`${name}.onnx`] ?? '', '--out', path.join(dir, name), '--opt-level', '1'], {
        timeout: 240_000,
      })
      expect([0, 1, 6].includes(code ?? -1), `${name}: ends with a verdict (exit ${code}: ${JSON.stringify(doc?.findings ?? []).slice(0, 600)})`)
      for (const one of doc?.rows ?? []) row(`${name}, ${one.backend}`, { ...flat(one), 'all s': seconds })
      const full = (doc?.rows ?? []).find((/** @type {any} */ one) => one.backend === 'tensorrt')
      expect(full?.engine !== null && full?.engine !== undefined, `${name}: TensorRT built an engine`)
      // With the loop above an empty sheet would pass: both libraries stand on it, each measured or with the reason why not.
      expect(doc?.rows?.length === 2, `${name}: both libraries are on the sheet`)
      for (const one of doc?.rows ?? []) {
        const measured = one.firstRunMs > 0 && one.warmStartMs > 0 && one.latency?.median > 0 && one.gpu?.median > 0
        expect(one.notBuilt ?? one.notRun ?? (one.engine !== null && measured), `${name}, ${one.backend}: is measured, or says why not`)
      }
      expect(full?.notRun === null && full?.firstRunMs > 0, `${name}: TensorRT's engine was run (${full?.notRun})`)
      for (const finding of doc?.findings ?? []) note(`${name}: ${finding.code}: ${finding.message}`)
    }
  },
}

/** The plain values of a row. @param {Record<string, any>} row */
const flat = (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value === null || typeof value !== 'object'))
