// Validation's own way of running many input sets: two in flight, so that copies lie beside computing, against one after the other.
// The addon is called as the engine host calls it.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'throughput',
  title: 'Validation throughput: two input sets in flight beside a plain loop',
  async run({ cli, dir, root, models, expect, row }) {
    const engine = path.join(dir, 'resnet50.engine')
    const built = await cli(['build', models['resnet50.onnx'] ?? '', '-o', engine, '--backend', 'tensorrt', '--precision', 'fp16', '--opt-level', '1'], {
      timeout: 200_000,
    })
    if (!expect(built.code === 0, `ResNet-50 is built (exit ${built.code}): ${built.stderr.slice(-300)}`)) return
    const addon = createRequire(import.meta.url)(path.join(root, 'native', 'build', 'enginesmith.node'))
    const quiet = () => undefined
    const found = await addon.find(
      { flavour: 'tensorrt', places: [{ path: path.join(process.env['TENSORRT_ROOT'] ?? '', 'lib'), source: 'TENSORRT_ROOT' }], system: true },
      addon.createToken(),
      quiet,
    )
    const { session } = await addon.openEngine({ library: found.library, engine, device: 0, hostCode: false }, addon.createToken(), quiet)
    const shape = [8, 3, 224, 224]
    const values = new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => ((i * 2654435761) >>> 8) / 2 ** 24)
    const inputs = [{ name: 'x', dtype: 'float32', shape, data: new Uint8Array(values.buffer) }]
    const once = () => addon.runEngine(session, inputs, addon.createToken(), quiet)
    const reference = Buffer.from((await once()).outputs[0].data)
    let same = true
    /** @param {number} lanes @param {number} sets */
    const loop = async (lanes, sets) => {
      let left = sets
      const began = performance.now()
      await Promise.all(
        Array.from({ length: lanes }, async () => {
          while (left-- > 0) {
            const { outputs } = await once()
            if (!Buffer.from(outputs[0].data).equals(reference)) same = false
          }
        }),
      )
      return (sets / (performance.now() - began)) * 1000
    }
    await loop(2, 50)
    const plain = []
    const overlapped = []
    for (let turn = 0; turn < 5; turn += 1) {
      plain.push(await loop(1, 300))
      overlapped.push(await loop(2, 300))
    }
    await addon.closeEngine(session)
    row('input sets a second, medians of 5', { 'plain loop': median(plain), 'two in flight': median(overlapped), ratio: median(overlapped) / median(plain) })
    expect(
      reference.some((byte) => byte !== 0),
      'the answers are not zeros',
    )
    expect(same, 'every run gave the same bytes, alone or beside another')
    expect(median(overlapped) > median(plain), 'two in flight are faster')
    expect(fs.existsSync(engine), 'the engine is where it was')
  },
}
