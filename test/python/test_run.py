"""Reference outputs: binding by name and by order, names of outputs, faults of the model."""

import nets
import pytest
import torch
from conftest import failing, run, saved, source
from enginesmith_worker.tensors import read_tensors, write_tensors


def net(folder, name, **more):
    return source(saved(folder, getattr(nets, name)()), 'state-dict', f'nets:{name}', **more)


LEFT, RIGHT = torch.tensor([10.0, 20.0]), torch.tensor([1.0, 2.0])


@pytest.mark.parametrize(
    ('inputs', 'wanted'),
    [
        ({'right': RIGHT, 'left': LEFT}, [8.0, 16.0]),  # all names match: order does not count
        ({'a': LEFT, 'b': RIGHT}, [8.0, 16.0]),  # none matches: order counts
        ({'right': LEFT, 'b': RIGHT}, [8.0, 16.0]),  # one matches: order counts
        ({'scale': torch.tensor(2.0), 'left': LEFT, 'right': RIGHT}, [16.0, 32.0]),
    ],
)
def test_names_map_if_all_match_else_by_order(worker, tmp_path, inputs, wanted):
    made, _ = run(worker, net(tmp_path, 'TwoInputs'), inputs, tmp_path)
    assert made['output'].tolist() == wanted


@pytest.mark.parametrize('inputs', [{'left': LEFT}, {'a': LEFT}, {'a': LEFT, 'b': LEFT, 'c': LEFT, 'd': LEFT}, {}])
def test_too_few_and_too_many_inputs(worker, tmp_path, inputs):
    with failing('INPUTS_INVALID') as error:
        run(worker, net(tmp_path, 'TwoInputs'), inputs, tmp_path)
    assert 'left, right, scale (optional)' in error['remedy']


@pytest.mark.parametrize(
    ('name', 'outputs'),
    [
        ('Affine', ['output']),
        ('Pair', ['output_0', 'output_1']),
        ('Keyed', ['scores', 'parts_0', 'parts_1.deep']),
        ('Typed', ['first', 'second']),
        ('SameName', ['x_out', 'y']),
    ],
)
def test_names_of_outputs(worker, tmp_path, name, outputs):
    model = net(tmp_path, name)
    made, told = run(worker, model, {'x': torch.ones(2, 4)}, tmp_path)
    assert list(made) == [spec['name'] for spec in told['outputs']] == outputs
    given = [f'mine {index}' for index in range(len(outputs))]
    renamed, _ = run(worker, model, {'x': torch.ones(2, 4)}, tmp_path, given)
    assert list(renamed) == given
    assert all(torch.equal(made[old], renamed[new]) for old, new in zip(outputs, given))


def test_a_wrong_number_of_output_names(worker, tmp_path):
    with failing('INPUTS_INVALID') as error:
        run(worker, net(tmp_path, 'Pair'), {'x': torch.ones(2)}, tmp_path, ['only'])
    assert 'output_0, output_1' in error['remedy']


def test_several_sets_each_to_its_file(worker, tmp_path):
    inputs = [str(tmp_path / f'in{index}.safetensors') for index in range(3)]
    outputs = [str(tmp_path / f'out{index}.safetensors') for index in range(3)]
    for index, path in enumerate(inputs):
        write_tensors(path, {'x': torch.full((2, 4), float(index)), 'y': torch.zeros(1)})
    answer = worker.call('run', source=net(tmp_path, 'Pair'), inputNames=['x'], inputs=inputs, outputs=outputs, outputNames=None)
    assert [read_tensors(path)['output_1'][0, 0].item() for path in outputs] == [0.0, 2.0, 4.0]
    assert answer['seconds'] >= 0
    assert answer['outputs'][0] == {'name': 'output_0', 'dtype': 'float32', 'shape': [2, 4]}


def test_eval_mode_and_one_seed(worker, tmp_path):
    x = torch.randn(6, 4)
    dropped, _ = run(worker, net(tmp_path, 'Dropped'), {'x': x}, tmp_path)
    assert torch.allclose(dropped['output'], nets.Dropped().eval()(x).detach())
    first, _ = run(worker, net(tmp_path, 'Random'), {'x': x}, tmp_path)
    second, _ = run(worker, net(tmp_path, 'Random'), {'x': x}, tmp_path)
    assert torch.equal(first['output'], second['output'])


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16, torch.float64, torch.int64, torch.bool, torch.float8_e4m3fn])
def test_element_types_pass_through(worker, tmp_path, dtype):
    path = tmp_path / 'same.pt'
    torch.jit.script(torch.nn.Identity()).save(path)
    made, told = run(worker, source(path, 'torchscript'), {'input': torch.ones(3).to(dtype)}, tmp_path)
    assert made['output'].dtype == dtype
    assert told['outputs'][0]['dtype'] == str(dtype)[6:]


@pytest.mark.parametrize(
    ('name', 'x', 'code', 'said'),
    [
        ('Affine', torch.ones(2, 9), 'SHAPE_CONTRADICTS_MODEL', 'nets.py, line'),
        ('Affine', torch.ones(2, 4, dtype=torch.int64), 'INPUTS_INVALID', 'same dtype'),
        ('Filtered', torch.ones(1, 3, 4, 4, dtype=torch.int64), 'INPUTS_INVALID', 'should be the same'),
        ('Looked', torch.tensor([[0, 10]]), 'INPUTS_INVALID', 'x runs from 0 to 10'),
        ('Fails', torch.ones(2), 'LOAD_FAILED', 'no such anchor'),
        ('Complex', torch.ones(2), 'LOAD_FAILED', 'complex64'),
        ('Nothing', torch.ones(2), 'LOAD_FAILED', 'str'),
    ],
)
def test_faults_of_the_model_and_its_inputs(worker, tmp_path, name, x, code, said):
    with failing(code) as error:
        run(worker, net(tmp_path, name), {'x': x}, tmp_path)
    assert said in error['message']
    assert not (tmp_path / 'out.safetensors').exists()


def test_a_set_without_an_input(worker, tmp_path):
    write_tensors(str(tmp_path / 'in.safetensors'), {'y': torch.ones(2)})
    with failing('INPUTS_INVALID') as error:
        files = {'inputs': [str(tmp_path / 'in.safetensors')], 'outputs': [str(tmp_path / 'out.safetensors')]}
        worker.call('run', source=net(tmp_path, 'Pair'), inputNames=['x'], outputNames=None, **files)
    assert error['evidence']['missing'] == ['x']


def test_an_output_folder_that_is_not_there(worker, tmp_path):
    write_tensors(str(tmp_path / 'in.safetensors'), {'x': torch.ones(2)})
    with failing('FILE_NOT_FOUND'):
        files = {'inputs': [str(tmp_path / 'in.safetensors')], 'outputs': [str(tmp_path / 'gone' / 'out.safetensors')]}
        worker.call('run', source=net(tmp_path, 'Pair'), inputNames=['x'], outputNames=None, **files)
