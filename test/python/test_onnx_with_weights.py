"""A checkpoint's weights laid into a graph by name: the graph then computes with them, or nothing is written."""

import numpy as np
import onnx
import pytest
from client import Client
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import save_file


@pytest.fixture
def graph(tmp_path):
    """y = x * scale + shift + 1, the one an initializer that no checkpoint knows."""
    values = {'scale': np.full(3, 2, np.float32), 'shift': np.zeros(3, np.float32), 'one': np.ones((), np.float32)}
    nodes = [
        helper.make_node('Mul', ['x', 'scale'], ['m']),
        helper.make_node('Add', ['m', 'shift'], ['s']),
        helper.make_node('Add', ['s', 'one'], ['y']),
    ]
    info = helper.make_tensor_value_info
    made = helper.make_graph(
        nodes,
        'small',
        [info('x', TensorProto.FLOAT, [3])],
        [info('y', TensorProto.FLOAT, [3])],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    path = tmp_path / 'small.onnx'
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid('', 17)]), path)
    return path


def lay(worker: Client, tmp_path, graph, **weights):
    save_file(weights, tmp_path / 'new.safetensors')
    out = tmp_path / 'made' / 'new.onnx'
    return worker.call('onnx_with_weights', onnx=str(graph), weights=str(tmp_path / 'new.safetensors'), out=str(out)), out


def test_computes_with_the_new_weights(worker, tmp_path, graph):
    weights = {'scale': np.full(3, 5, np.float32), 'shift': np.arange(3, dtype=np.float32), 'bn.num_batches_tracked': np.array(7)}
    told, out = lay(worker, tmp_path, graph, **weights)
    assert told['written'] and sorted(told['used']) == ['scale', 'shift'] and told['kept'] == ['one']
    (y,) = ReferenceEvaluator(str(out)).run(None, {'x': np.ones(3, np.float32)})
    np.testing.assert_array_equal(y, np.array([6, 7, 8], np.float32))


@pytest.mark.parametrize(
    ('name', 'value', 'reason'),
    [
        ('weight', np.zeros(3, np.float32), 'no initializer of this name'),
        ('scale', np.zeros(4, np.float32), 'the weights have [4]'),
        ('scale', np.zeros(3, np.float16), 'float16'),
    ],
)
def test_writes_nothing_where_a_weight_has_no_place(worker, tmp_path, graph, name, value, reason):
    told, out = lay(worker, tmp_path, graph, shift=np.zeros(3, np.float32), **{name: value})
    assert not told['written'] and not out.exists()
    assert [each['name'] for each in told['unused']] == [name]
    assert reason in told['unused'][0]['reason']


def test_writes_nothing_for_no_weights(worker, tmp_path, graph):
    told, out = lay(worker, tmp_path, graph)
    assert not told['written'] and not out.exists()
