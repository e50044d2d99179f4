"""Exported programs: signatures, calls through ep.module(), and the failures of DESIGN.md §6 made for real."""

import json
import os
import subprocess
import sys
import zipfile

import hostile
import nets
import pytest
import torch
from client import Client
from conftest import failing, run, since, source
from enginesmith_worker.forward import explain_forward
from enginesmith_worker.loaders.program_errors import explain_program
from enginesmith_worker.model import Model
from torch.export import Dim


def exported(folder, module, args, shapes=None, kwargs=None, name='program.pt2'):
    path = folder / name
    torch.export.save(torch.export.export(module.eval(), args, kwargs, dynamic_shapes=shapes), path)
    return path


def edit(path, change, ending=None):
    def rewrite(data):
        tree = json.loads(data)
        change(tree)
        return json.dumps(tree).encode()

    hostile.change_member(path, ending or hostile.graph_member(path), rewrite)


def graph_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(hostile.graph_member(path)))


def test_the_signature_has_symbols_with_bounds(worker, tmp_path):
    module = nets.Dropped()
    path = exported(tmp_path, module, (torch.randn(3, 4),), {'x': {0: Dim('batch', min=2, max=64)}})
    model = source(path, 'exported-program', project=None)
    answer = worker.call('load', source=model)
    (given,), (made,) = answer['signature']['inputs'], answer['signature']['outputs']
    symbol = given['shape'][0]
    assert given == {'name': 'x', 'dtype': 'float32', 'shape': [symbol, 4]}
    assert made == {'name': 'output', 'dtype': 'float32', 'shape': [symbol, 4]}
    assert answer['symbols'] == [{'name': symbol, 'min': 2, 'max': 64}]
    assert answer['forward'] == [{'name': 'x', 'required': True}]
    assert answer['parameters'] == 8
    for batch in (2, 7):
        x = torch.randn(batch, 4)
        outputs, _ = run(worker, model, {'x': x}, tmp_path)
        assert torch.allclose(outputs['output'], module(x).detach())


def test_nested_outputs_are_named_as_the_module_itself_is(worker, tmp_path):
    module, x = nets.Keyed(), torch.arange(6.0).reshape(2, 3)
    path = exported(tmp_path, module, (x,))
    answer = worker.call('load', source=source(path, 'exported-program'))
    names = [spec['name'] for spec in answer['signature']['outputs']]
    assert names == ['scores', 'parts_0', 'parts_1.deep']
    outputs, told = run(worker, source(path, 'exported-program'), {'x': x}, tmp_path)
    assert [spec['name'] for spec in told['outputs']] == names
    assert outputs['parts_1.deep'].tolist() == (x * 2).tolist()


@since('2.5', 'such names')
def test_names_that_torch_makes_of_calls_in_place_are_no_code(worker, tmp_path):
    class Twice(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.act = torch.nn.ReLU(inplace=True)

        def forward(self, x):
            return self.act(self.act(x + 1) - 1)

    x = torch.randn(2, 3)
    path = exported(tmp_path, Twice(), (x,))
    model = source(path, 'exported-program')
    assert any('__' in name for name in graph_of(path)['graph_module']['graph']['tensor_values'])
    outputs, _ = run(worker, model, {'x': x}, tmp_path)
    assert torch.allclose(outputs['output'], Twice()(x))


def test_keyword_none_and_constant_inputs(worker, tmp_path):
    left, right = torch.ones(2), torch.full((2,), 5.0)
    path = exported(tmp_path, nets.TwoInputs(), (left,), kwargs={'right': right, 'scale': None})
    answer = worker.call('load', source=source(path, 'exported-program'))
    assert [spec['name'] for spec in answer['signature']['inputs']] == ['left', 'right']
    outputs, _ = run(worker, source(path, 'exported-program'), {'right': right, 'left': left}, tmp_path)
    assert outputs['output'].tolist() == [-9.0, -9.0]


def test_a_size_that_the_program_was_not_exported_for(worker, tmp_path):
    path = exported(tmp_path, nets.Affine(), (torch.randn(3, 4),))
    with failing('SHAPE_CONTRADICTS_MODEL'):
        run(worker, source(path, 'exported-program'), {'x': torch.ones(5, 4)}, tmp_path)


def test_an_operator_of_another_library_is_read_from_the_archive_first(worker, tmp_path):
    save = (
        'import sys, torch\n'
        '@torch.library.custom_op("faraway::thrice", mutates_args=())\n'
        'def thrice(x: torch.Tensor) -> torch.Tensor:\n    return x * 3\n'
        '@thrice.register_fake\n'
        'def _(x):\n    return torch.empty_like(x)\n'
        'class Net(torch.nn.Module):\n    def forward(self, x):\n        return thrice(x)\n'
        'torch.export.save(torch.export.export(Net(), (torch.ones(2),)), sys.argv[1])\n'
    )
    path = tmp_path / 'custom.pt2'
    # torch asks for the source of the fake function, so the program must be a file.
    (tmp_path / 'save.py').write_text(save)
    subprocess.run([sys.executable, str(tmp_path / 'save.py'), str(path)], check=True, capture_output=True)
    with failing('EXPORT_CUSTOM_OP') as error:
        worker.call('load', source=source(path, 'exported-program'))
    assert error['evidence']['operators'] == ['faraway::thrice']


LIBRARY = """import torch

@torch.library.custom_op("faraway::thrice", mutates_args=())
def thrice(x: torch.Tensor) -> torch.Tensor:
    return x * 3

@thrice.register_fake
def _(x):
    return torch.empty_like(x)
"""


@since('2.6', 'fake kernels on the sizes of a saved graph')
def test_a_library_that_is_named_is_imported_and_its_operators_are_tried(worker, tmp_path):
    code, other = tmp_path / 'code', tmp_path / 'other'
    code.mkdir()
    other.mkdir()
    (code / 'faraway_lib.py').write_text(LIBRARY)
    # Another version of the library: its fake kernel gives another shape.
    (other / 'faraway_lib.py').write_text(LIBRARY.replace('torch.empty_like(x)', 'x.new_empty(x.shape[0] + 1)'))
    save = (
        'import sys, torch, faraway_lib\n'
        'class Net(torch.nn.Module):\n    def forward(self, x):\n        return faraway_lib.thrice(x) + 1\n'
        'torch.export.save(torch.export.export(Net(), (torch.ones(2),)), sys.argv[1])\n'
    )
    (tmp_path / 'save.py').write_text(save)
    path = tmp_path / 'custom.pt2'
    environment = {**os.environ, 'PYTHONPATH': str(code)}
    subprocess.run([sys.executable, str(tmp_path / 'save.py'), str(path)], check=True, capture_output=True, env=environment)
    with failing('EXPORT_CUSTOM_OP') as error:
        worker.call('load', source=source(path, 'exported-program', project=str(code)))
    assert '--import MODULE' in error['remedy']
    with failing('EXPORT_CUSTOM_OP') as error:
        worker.call('load', source=source(path, 'exported-program', project=str(code), imports=['nowhere_lib']))
    assert error['evidence']['library'] == 'nowhere_lib'
    # Registered operators stay with a process: each library gets one of its own.
    for folder, severity in ((code, 'info'), (other, 'warning')):
        client = Client()
        assert client.receive()['event'] == 'ready'
        told = client.call('load', source=source(path, 'exported-program', project=str(folder), imports=['faraway_lib']))
        [found] = [each for each in told['findings'] if each['code'] == 'EXPORT_CUSTOM_OP']
        assert found['severity'] == severity, found
        [row] = found['evidence']['checks']
        assert (row['operator'], row['cpu']) == ('faraway::thrice', True)
        assert row['shapes'] == ([['2']] if severity == 'info' else [['3']])
        if severity == 'info':
            made, _ = run(
                client, source(path, 'exported-program', project=str(folder), imports=['faraway_lib']), {'x': torch.ones(2)}, tmp_path
            )
            assert made['output'].tolist() == [4, 4]
        assert client.close() == 0


@since('2.9', 'archives with a table of weights')
def test_a_weight_that_the_file_lacks(worker, tmp_path):
    path = exported(tmp_path, nets.Affine(), (torch.randn(3, 4),))
    edit(path, lambda tree: tree['config'].pop('linear.weight'), 'model_weights_config.json')
    with failing('EXPORT_MISSING_ATTRIBUTE') as error:
        worker.call('load', source=source(path, 'exported-program'))
    assert error['evidence']['attributes'] == ['linear.weight']


def test_bounds_that_contradict_each_other(worker, tmp_path):
    path = exported(tmp_path, nets.Affine(), (torch.randn(3, 4),), {'x': {0: Dim('batch')}})

    def contradict(tree):
        for limits in tree['range_constraints'].values():
            limits.update(min_val=64, max_val=8)

    edit(path, contradict)
    with failing('EXPORT_SYMBOLIC_SHAPE'):
        worker.call('load', source=source(path, 'exported-program'))


def test_the_real_error_of_lifted_parameters_is_known():
    program = torch.export.export(nets.Affine(), (torch.ones(2, 4),))
    with pytest.raises(TypeError) as caught:
        program.graph_module(torch.ones(2, 4))
    assert explain_program(caught.value, 'a.pt2').code == 'EXPORT_LIFTED_PARAMETERS'


def test_a_file_whose_weights_are_inputs(worker, tmp_path):
    path = exported(tmp_path, nets.Affine(), (torch.ones(2, 4),))

    def lift(tree):
        specs = tree['graph_module']['signature']['input_specs']
        specs[:] = [{'user_input': {'arg': {'as_tensor': spec['parameter']['arg']}}} if 'parameter' in spec else spec for spec in specs]

    edit(path, lift)
    program = torch.export.load(path)
    with pytest.raises(RuntimeError, match=r'^Unexpected number of inputs \(expected 3, got 1\)$') as caught:
        torch.export.unflatten(program)(torch.ones(2, 4))
    model = Model(None, None, [], program=program)
    assert explain_forward(caught.value, model, {}, str(path)).code == 'EXPORT_LIFTED_PARAMETERS'
    # What module() says of it changes from release to release, so that the file is told by its signature.
    with failing('EXPORT_LIFTED_PARAMETERS') as error:
        worker.call('load', source=source(path, 'exported-program'))
    assert error['evidence']['inputs'] == ['p_linear_weight', 'p_linear_bias', 'x']
    assert (error['evidence']['expected'], error['evidence']['got']) == (3, 1)
    assert 'p_linear_weight, p_linear_bias, x' in error['message']
    assert error['actions'][0]['kind'] == 'choose-file'


def test_the_real_error_of_a_dangling_attribute_is_known():
    graph = torch.fx.symbolic_trace(nets.Affine())
    with graph.graph.inserting_before(next(node for node in graph.graph.nodes if node.op == 'call_module')):
        dangling = graph.graph.get_attr('conv_weight')
    next(node for node in graph.graph.nodes if node.op == 'output').args = (dangling,)
    graph.recompile()
    with pytest.raises(AttributeError) as caught:
        graph(torch.ones(2, 4))
    error = explain_program(caught.value, 'a.pt2')
    assert (error.code, error.evidence['attributes']) == ('EXPORT_MISSING_ATTRIBUTE', ['conv_weight'])


def test_a_graph_of_another_schema(worker, tmp_path):
    path = exported(tmp_path, nets.Affine(), (torch.randn(3, 4),))
    edit(path, lambda tree: tree['schema_version'].update(major=99))
    with failing('LOAD_FAILED') as error:
        worker.call('load', source=source(path, 'exported-program'))
    assert '99' in error['message']
    assert error['evidence']['madeBy'] in (None, str(torch.__version__))


def test_an_archive_that_is_no_program(worker, tmp_path):
    path = tmp_path / 'weights.pt2'
    torch.save(nets.Affine().state_dict(), path)
    with failing('LOAD_FAILED'):
        worker.call('load', source=source(path, 'exported-program'))


@pytest.mark.parametrize('share', [0.3, 0.9])
def test_a_truncated_program(worker, tmp_path, share):
    path = exported(tmp_path, nets.Affine(), (torch.randn(3, 4),))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with failing('FILE_TRUNCATED'):
        worker.call('load', source=source(path, 'exported-program'))
