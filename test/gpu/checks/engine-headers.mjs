import path from 'node:path'

// The first bytes of engines that differ in one build option each: what electron/core/formats reads was learnt from these.
const script = String.raw`
import json, sys, numpy as np, tensorrt as trt

logger = trt.Logger(trt.Logger.ERROR)
builder = trt.Builder(logger)
flags, levels = trt.BuilderFlag, trt.HardwareCompatibilityLevel
weights = [np.random.default_rng(i).standard_normal((8, 8 if i else 3, 3, 3)).astype(np.float32) for i in range(2)]

def build(name, flag_names=(), level=None, strongly_typed=False):
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED) if strongly_typed else 0)
    tensor = network.add_input("x", trt.float32, (1, 3, 32, 32))
    for kernel in weights:
        tensor = network.add_convolution_nd(tensor, 8, (3, 3), kernel, np.zeros(8, np.float32)).get_output(0)
        tensor = network.add_activation(tensor, trt.ActivationType.RELU).get_output(0)
    tensor.name = "y"
    network.mark_output(tensor)
    config = builder.create_builder_config()
    config.builder_optimization_level = 0
    for flag in flag_names:
        config.set_flag(getattr(flags, flag))
    if level is not None:
        config.hardware_compatibility_level = getattr(levels, level)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        return {"name": name, "error": "not built"}
    plan = bytes(plan)
    open(f"{name}.engine", "wb").write(plan)
    return {"name": name, "bytes": len(plan), "head": plan[:512].hex(), "tail": plan[-48:].hex()}

variants = [
    ("plain", {}), ("again", {}), ("fp16", {"flag_names": ["FP16"]}), ("typed", {"strongly_typed": True}),
    ("ampere-plus", {"level": "AMPERE_PLUS"}), ("same-cc", {"level": "SAME_COMPUTE_CAPABILITY"}),
    ("refit", {"flag_names": ["REFIT"]}), ("strip", {"flag_names": ["STRIP_PLAN", "REFIT"]}), ("refit-identical", {"flag_names": ["REFIT_IDENTICAL"]}),
    ("version-compatible", {"flag_names": ["VERSION_COMPATIBLE"]}),
    ("version-compatible-no-lean", {"flag_names": ["VERSION_COMPATIBLE", "EXCLUDE_LEAN_RUNTIME"]}),
    ("weight-streaming", {"flag_names": ["WEIGHT_STREAMING"], "strongly_typed": True}),
]
for name, options in variants:
    try:
        row = build(name, **options)
    except Exception as error:
        row = {"name": name, "error": str(error)[:200]}
    print("ROW " + json.dumps(row), flush=True)
`

/** The offsets at which two heads differ. @param {string} a @param {string} b */
function differences(a, b) {
  const at = []
  for (let i = 0; i < Math.min(a.length, b.length); i += 2) if (a.slice(i, i + 2) !== b.slice(i, i + 2)) at.push(`0x${(i / 2).toString(16)}`)
  return at.slice(0, 40).join(' ')
}

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'engine-headers',
  title: 'Engine headers: the first bytes of engines that differ in one option',
  async run(ctx) {
    const made = await ctx.python(script, [], { timeout: 120_000 })
    ctx.expect(made.code === 0, `Python built the engines (${made.stderr.slice(-300)})`)
    const rows = made.stdout
      .split('\n')
      .filter((line) => line.startsWith('ROW '))
      .map((line) => JSON.parse(line.slice(4)))
    const plain = rows.find((row) => row.name === 'plain')
    for (const row of rows) {
      ctx.row(row.name, { bytes: row.bytes ?? null, 'differs from plain at': row.head && plain?.head ? differences(plain.head, row.head) : (row.error ?? '') })
      if (row.head) ctx.note(`${row.name}: ${row.head} … ${row.tail}`)
      if (!row.head) continue
      const read = await ctx.cli(['inspect', path.join(ctx.dir, `${row.name}.engine`)])
      ctx.expect(read.code === 0 && read.doc?.engine?.flavour === 'tensorrt', `inspect knows ${row.name} as TensorRT's`)
      ctx.expect(read.doc?.engine?.runsHere !== 'no', `inspect does not refuse ${row.name} on the GPU that built it: ${read.doc?.engine?.reason}`)
      ctx.row(`inspect ${row.name}`, {
        version: read.doc?.engine?.version,
        'built for': read.doc?.engine?.builtFor?.join(' '),
        'runs here': read.doc?.engine?.runsHere,
        seconds: read.seconds,
      })
    }
    ctx.expect(plain?.head, 'a plain engine was built')
    const { doc } = await ctx.cli(['inspect', path.join(ctx.dir, 'plain.engine')])
    const [gpu] = (await ctx.cli(['doctor'])).doc?.gpus ?? []
    const target = `sm${String(gpu?.computeCapability).replace('.', '')}`
    ctx.expect(
      doc?.engine?.runsHere === 'yes' && doc.engine.builtFor.includes(target),
      `and its header says that it runs on ${target} (${doc?.engine?.reason})`,
    )
  },
}
