"""ONNX by both exporters, judged by the checker and the reference evaluator against the model itself."""

import os

import nets
import numpy
import onnx
import pytest
import torch
from conftest import failing, run, saved, since, source
from enginesmith_worker.tensors import write_tensors
from onnx.reference import ReferenceEvaluator

DYNAMO = since('2.5', 'dynamo exporter with names and dynamic sizes')
BOTH = pytest.mark.parametrize('exporter', [pytest.param('dynamo', marks=DYNAMO), 'torchscript'])
#: torch 2.6 and the onnxscript of today disagree on a batch norm.
BATCH_NORM = since('2.7', 'batch norm by the dynamo exporter with a current onnxscript')

BATCHED = pytest.mark.parametrize('exporter', [pytest.param('dynamo', marks=BATCH_NORM), 'torchscript'])


def spec(name, *shape, dtype='float32'):
    return {'name': name, 'dtype': dtype, 'shape': list(shape)}


def export(worker, folder, model, inputs, tensors, exporter, opset=None, output_names=None, name='model.onnx'):
    sample = folder / 'sample.safetensors'
    write_tensors(str(sample), tensors)
    out = folder / name
    asked = {'exporter': exporter, 'opset': opset, 'out': str(out), 'outputNames': output_names}
    answer = worker.call('export_onnx', source=model, inputs=inputs, sample=str(sample), **asked)
    assert answer['files'][0] == str(out)
    assert all(os.path.isfile(path) for path in answer['files'])
    assert not [entry for entry in os.listdir(folder) if entry.startswith('.export-')]
    onnx.checker.check_model(str(out), full_check=True)
    return onnx.load(out), answer


def evaluate(proto, tensors):
    names = [value.name for value in proto.graph.output]
    return dict(zip(names, ReferenceEvaluator(proto).run(None, {name: tensor.numpy() for name, tensor in tensors.items()})))


def agree(worker, folder, model, proto, tensors):
    """The graph gives, under the same names, what a run of the model gives."""
    outputs, told = run(worker, model, tensors, folder)
    made = evaluate(proto, tensors)
    assert list(made) == [entry['name'] for entry in told['outputs']]
    for name, tensor in outputs.items():
        assert made[name].shape == tuple(tensor.shape)
        numpy.testing.assert_allclose(made[name], tensor.numpy(), rtol=1e-4, atol=1e-5)


def shape_of(value):
    return [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]


def net(folder, name):
    return source(saved(folder, getattr(nets, name)()), 'state-dict', f'nets:{name}')


@BATCHED
@pytest.mark.parametrize('batch', [1, 3])
def test_a_dynamic_batch_whatever_the_sample(worker, tmp_path, exporter, batch):
    model = net(tmp_path, 'Dropped')
    inputs = [spec('image', 'N', 4)]
    proto, answer = export(worker, tmp_path, model, inputs, {'image': torch.randn(batch, 4)}, exporter)
    assert shape_of(proto.graph.input[0]) == ['N', 4]
    assert [value.name for value in proto.graph.input] == ['image']
    assert [value.name for value in proto.graph.output] == ['output']
    assert answer['exporter'] == exporter
    assert answer['opset'] == next(entry.version for entry in proto.opset_import if entry.domain == '')
    assert answer['findings'] == []
    for size in (1, 2, 7):
        agree(worker, tmp_path, model, proto, {'image': torch.randn(size, 4)})


@since('2.7', 'words for sizes that a model ties (2.6 says both came out fixed)')
def test_sizes_that_the_model_ties_are_named(worker, tmp_path):
    model = net(tmp_path, 'TwoInputs')
    tensors = {'left': torch.randn(4, 4), 'right': torch.randn(4, 4)}
    with failing('SHAPE_CONTRADICTS_MODEL') as error:
        export(worker, tmp_path, model, [spec('left', 'N', 4), spec('right', 'M', 4)], tensors, 'dynamo')
    assert 'M (size 0 of right) and N (size 0 of left) are always equal' in error['message']
    assert error['actions'][0]['path'] == 'load.inputs'


@BOTH
def test_one_symbol_is_one_size_and_inputs_map_by_name(worker, tmp_path, exporter):
    model = net(tmp_path, 'TwoInputs')
    inputs = [spec('right', 'batch size', 2), spec('left', 'batch size', 2)]
    tensors = {'right': torch.randn(3, 2), 'left': torch.randn(3, 2)}
    proto, _ = export(worker, tmp_path, model, inputs, tensors, exporter)
    assert {value.name for value in proto.graph.input} == {'left', 'right'}
    assert len({shape_of(value)[0] for value in proto.graph.input}) == 1
    agree(worker, tmp_path, model, proto, {'right': torch.randn(5, 2), 'left': torch.randn(5, 2)})


@BOTH
def test_an_optional_parameter_by_keyword(worker, tmp_path, exporter):
    model = net(tmp_path, 'TwoInputs')
    inputs = [spec('scale'), spec('left', 'N'), spec('right', 'N')]
    tensors = {'scale': torch.tensor(3.0), 'left': torch.randn(4), 'right': torch.randn(4)}
    proto, _ = export(worker, tmp_path, model, inputs, tensors, exporter)
    agree(worker, tmp_path, model, proto, tensors)


@BOTH
@pytest.mark.parametrize('name', ['Pair', 'Keyed', 'Typed', 'SameName'])
def test_outputs_have_the_names_of_a_run(worker, tmp_path, exporter, name):
    model = net(tmp_path, name)
    proto, _ = export(worker, tmp_path, model, [spec('x', 'N', 4)], {'x': torch.randn(2, 4)}, exporter)
    agree(worker, tmp_path, model, proto, {'x': torch.randn(3, 4)})


@BOTH
def test_output_names_that_were_asked_for(worker, tmp_path, exporter):
    proto, _ = export(worker, tmp_path, net(tmp_path, 'Pair'), [spec('x', 2)], {'x': torch.ones(2)}, exporter, None, ['sum', 'double'])
    assert [value.name for value in proto.graph.output] == ['sum', 'double']


@BATCHED
def test_the_live_model_is_not_spoiled(worker, tmp_path, exporter):
    model, x = net(tmp_path, 'Dropped'), torch.randn(3, 4)
    before, _ = run(worker, model, {'x': x}, tmp_path)
    export(worker, tmp_path, model, [spec('x', 'N', 4)], {'x': x}, exporter)
    after, _ = run(worker, model, {'x': x}, tmp_path)
    assert torch.equal(before['output'], after['output'])


@BATCHED
def test_sizes_that_a_run_left_on_the_model_are_no_constants(worker, tmp_path, exporter):
    model = net(tmp_path, 'Remembering')
    run(worker, model, {'x': torch.ones(3, 4)}, tmp_path)
    proto, _ = export(worker, tmp_path, model, [spec('x', 'N', 4)], {'x': torch.ones(3, 4)}, exporter)
    assert shape_of(proto.graph.input[0]) == ['N', 4]
    for size in (1, 2, 7):
        agree(worker, tmp_path, model, proto, {'x': torch.randn(size, 4)})


@since('2.7', 'one opset domain first')
def test_an_opset_that_dynamo_raises_is_told(worker, tmp_path):
    proto, answer = export(worker, tmp_path, net(tmp_path, 'Affine'), [spec('x', 2, 4)], {'x': torch.ones(2, 4)}, 'dynamo', 13)
    if answer['opset'] != 13:
        assert [finding['code'] for finding in answer['findings']] == ['CONVERT_OPSET_RAISED']
        assert answer['findings'][0]['evidence']['written'] == answer['opset']
    else:
        assert answer['findings'] == []
    assert proto.opset_import[0].version == answer['opset']


def test_an_opset_that_torchscript_has_and_has_not(worker, tmp_path):
    x, inputs = {'x': torch.ones(2, 4)}, [spec('x', 2, 4)]
    _, answer = export(worker, tmp_path, net(tmp_path, 'Affine'), inputs, x, 'torchscript', 13)
    assert (answer['opset'], answer['findings']) == (13, [])
    with failing('CONVERT_FAILED') as error:
        export(worker, tmp_path, net(tmp_path, 'Affine'), inputs, x, 'torchscript', 99)
    assert any(action.get('path') == 'convert.opset' for action in error['actions'])


def test_what_tracing_freezes_is_told_with_file_and_line(worker, tmp_path):
    _, answer = export(worker, tmp_path, net(tmp_path, 'Frozen'), [spec('x', 'N', 2)], {'x': torch.ones(3, 2)}, 'torchscript')
    found = [finding for finding in answer['findings'] if finding['code'] == 'CONVERT_TRACE_CONSTANT']
    with open(os.path.join(nets.__file__), encoding='utf-8') as file:
        lines = file.read().splitlines()
    assert {lines[finding['evidence']['line'] - 1].strip() for finding in found} >= {'if x.sum() > 0:'}
    assert all(finding['evidence']['file'] == nets.__file__ and finding['severity'] == 'warning' for finding in found)
    assert found[0]['evidence']['code'] == 'if x.sum() > 0:'


@since('2.7', 'no trace behind torch.export')
def test_dynamo_refuses_what_tracing_freezes(worker, tmp_path):
    with failing('CONVERT_FAILED') as error:
        export(worker, tmp_path, net(tmp_path, 'Frozen'), [spec('x', 'N', 2)], {'x': torch.ones(3, 2)}, 'dynamo')
    assert error['actions'][-1]['kind'] == 'choose-exporter'
    assert error['actions'][-1]['value'] == 'torchscript'
    assert error['evidence']['frame']['file'] == nets.__file__
    assert error['evidence']['frame']['code'] == 'if x.sum() > 0:'
    assert not (tmp_path / 'model.onnx').exists()


@DYNAMO
def test_a_dimension_that_the_code_fixes(worker, tmp_path):
    with failing('CONVERT_FAILED') as error:
        export(worker, tmp_path, net(tmp_path, 'Fixed'), [spec('x', 'N', 6)], {'x': torch.ones(2, 6)}, 'dynamo')
    assert error['evidence']['frozen'] == [{'input': 'x', 'axis': 0, 'symbol': 'N', 'size': 2}]
    assert not (tmp_path / 'model.onnx').exists()
    export(worker, tmp_path, net(tmp_path, 'Fixed'), [spec('x', 2, 6)], {'x': torch.ones(2, 6)}, 'dynamo')


@BOTH
def test_an_operator_without_onnx(worker, tmp_path, exporter):
    with failing('CONVERT_FAILED') as error:
        export(worker, tmp_path, net(tmp_path, 'Exotic'), [spec('x', 2, 2)], {'x': torch.ones(2, 2)}, exporter)
    assert any('linalg_eig' in name for name in error['evidence']['operators'])
    assert error['actions'][0]['kind'] == 'choose-exporter'


@DYNAMO
def test_an_input_that_the_graph_drops_is_told(worker, tmp_path):
    inputs = [spec('x', 2), spec('ignored', 2)]
    tensors = {'x': torch.ones(2), 'ignored': torch.ones(2)}
    proto, answer = export(worker, tmp_path, net(tmp_path, 'Unused'), inputs, tensors, 'torchscript')
    if len(proto.graph.input) == 1:
        assert answer['findings'][0]['evidence']['inputs'] == ['ignored']
    proto, answer = export(worker, tmp_path, net(tmp_path, 'Unused'), inputs, tensors, 'dynamo')
    assert (len(proto.graph.input), answer['findings']) == (2, [])


def test_a_scripted_dict_keeps_its_names(worker, tmp_path):
    class Words(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {'zeta': x + 1, 'alpha': x * 2}

    torch.jit.script(Words()).save(tmp_path / 'scripted.pt')
    model = source(tmp_path / 'scripted.pt', 'torchscript')
    proto, _ = export(worker, tmp_path, model, [spec('x', 'N', 4)], {'x': torch.randn(2, 4)}, 'torchscript')
    agree(worker, tmp_path, model, proto, {'x': torch.randn(6, 4)})


@BOTH
def test_torchscript_files_take_the_torchscript_exporter(worker, tmp_path, exporter):
    torch.jit.script(nets.Affine()).save(tmp_path / 'scripted.pt')
    model = source(tmp_path / 'scripted.pt', 'torchscript')
    proto, answer = export(worker, tmp_path, model, [spec('x', 'N', 4)], {'x': torch.randn(1, 4)}, exporter)
    assert answer['exporter'] == 'torchscript'
    codes = [finding['code'] for finding in answer['findings']]
    assert codes == ([] if exporter == 'torchscript' else ['CONVERT_EXPORTER_FALLBACK'])
    agree(worker, tmp_path, model, proto, {'x': torch.randn(6, 4)})


@DYNAMO
@BOTH
@pytest.mark.parametrize('name', ['Affine', 'Pair', 'Keyed'])
def test_exported_programs_take_the_dynamo_exporter(worker, tmp_path, exporter, name):
    program = torch.export.export(getattr(nets, name)(), (torch.randn(3, 4),), dynamic_shapes={'x': {0: torch.export.Dim('N')}})
    torch.export.save(program, tmp_path / 'program.pt2')
    model = source(tmp_path / 'program.pt2', 'exported-program')
    symbol = worker.call('load', source=model)['signature']['inputs'][0]['shape'][0]
    proto, answer = export(worker, tmp_path, model, [spec('renamed', symbol, 4)], {'renamed': torch.randn(3, 4)}, exporter)
    assert answer['exporter'] == 'dynamo'
    assert [value.name for value in proto.graph.input] == ['renamed']
    assert isinstance(shape_of(proto.graph.input[0])[0], str)
    agree(worker, tmp_path, model, proto, {'renamed': torch.randn(5, 4)})


@BOTH
def test_names_of_files(worker, tmp_path, exporter):
    folder = tmp_path / '输出 "quoted" 🙂'
    folder.mkdir()
    export(worker, folder, net(tmp_path, 'Affine'), [spec('x', 2, 4)], {'x': torch.ones(2, 4)}, exporter, name="模型 it's.onnx")


def test_a_sample_that_contradicts_the_inputs(worker, tmp_path):
    inputs = [spec('left', 'N'), spec('right', 'N')]
    with failing('SHAPE_CONTRADICTS_MODEL'):
        export(worker, tmp_path, net(tmp_path, 'TwoInputs'), inputs, {'left': torch.ones(2), 'right': torch.ones(3)}, 'dynamo')
    with failing('INPUTS_INVALID'):
        export(worker, tmp_path, net(tmp_path, 'Affine'), [spec('x', 'N', 4)], {'x': torch.ones(0, 4)}, 'dynamo')


def test_a_folder_that_is_not_there_and_an_earlier_file_that_stays(worker, tmp_path):
    with failing('FILE_NOT_FOUND'):
        export(worker, tmp_path, net(tmp_path, 'Affine'), [spec('x', 2, 4)], {'x': torch.ones(2, 4)}, 'dynamo', name='gone/m.onnx')
    (tmp_path / 'model.onnx').write_text('an earlier result')
    with failing('CONVERT_FAILED'):
        export(worker, tmp_path, net(tmp_path, 'Affine'), [spec('x', 2, 4)], {'x': torch.ones(2, 4)}, 'torchscript', 99)
    assert (tmp_path / 'model.onnx').read_text() == 'an earlier result'


def test_the_check_counts_and_judges(worker, tmp_path):
    proto, _ = export(worker, tmp_path, net(tmp_path, 'Affine'), [spec('x', 'N', 4)], {'x': torch.ones(2, 4)}, 'torchscript')
    answer = worker.call('check_onnx', path=str(tmp_path / 'model.onnx'))
    assert (answer['ok'], answer['message'], answer['nodes']) == (True, None, len(proto.graph.node))
    assert answer['operators'] == {'Gemm': 1}
    proto.graph.node[0].input[0] = 'from nowhere'
    onnx.save(proto, tmp_path / 'bad.onnx')
    answer = worker.call('check_onnx', path=str(tmp_path / 'bad.onnx'))
    assert answer['ok'] is False
    assert 'from nowhere' in answer['message']


def test_the_check_of_what_is_no_graph(worker, tmp_path):
    (tmp_path / 'noise.onnx').write_bytes(os.urandom(2000))
    with failing('ONNX_INVALID'):
        worker.call('check_onnx', path=str(tmp_path / 'noise.onnx'))
    with failing('FILE_NOT_FOUND'):
        worker.call('check_onnx', path=str(tmp_path / 'gone.onnx'))


def test_the_check_names_missing_external_data(worker, tmp_path):
    proto, _ = export(worker, tmp_path, net(tmp_path, 'Affine'), [spec('x', 'N', 4)], {'x': torch.ones(2, 4)}, 'torchscript')
    onnx.save(proto, tmp_path / 'apart.onnx', save_as_external_data=True, location='apart.data', size_threshold=0)
    assert worker.call('check_onnx', path=str(tmp_path / 'apart.onnx'))['ok'] is True
    (tmp_path / 'apart.data').unlink()
    with failing('ONNX_EXTERNAL_DATA_MISSING') as error:
        worker.call('check_onnx', path=str(tmp_path / 'apart.onnx'))
    assert error['evidence']['missing'] == ['apart.data']


@BOTH
def test_notes_name_the_line_and_no_folder(worker, tmp_path, exporter):
    """A model that ships says which line a node comes from, not where its author keeps files."""
    project = tmp_path / 'someone' / 'secret project'
    (project / 'parts').mkdir(parents=True)
    (project / 'parts' / 'noted_block.py').write_text(
        'import torch\n\n\nclass Block(torch.nn.Module):\n    def forward(self, x):\n        return torch.relu(x) * 3\n'
    )
    (project / 'noted_net.py').write_text(
        'import torch\nfrom parts.noted_block import Block\n\n\nclass Net(torch.nn.Module):\n    def __init__(self):\n'
        '        super().__init__()\n        self.fc = torch.nn.Linear(4, 4)\n        self.block = Block()\n\n'
        '    def forward(self, x):\n        return self.block(self.fc(x)) + 1\n'
    )
    weights = tmp_path / 'net.pt'
    torch.save({'fc.weight': torch.eye(4), 'fc.bias': torch.zeros(4)}, weights)
    model = {**source(weights, 'state-dict', 'noted_net:Net'), 'project': str(project)}
    proto, _ = export(worker, tmp_path, model, [spec('x', 2, 4)], {'x': torch.randn(2, 4)}, exporter)
    assert b'secret project' not in proto.SerializeToString()
    assert str(tmp_path).encode() not in proto.SerializeToString()
    notes = {
        node.op_type: node.doc_string + ''.join(entry.value for entry in node.metadata_props if entry.key == 'pkg.torch.onnx.stack_trace')
        for node in proto.graph.node
    }
    want = (
        ('"parts/noted_block.py", line 6', '"noted_net.py", line 12')
        if exporter == 'dynamo'
        else ('parts/noted_block.py(6)', 'noted_net.py(12)')
    )
    assert want[0] in notes['Relu']
    assert want[1] in notes['Add']
