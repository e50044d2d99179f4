// One lane a GPU over all processes: two builds take turns, a killed holder frees it, and a batch uses every GPU.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

// Convolutions enough that a build takes seconds.
const script = String.raw`
import sys, numpy as np, onnx
from onnx import TensorProto as T, helper as h, numpy_helper as n

for seed in range(6):
    rng = np.random.default_rng(seed)
    nodes, constants, last, wide = [], [], "x", 16
    for i in range(8):
        weight = (rng.standard_normal((32, wide, 3, 3)) / (3 * wide ** 0.5)).astype(np.float32)
        constants.append(n.from_array(weight, f"w{i}"))
        nodes += [h.make_node("Conv", [last, f"w{i}"], [f"c{i}"], pads=[1] * 4), h.make_node("Relu", [f"c{i}"], [f"r{i}"])]
        last, wide = f"r{i}", 32
    info = h.make_tensor_value_info
    graph = h.make_graph(nodes, "net", [info("x", T.FLOAT, [1, 16, 64 + 8 * seed, 64])], [info(last, T.FLOAT, [1, 32, 64 + 8 * seed, 64])], constants)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, f"{sys.argv[1]}/net{seed}.onnx")
`

/** @param {string} stderr @returns {string | null} the number of the process that was waited for */
const waitedFor = (stderr) => /Waiting for the GPU \(process (\d+) is building\)/.exec(stderr)?.[1] ?? null

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'lanes',
  title: 'One build on a GPU at a time, over all processes',
  async run({ cli, python, dir, expect, row, note }) {
    const models = path.join(dir, 'models')
    fs.mkdirSync(models)
    const made = await python(script, [models])
    if (!expect(made.code === 0, `the models are made: ${made.stderr.slice(-300)}`)) return
    const lanes = path.join(dir, 'data', 'gpu-lanes')
    /** @returns {string[]} */
    const held = () => (fs.existsSync(lanes) ? fs.readdirSync(lanes).filter((name) => name.endsWith('.lock')) : [])
    const build = (/** @type {number} */ seed, /** @type {import('../harness.mjs').ProcessOptions} */ options = {}) =>
      cli(['build', path.join(models, `net${seed}.onnx`), '-o', path.join(dir, `net${seed}.engine`), '--backend', 'tensorrt', '--opt-level', '4'], options)

    const [a, b] = await Promise.all([build(0), build(1)])
    expect(a.code === 0 && b.code === 0, `both builds succeed: ${a.code}, ${b.code}: ${a.stderr.slice(-300)} ${b.stderr.slice(-300)}`)
    const waited = [a, b].map(({ stderr }) => waitedFor(stderr))
    expect(waited.filter((pid) => pid !== null).length === 1, `one of two waits for the other and says so: ${waited.join(', ')}`)
    row('two builds at once', { 'first, s': a.seconds, 'second, s': b.seconds, 'waited for': waited.find((pid) => pid !== null) ?? null })

    /** @type {import('node:child_process').ChildProcess | null} */
    let holder = null
    const dying = build(2, { onStart: (child) => (holder = child) })
    for (let n = 0; n < 600 && held().length === 0; n++) await sleep(50)
    const [lock] = held()
    note(`The lane is named ${lock}`)
    expect(/^GPU-[0-9a-f]{8}-/.test(lock ?? ''), 'the lane has the name that nvidia-smi gives the GPU')
    let killedAt = 0
    const next = build(3)
    await sleep(4000)
    expect(held().length === 1, 'the holder still builds when it is killed')
    const dyingChild = /** @type {any} */ (holder)
    dyingChild?.kill('SIGKILL')
    killedAt = performance.now()
    await dying
    const after = await next
    expect(after.code === 0, `the build that waited for a killed one succeeds: ${after.stderr.slice(-300)}`)
    row('a build behind a killed one', {
      'after the kill, s': (performance.now() - killedAt) / 1000,
      'waited for': waitedFor(after.stderr),
      killed: String(dyingChild?.pid),
    })
    expect(held().length === 0, 'nothing is locked in the end')

    const gpus = (await cli(['doctor'])).doc?.gpus ?? []
    let most = 0
    const looking = setInterval(() => (most = Math.max(most, held().length)), 50)
    const batch = await cli(['batch', models, '--out', path.join(dir, 'batch'), '--backend', 'tensorrt', '--opt-level', '3', '--jobs', '4'], {
      timeout: 400_000,
    })
    clearInterval(looking)
    const { rows = [], counts } = batch.doc ?? {}
    row('a batch of six', { GPUs: gpus.length, 'builds at once, most': most, seconds: batch.seconds, counts: JSON.stringify(counts) })
    expect(
      rows.length === 6 && rows.every((/** @type {any} */ one) => one.verdict === 'pass' || one.verdict === 'not-judged' || one.verdict === 'fail'),
      `every row has a verdict: ${batch.stderr.slice(-600)}`,
    )
    expect(most === gpus.length, 'there is a build on every GPU at once, and never two on one')
    expect(
      rows.every((/** @type {any} */ one) => one.latencyOf === 'engine' && one.latencyMs > 0),
      'latencies are of the engines',
    )
    for (const one of rows) row(path.basename(one.path), { verdict: one.verdict, 'latency, ms': one.latencyMs, seconds: one.seconds })
  },
}
