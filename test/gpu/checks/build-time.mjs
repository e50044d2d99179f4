// Build time of this program beside TensorRT's own Python binding: the same network, the same options, by turns, no timing cache.
import path from 'node:path'

const peer = String.raw`
import sys, json, time, tensorrt as trt
logger = trt.Logger(trt.Logger.ERROR)
# As ours: from making the builder, which starts CUDA and opens the kernels, to the serialized engine.
began = time.perf_counter()
builder = trt.Builder(logger)
network = builder.create_network(0)
parser = trt.OnnxParser(network, logger)
assert parser.parse_from_file(sys.argv[1])
config = builder.create_builder_config()
config.clear_flag(trt.BuilderFlag.TF32)
config.builder_optimization_level = int(sys.argv[2])
config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
profile = builder.create_optimization_profile()
for i in range(network.num_inputs):
    tensor = network.get_input(i)
    if -1 in tuple(tensor.shape):
        at = lambda n: [n if size == -1 else size for size in tensor.shape]
        profile.set_shape(tensor.name, at(1), at(4), at(16))
config.add_optimization_profile(profile)
plan = builder.build_serialized_network(network, config)
print("RESULT " + json.dumps({"seconds": time.perf_counter() - began, "bytes": plan.nbytes}))
`

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'build-time',
  title: 'Build time: this program beside the Python binding, medians of 5 by turns',
  async run({ cli, python, dir, models, expect, row }) {
    for (const { name, file, level } of [
      { name: 'small', file: 'small.onnx', level: '3' },
      { name: 'ResNet-50', file: 'resnet50.onnx', level: '1' },
    ]) {
      const model = models[file] ?? ''
      const ours = []
      const theirs = []
      for (let turn = 0; turn < 5; turn += 1) {
        const own = path.join(dir, `${name}-${turn}`)
        const built = await cli(
          ['build', model, '-o', `${own}.engine`, '--backend', 'tensorrt', '--precision', 'fp32', '--opt-level', level, '--timing-cache', `${own}.cache`],
          { timeout: 200_000 },
        )
        const seconds = built.doc?.achieved?.buildSeconds
        if (!expect(built.code === 0 && seconds > 0, `${name}, turn ${turn}: built (exit ${built.code}): ${built.stderr.slice(-300)}`)) return
        ours.push(seconds)
        const their = await python(peer, [model, level], { timeout: 200_000 })
        const line = their.stdout.split('\n').find((text) => text.startsWith('RESULT '))
        if (!expect(line !== undefined, `${name}, turn ${turn}: the binding built: ${their.stderr.slice(-300)}`)) return
        theirs.push(JSON.parse(String(line).slice(7)).seconds)
      }
      const spread = (Math.max(...theirs) - Math.min(...theirs)) / median(theirs)
      row(name, { 'ours, s': median(ours), 'binding, s': median(theirs), ratio: median(ours) / median(theirs), 'spread of the binding': spread })
      expect(median(ours) / median(theirs) <= 1 + Math.max(0.1, spread), `${name}: no slower than the binding by more than its own spread`)
    }
  },
}
