import fs from 'node:fs'
import path from 'node:path'

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'timing-cache',
  title: 'Timing cache: the second build against the first',
  async run({ cli, dir, models, expect, row, note }) {
    /** @param {string} name @param {string} model @param {string[]} flags */
    const build = async (name, model, flags) => {
      const { code, doc, seconds, stderr } = await cli(
        ['build', models[model] ?? '', '-o', path.join(dir, `${name}.engine`), '--backend', 'tensorrt', ...flags],
        {
          timeout: 240_000,
        },
      )
      const rows = doc?.achieved?.rows ?? []
      const cache = rows.find((/** @type {any} */ one) => one.option === 'timingCache')?.achieved ?? null
      const codes = (doc?.findings ?? []).map((/** @type {any} */ one) => one.code)
      row(name, { exit: code, cache, seconds, findings: codes.join(' ') })
      if (code !== 0) note(`${name}: ${(doc?.findings ?? []).map((/** @type {any} */ one) => one.message).join(' ')} ${stderr.slice(-200)}`)
      return { code, codes, cache, seconds }
    }
    // Neither names a cache: the app keeps one of its own. What the cache spares is timing tactics, and at FP16 there are
    // the most of them: half, TF32 and single kernels of every layer. At FP32 the rest of a build weighs as much.
    const first = await build('ResNet-50 FP16, first', 'resnet50.onnx', ['--precision', 'fp16'])
    const second = await build('ResNet-50 FP16, second', 'resnet50.onnx', ['--precision', 'fp16'])
    const ratio = first.seconds / second.seconds
    row('first / second, whole calls', { ratio })
    expect(first.code === 0 && first.cache === 'new', `the first build begins a cache (${first.cache})`)
    expect(second.code === 0 && second.cache === 'reused', `the second reuses it (${second.cache})`)
    expect(ratio >= 3, `the second build takes a third of the time or less (ratio ${ratio.toFixed(2)})`)
    const folder = path.join(dir, 'data', 'timing-caches')
    const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith('.cache')) : []
    expect(files.length === 1, `one cache for this GPU and version: ${files.join(' ')}`)

    const own = path.join(dir, 'own.cache')
    const shapes = ['--shapes', 'x:1x3x32x32/4x3x32x32/8x3x32x32']
    const missed = await build('small, empty cache, fail on a miss', 'small.onnx', [...shapes, '--timing-cache', own, '--fail-on-cache-miss'])
    expect(missed.code === 2 && missed.codes.includes('TIMING_CACHE_MISS'), `a miss ends the build: exit ${missed.code}, ${missed.codes.join(' ')}`)
    const filled = await build('small, fills it', 'small.onnx', [...shapes, '--timing-cache', own])
    const before = fs.existsSync(own) ? fs.statSync(own).size : 0
    expect(filled.code === 0 && before > 0, `the named file is written (${before} bytes)`)
    const hit = await build('small, filled cache, fail on a miss', 'small.onnx', [...shapes, '--timing-cache', own, '--fail-on-cache-miss'])
    expect(hit.code === 0, 'nothing is missed once it is filled')

    // Two builds at once into one file: both sets of timings are in it afterwards.
    const shared = path.join(dir, 'shared.cache')
    const sizes = ['x:2x3x32x32/2x3x32x32/2x3x32x32', 'x:3x3x32x32/3x3x32x32/3x3x32x32']
    const both = sizes.map((size, index) => build(`at once ${index}`, 'small.onnx', ['--shapes', size, '--timing-cache', shared]))
    for (const { code } of await Promise.all(both)) expect(code === 0, 'two builds at once into one cache both end well')
    for (const [index, size] of sizes.entries()) {
      const again = await build(`again ${index}`, 'small.onnx', ['--shapes', size, '--timing-cache', shared, '--fail-on-cache-miss'])
      expect(again.code === 0, `the merged cache holds what build ${index} timed`)
    }

    fs.writeFileSync(own, 'not a timing cache')
    const damaged = await build('small, damaged file', 'small.onnx', [...shapes, '--timing-cache', own])
    expect(damaged.code === 0 && damaged.codes.includes('TIMING_CACHE_UNUSABLE'), `a damaged file is said: ${damaged.codes.join(' ')}`)
    expect(fs.readFileSync(own, 'utf8') === 'not a timing cache', 'and left alone')
    const [file] = files
    if (file === undefined) return
    fs.writeFileSync(path.join(folder, file), 'not a timing cache')
    const replaced = await build("small, the app's own damaged", 'small.onnx', shapes)
    expect(replaced.code === 0 && replaced.cache === 'replaced', `the app's own is begun anew (${replaced.cache})`)
  },
}
