import fs from 'node:fs'
import path from 'node:path'

const newWeights = String.raw`
import sys, numpy as np, onnx
from onnx import numpy_helper
from safetensors.numpy import save_file
model = onnx.load(sys.argv[1])
save_file({i.name: np.ascontiguousarray(numpy_helper.to_array(i) * 1.01) for i in model.graph.initializer
           if numpy_helper.to_array(i).dtype == np.float32 and numpy_helper.to_array(i).ndim > 0}, sys.argv[2])
`

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'refit',
  title: 'Refit: a stripped ResNet-50, run before and after',
  async run({ cli, python, dir, models, expect, row, note }) {
    const onnx = models['resnet50.onnx'] ?? ''
    const at = (/** @type {string} */ name) => path.join(dir, name)
    const build = ['--backend', 'tensorrt', '--precision', 'fp32', '--opt-level', '1']
    for (const [name, flags] of /** @type {const} */ ([
      ['full', []],
      ['stripped', ['--strip']],
    ])) {
      const built = await cli(['build', onnx, '-o', at(`${name}.engine`), ...build, ...flags], { timeout: 200_000 })
      if (!expect(built.code === 0, `${name} is built (exit ${built.code}): ${built.stderr.slice(-300)}`)) return
    }
    const bytes = (/** @type {string} */ name) => fs.statSync(at(name)).size
    expect(bytes('stripped.engine') <= 0.05 * bytes('full.engine'), `stripped has ${bytes('stripped.engine')} of ${bytes('full.engine')} bytes`)
    const before = await cli(['time', at('stripped.engine'), '--duration', '200', '--cuda-graph', 'off'])
    const codes = (/** @type {any} */ told) => (told.doc?.findings ?? []).map((/** @type {any} */ finding) => finding.code)
    expect(before.code === 2 && codes(before).includes('REFIT_ALL_ZERO'), `the engine without weights is caught (exit ${before.code}: ${codes(before)})`)
    const refit = await cli(['refit', at('stripped.engine'), '--from', onnx, '-o', at('refitted.engine')])
    expect(refit.code === 0 && refit.doc?.verified === 'pass', `refit from ONNX is verified (exit ${refit.code}: ${codes(refit)} ${refit.stderr.slice(-300)})`)
    row('from ONNX', { weights: refit.doc?.weights?.total, set: refit.doc?.weights?.set, 'refit s': refit.doc?.seconds, 'all s': refit.seconds })
    row('bytes', { full: bytes('full.engine'), stripped: bytes('stripped.engine'), ...refit.doc?.sizes })
    note(`flags of the two files: ${JSON.stringify(refit.doc?.flags)}`)
    const without = await cli(['time', at('refitted.engine.stripped'), '--duration', '200', '--cuda-graph', 'off'])
    expect(without.code === 2 && codes(without).includes('REFIT_ALL_ZERO'), `the file without weights is caught too (exit ${without.code}: ${codes(without)})`)
    const twice = await cli(['refit', at('refitted.engine.stripped'), '--from', onnx, '-o', at('again.engine')])
    expect(twice.code === 0 && twice.doc?.verified === 'pass', `and it can be refitted again (exit ${twice.code}: ${codes(twice)})`)
    const [latencyFull, latencyRefitted] = [
      await cli(['time', at('full.engine'), '--duration', '500', '--cuda-graph', 'off']),
      await cli(['time', at('refitted.engine'), '--duration', '500', '--cuda-graph', 'off']),
    ]
    row('GPU ms', { full: latencyFull?.doc?.rows?.[0]?.gpu?.median, refitted: latencyRefitted?.doc?.rows?.[0]?.gpu?.median })
    const made = await python(newWeights, [onnx, at('new.safetensors')])
    expect(made.code === 0, `new weights are made: ${made.stderr.slice(-200)}`)
    const other = await cli(['refit', at('stripped.engine'), '--from', at('new.safetensors'), '-o', at('other.engine')])
    note(
      `from safetensors: exit ${other.code}, ${codes(other).join(' ')}, missing ${other.doc?.weights?.missing?.length}, unknown ${other.doc?.weights?.unknown?.length}`,
    )
    const judged = await cli(['refit', at('stripped.engine'), '--from', at('new.safetensors'), '--onnx', onnx, '-o', at('judged.engine')])
    row('from new weights and their graph', { exit: judged.code, verified: judged.doc?.verified, 'max abs': judged.doc?.comparisons?.[0]?.maxAbs })
    expect(
      judged.code === 0 && judged.doc?.verified === 'pass',
      `new weights with their graph are judged (exit ${judged.code}: ${codes(judged)} ${judged.stderr.slice(-300)})`,
    )
    expect([2, 6].includes(other.code ?? -1), 'weights alone are refitted but not judged (6), or refused by name (2)')
  },
}
