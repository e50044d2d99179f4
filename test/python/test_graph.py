"""The graph after the export: simplified, and with a precision of its own."""

import ml_dtypes
import numpy
import onnx
import onnxruntime
import pytest
import torch
from conftest import failing
from enginesmith_worker.tensors import write_tensors
from onnx import TensorProto, helper


@pytest.fixture(scope='module')
def graph(tmp_path_factory):
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(512, 5), torch.nn.Softmax(-1)]
    module = torch.nn.Sequential(*layers)
    path = tmp_path_factory.mktemp('graph') / 'model.onnx'
    torch.onnx.export(module.eval(), (torch.randn(1, 3, 8, 8),), str(path), input_names=['x'], output_names=['y'], dynamo=False)
    return path


def answers(path, x):
    return onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider']).run(None, {'x': x})[0]


@pytest.mark.parametrize('precision', ['fp16', 'int8', 'bf16'])
def test_a_precision_in_the_graph(worker, graph, tmp_path, precision):
    sample, out = tmp_path / 'in.safetensors', tmp_path / 'made.onnx'
    x = torch.randn(1, 3, 8, 8)
    write_tensors(str(sample), {'x': x})
    told = worker.call(
        'graph_precision', path=str(graph), out=str(out), precision=precision, keepFp32=['Softmax'], calibration=[str(sample)]
    )
    made = onnx.load(out)
    assert told['files'] == [str(out)] and len(told['kept']) == 1
    assert [value.type.tensor_type.elem_type for value in [*made.graph.input, *made.graph.output]] == [1, 1]
    types = {tensor.data_type for tensor in made.graph.initializer}
    kinds = [node.op_type for node in made.graph.node]
    if precision == 'int8':
        assert 'QuantizeLinear' in kinds and 'DequantizeLinear' in kinds
        points = [numpy.frombuffer(t.raw_data, numpy.int8) for t in made.graph.initializer if 'zero_point' in t.name]
        assert points and all((point == 0).all() for point in points)
        assert not any(tensor.data_type == onnx.TensorProto.INT32 for tensor in made.graph.initializer)
    else:
        assert (onnx.TensorProto.FLOAT16 if precision == 'fp16' else onnx.TensorProto.BFLOAT16) in types
        assert onnx.TensorProto.FLOAT not in types
    if precision != 'bf16':
        numpy.testing.assert_allclose(answers(out, x.numpy()), answers(graph, x.numpy()), atol=5e-2)
    softmax = next(node for node in made.graph.node if node.op_type == 'Softmax')
    assert softmax.input[0] in {
        node.output[0] for node in made.graph.node if node.op_type in ('Cast', 'Gemm', 'DequantizeLinear', 'Add', 'MatMul')
    }


def test_a_name_that_no_node_has_is_told(worker, graph, tmp_path):
    with failing('CONVERT_PRECISION_FAILED') as error:
        worker.call('graph_precision', path=str(graph), out=str(tmp_path / 'a.onnx'), precision='fp16', keepFp32=['Sofmax'], calibration=[])
    assert error['evidence']['unused'] == ['Sofmax'] and 'Softmax' in error['evidence']['operators']


def test_simplifying_and_a_simplifier_that_crashes(worker, graph, tmp_path):
    told = worker.call('simplify_onnx', path=str(graph), out=str(tmp_path / 'slim.onnx'))
    assert told['after'] <= told['before']
    x = numpy.random.default_rng(0).standard_normal((1, 3, 8, 8), dtype=numpy.float32)
    numpy.testing.assert_allclose(answers(tmp_path / 'slim.onnx', x), answers(graph, x), atol=1e-6)
    with failing('CONVERT_SIMPLIFY_FAILED'):
        (tmp_path / 'broken.onnx').write_bytes(graph.read_bytes()[:-4000])
        worker.call('simplify_onnx', path=str(tmp_path / 'broken.onnx'), out=str(tmp_path / 'b.onnx'))
    assert worker.call('versions')['python']


def test_rounds_a_bf16_graph_as_bfloat16_does(worker, tmp_path):
    # y = x * w with both kept in BF16: equal, bit for bit, to what ml_dtypes rounds.
    weight = numpy.array([1.001, 2.003, 3.007], numpy.float32)
    nodes = [
        helper.make_node('Cast', ['x'], ['b'], to=TensorProto.BFLOAT16),
        helper.make_node('Mul', ['b', 'w'], ['m']),
        helper.make_node('Cast', ['m'], ['y'], to=TensorProto.FLOAT),
    ]
    info = helper.make_tensor_value_info
    kept = helper.make_tensor('w', TensorProto.BFLOAT16, [3], weight.astype(ml_dtypes.bfloat16).tobytes(), raw=True)
    graph = helper.make_graph(nodes, 'g', [info('x', TensorProto.FLOAT, [3])], [info('y', TensorProto.FLOAT, [3])], [kept])
    path, out = tmp_path / 'brain.onnx', tmp_path / 'rounded' / 'model.onnx'
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=9), path)
    assert worker.call('bf16_rounded', path=str(path), out=str(out))['rounded'] == 2
    x = numpy.array([0.1, 0.7, 12.345], numpy.float32)
    (y,) = onnxruntime.InferenceSession(str(out)).run(None, {'x': x})
    small = ml_dtypes.bfloat16
    exact = x.astype(small).astype(numpy.float32) * weight.astype(small).astype(numpy.float32)
    numpy.testing.assert_array_equal(y, exact.astype(small).astype(numpy.float32))
    assert not numpy.array_equal(y, x * weight)
