// Every element type that an engine takes and gives, sizes that come from values, and a shape that is an input: ONNX Runtime beside TensorRT.
import path from 'node:path'

const script = String.raw`
import numpy as np, onnx
from onnx import TensorProto as T, helper as h, numpy_helper as n

def save(name, nodes, inputs, outputs, constants=(), opset=19):
    graph = h.make_graph(nodes, name, [h.make_tensor_value_info(*i) for i in inputs], [h.make_tensor_value_info(*o) for o in outputs], list(constants))
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    onnx.save(model, name + ".onnx")

weight = np.random.default_rng(0).standard_normal((16, 16)).astype(np.float32)
for name, kind in (("float32", T.FLOAT), ("float16", T.FLOAT16)):
    save(name, [h.make_node("MatMul", ["x", "w"], ["m"]), h.make_node("Relu", ["m"], ["y"])], [("x", kind, [4, 16])], [("y", kind, [4, 16])],
         [n.from_array(weight.astype(np.float16 if name == "float16" else np.float32), "w")])
save("bfloat16", [h.make_node("Cast", ["x"], ["f"], to=T.FLOAT), h.make_node("Add", ["f", "f"], ["d"]), h.make_node("Cast", ["d"], ["y"], to=T.BFLOAT16)],
     [("x", T.BFLOAT16, [4, 16])], [("y", T.BFLOAT16, [4, 16])])
for name, kind in (("int32", T.INT32), ("int64", T.INT64)):
    save(name, [h.make_node("Add", ["x", "one"], ["y"])], [("x", kind, [4, 16])], [("y", kind, [4, 16])],
         [n.from_array(np.array(3, np.int32 if name == "int32" else np.int64), "one")])
save("bool", [h.make_node("Not", ["x"], ["y"])], [("x", T.BOOL, [4, 16])], [("y", T.BOOL, [4, 16])])
save("uint8", [h.make_node("Cast", ["x"], ["f"], to=T.FLOAT), h.make_node("Mul", ["f", "two"], ["y"])], [("x", T.UINT8, [4, 16])], [("y", T.FLOAT, [4, 16])],
     [n.from_array(np.array(2, np.float32), "two")])
scale = n.from_array(np.array(0.05, np.float32), "scale")
save("int8", [h.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]), h.make_node("DequantizeLinear", ["q", "scale", "zero"], ["y"])],
     [("x", T.FLOAT, [4, 16])], [("y", T.FLOAT, [4, 16])], [scale, n.from_array(np.array(0, np.int8), "zero")])
save("int8-out", [h.make_node("QuantizeLinear", ["x", "scale", "zero"], ["y"])], [("x", T.FLOAT, [4, 16])], [("y", T.INT8, [4, 16])],
     [scale, n.from_array(np.array(0, np.int8), "zero")])
save("fp8-out", [h.make_node("QuantizeLinear", ["x", "scale", "zero"], ["y"])], [("x", T.FLOAT, [4, 16])], [("y", T.FLOAT8E4M3FN, [4, 16])],
     [n.from_array(np.array(0.0625, np.float32), "scale"), h.make_tensor("zero", T.FLOAT8E4M3FN, [], [0.0])])
# How many values come out depends on them.
save("nonzero", [h.make_node("Relu", ["x"], ["r"]), h.make_node("NonZero", ["r"], ["y"])], [("x", T.FLOAT, [4, 16])], [("y", T.INT64, [2, "found"])])
# A size that is given as a value, and an output that lies on the host.
save("shape-input", [h.make_node("Expand", ["x", "target"], ["e"]), h.make_node("Relu", ["e"], ["y"])], [("x", T.FLOAT, [1, 12]), ("target", T.INT64, [2])],
     [("y", T.FLOAT, ["a", "b"])])
save("shape-output", [h.make_node("Shape", ["x"], ["y"]), h.make_node("Relu", ["x"], ["z"])], [("x", T.FLOAT, ["batch", 16])], [("y", T.INT64, [2]), ("z", T.FLOAT, ["batch", 16])])
np.savez("target.npz", x=np.random.default_rng(1).standard_normal((1, 12)).astype(np.float32), target=np.array([5, 12], np.int64))
# The right answers where ONNX Runtime has no kernel: PyTorch's own, exact in either type.
import torch
from safetensors.torch import save_file
x = torch.randn(4, 16, generator=torch.Generator().manual_seed(3))
for name, given, answer in (("bfloat16", x.bfloat16(), x.bfloat16() * 2), ("fp8-out", x, (x / 0.0625).to(torch.float8_e4m3fn))):
    save_file({"x": given}, name + ".in.safetensors")
    save_file({"y": answer}, name + ".out.safetensors")
np.savez("values.npz", x=np.random.default_rng(2).standard_normal((4, 16)).astype(np.float32))
`

/** `expected`: ONNX Runtime has no such kernel on the CPU; the engine is held against the right answers instead. */
const cases = [
  { name: 'float32' },
  { name: 'float16' },
  { name: 'bfloat16', expected: true },
  { name: 'int32' },
  { name: 'int64' },
  { name: 'bool' },
  { name: 'uint8' },
  { name: 'int8', flags: ['--precision', 'int8'] },
  { name: 'int8-out', flags: ['--precision', 'int8'] },
  { name: 'fp8-out', flags: ['--precision', 'fp8'], expected: true },
  { name: 'nonzero', flags: ['--inputs', 'values.npz'] },
  { name: 'shape-input', flags: ['--inputs', 'target.npz', '--shapes', 'target:1x12/5x12/16x12'] },
  { name: 'shape-output' },
]

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'io-types',
  title: 'Types and sizes of inputs and outputs: ONNX Runtime beside the engine',
  async run({ cli, python, dir, expect, row }) {
    const made = await python(script, [], { timeout: 60_000 })
    expect(made.code === 0, `the networks were made (${made.stderr.slice(-300)})`)
    for (const { name, flags = [], expected = false } of cases) {
      const answers = expected ? ['--inputs', `${name}.in.safetensors`, '--expect', `${name}.out.safetensors`] : []
      const { code, doc, stderr } = await cli(
        [
          'run',
          path.join(dir, `${name}.onnx`),
          '--out',
          path.join(dir, name),
          '--backend',
          'tensorrt',
          '--precision',
          'fp32',
          '--opt-level',
          '0',
          ...flags,
          ...answers,
        ],
        { timeout: 120_000 },
      )
      const rows = (doc?.comparisons ?? []).filter((/** @type {any} */ entry) => entry.hop === (expected ? 'expected-engine' : 'onnx-engine'))
      row(name, {
        exit: code,
        verdict: doc?.verdict,
        values: rows.reduce((/** @type {number} */ sum, /** @type {any} */ entry) => sum + entry.compared, 0),
        'max abs': Math.max(...rows.map((/** @type {any} */ entry) => entry.maxAbs ?? 0)),
        findings: (doc?.findings ?? []).map((/** @type {any} */ one) => one.code).join(' '),
      })
      if (!expected) expect(code === 0 && doc?.verdict === 'pass', `${name}: passes (exit ${code}) ${code === 0 ? '' : stderr.slice(-400)}`)
      else {
        const why = (doc?.findings ?? []).map((/** @type {any} */ one) => one.message).join(' ')
        const [only] = rows
        expect(
          rows.length === 1 && only.verdict === 'pass' && only.compared === 64,
          `${name}: the engine has the right answers (${JSON.stringify(rows)} ${why})`,
        )
        expect(doc?.verdict !== 'fail', `${name}: nothing fails (exit ${code}, ${doc?.verdict})`)
      }
    }
  },
}
