import path from 'node:path'

// Small networks that one option each needs: quantized nodes, an input that is read as a shape.
const script = String.raw`
import numpy as np, onnx
from onnx import TensorProto as T, helper as h, numpy_helper as n

def save(name, nodes, inputs, outputs, constants, opset):
    graph = h.make_graph(nodes, name, inputs, outputs, [n.from_array(value, key) if isinstance(value, np.ndarray) else value for key, value in constants.items()])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)])
    model.ir_version = 9
    onnx.save(model, name + ".onnx")

weight = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32)
def quantized(name, zero, opset):
    scale = np.array(0.05, np.float32)
    nodes = []
    for key in ("x", "w"):
        nodes.append(h.make_node("QuantizeLinear", [key, "scale", "zero"], [key + "_q"], name="q_" + key))
        nodes.append(h.make_node("DequantizeLinear", [key + "_q", "scale", "zero"], [key + "_d"], name="d_" + key))
    nodes.append(h.make_node("MatMul", ["x_d", "w_d"], ["y"], name="mul"))
    info = h.make_tensor_value_info
    save(name, nodes, [info("x", T.FLOAT, [64, 64])], [info("y", T.FLOAT, [64, 64])], {"scale": scale, "zero": zero, "w": weight}, opset)
quantized("int8", np.zeros((), np.int8), 17)
quantized("fp8", h.make_tensor("zero", T.FLOAT8E4M3FN, [], [0.0]), 19)
info = h.make_tensor_value_info
save("shape", [h.make_node("Expand", ["x", "target"], ["r"]), h.make_node("Relu", ["r"], ["y"])],
     [info("x", T.FLOAT, [1, 12]), info("target", T.INT64, [2])], [info("y", T.FLOAT, ["a", "b"])], {}, 17)
`

const profile = ['--shapes', 'x:1x3x32x32/4x3x32x32/8x3x32x32']
const fast = ['--opt-level', '0']

/** @typedef {{ name: string, flags: string[], model?: string, rows?: Record<string, string>, same?: boolean, code?: number, finding?: string }} Case */
/** @type {Case[]} */
const cases = [
  {
    name: 'many at once',
    flags: [
      ...profile,
      ...fast,
      ...['--precision', 'fp32', '--avg-timing', '2', '--max-tactics', '8', '--workspace', '256', '--tactic-dram', '1024', '--tactic-shared-memory', '64'],
      ...['--max-aux-streams', '1', '--sparsity', '--engine-name', 'my net', '--profiling-verbosity', 'detailed', '--refit'],
    ],
    rows: {
      precision: 'fp32',
      optLevel: '0',
      avgTiming: '2',
      maxTactics: '8',
      workspace: '268435456 bytes',
      tacticDram: '1073741824 bytes',
      tacticSharedMemory: '65536 bytes',
      sparsity: 'on',
      engineName: 'my net',
      profilingVerbosity: 'detailed',
      refit: 'on',
    },
  },
  { name: 'fp16 (may be told as not reached)', flags: [...profile, '--precision', 'fp16'], same: false },
  { name: 'bf16 (may be told as not reached)', flags: [...profile, '--precision', 'bf16'], same: false },
  { name: 'tf32', flags: [...profile, ...fast, '--precision', 'tf32'], same: false },
  {
    name: 'strongly typed, weights streamed',
    flags: [...profile, ...fast, '--precision', 'strongly-typed', '--weight-streaming'],
    rows: { precision: 'strongly-typed', weightStreaming: 'on' },
  },
  { name: 'stripped', flags: [...profile, ...fast, '--strip', '--refit-identical'], rows: { strip: 'on' } },
  { name: 'ampere and newer', flags: [...profile, ...fast, '--hardware-compat', 'ampere-plus'], rows: { hardwareCompat: 'ampere-plus' } },
  {
    name: 'two profiles',
    flags: [...fast, '--shapes', 'x:1x3x32x32/1x3x32x32/1x3x32x32', '--shapes', 'x:2x3x32x32/8x3x32x32/16x3x32x32'],
    rows: { profiles: '2', 'profile 1 x': '2x3x32x32/8x3x32x32/16x3x32x32' },
  },
  { name: 'no layer details', flags: [...profile, ...fast, '--profiling-verbosity', 'none'], rows: { profilingVerbosity: 'none' } },
  { name: 'INT8 from quantized nodes', model: 'int8', flags: ['--precision', 'int8'], same: false },
  { name: 'FP8 from quantized nodes', model: 'fp8', flags: ['--precision', 'fp8'], same: false },
  {
    name: 'values of a shape input',
    model: 'shape',
    flags: [...fast, '--shapes', 'target:1x48/4x12/12x4'],
    rows: { 'profile 0 target': '1x48/4x12/12x4' },
    code: 2,
  },
  { name: 'values of a shape input', model: 'shape', flags: [...fast, '--shapes', 'target:1x12/4x12/16x12'], rows: { 'profile 0 target': '1x12/4x12/16x12' } },
  { name: 'version compatible', flags: [...profile, ...fast, '--version-compatible', '--exclude-lean-runtime'], same: false },
  { name: 'INT8 without quantized nodes', flags: [...profile, '--precision', 'int8'], code: 2, finding: 'BUILD_NOT_QUANTIZED' },
  { name: 'tiling, since 10.8', flags: [...profile, '--tiling', 'fast'], code: 2, finding: 'BUILD_OPTION_UNSUPPORTED' },
  { name: 'same-cc, since 10.9', flags: [...profile, '--hardware-compat', 'same-cc'], code: 2, finding: 'BUILD_OPTION_UNSUPPORTED' },
  { name: 'streaming, not strongly typed', flags: [...profile, '--weight-streaming'], code: 2, finding: 'BUILD_OPTION_UNSUPPORTED' },
]

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'build-options',
  title: 'Build options: each built with TensorRT and read back',
  async run({ cli, python, dir, models, expect, row, note }) {
    const made = await python(script, [], { timeout: 60_000 })
    expect(made.code === 0, `the small networks were made (${made.stderr.slice(-300)})`)
    for (const [index, { name, model, flags, rows = {}, same = true, code = 0, finding }] of cases.entries()) {
      const file = model === undefined ? (models['small.onnx'] ?? '') : path.join(dir, `${model}.onnx`)
      const {
        code: exit,
        doc,
        seconds,
        stderr,
      } = await cli(['build', file, '-o', path.join(dir, `${index}.engine`), '--backend', 'tensorrt', ...flags], {
        timeout: 120_000,
      })
      /** @type {any[]} */
      const achieved = doc?.achieved?.rows ?? []
      /** @type {any[]} */
      const findings = doc?.findings ?? []
      const codes = findings.filter((one) => one.severity !== 'info').map((one) => one.code)
      const differ = achieved.filter((one) => one.same === false).map((one) => `${one.option}: ${one.requested}, got ${one.achieved} (${one.readFrom})`)
      row(name, {
        exit,
        layers: (doc?.achieved?.precisions ?? []).map((/** @type {any} */ one) => `${one.type} ${one.layers}`).join(', '),
        differs: differ.join('; '),
        findings: codes.join(' '),
        seconds,
      })
      if (codes.length > 0) note(`${name}: ${findings.map((one) => one.message).join(' ')}`)
      // What TensorRT decides otherwise is recorded, but it has to be said; a lean runtime may be missing on a machine, with a finding.
      const host = flags.includes('--version-compatible')
      if (!host) expect(exit === code, `${name}: exit ${exit}, ${code} expected ${exit === code ? '' : stderr.slice(-300)}`)
      if (finding !== undefined) expect(codes.includes(finding), `${name}: says ${finding}`)
      if (host) expect(exit === 0 || (exit === 2 && codes.length > 0), `${name}: is built, or says what is missing (exit ${exit}: ${codes.join(' ')})`)
      if (exit === 0) {
        const said = codes.includes('BUILD_NOT_AS_REQUESTED')
        expect(
          said === differ.length > 0,
          `${name}: ${said ? 'says' : 'does not say'} that the engine is another than asked for; it differs in ${differ.length}`,
        )
        const asked = achieved.filter((one) => one.requested !== null && one.achieved === null)
        expect(asked.length === 0, `${name}: every asked option was read back (${asked.map((one) => one.option).join(' ')})`)
      }
      if (exit === 0 && !host) expect(doc?.achieved?.notReadBack === null, `${name}: engine and inspector were asked (${doc?.achieved?.notReadBack})`)
      if (exit !== 0 || code !== 0) continue
      if (same) expect(differ.length === 0, `${name}: nothing differs (${differ.join('; ')})`)
      for (const [option, value] of Object.entries(rows)) {
        const read = achieved.find((one) => one.option === option)
        expect(read?.achieved === value, `${name}: ${option} reads back as ${value} (${read?.achieved ?? 'no row'} from ${read?.readFrom ?? 'nowhere'})`)
      }
    }
  },
}
