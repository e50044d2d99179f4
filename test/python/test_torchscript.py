"""TorchScript: scripted and traced files, their parameters, and operators that are not here."""

import subprocess
import sys
import zipfile

import hostile
import nets
import pytest
import torch
from conftest import failing, run, source


def test_a_scripted_and_a_traced_file_need_no_class(worker, tmp_path):
    module = nets.Affine().eval()
    x = torch.randn(2, 4)
    torch.jit.script(module).save(tmp_path / 'scripted.pt')
    torch.jit.trace(module, x).save(tmp_path / '跟踪 "traced".pt')
    for name in ('scripted.pt', '跟踪 "traced".pt'):
        model = source(tmp_path / name, 'torchscript', project=None)
        answer = worker.call('load', source=model)
        assert (answer['modelClass'], answer['parameters']) == ('Affine', 15)
        assert answer['forward'] == [{'name': 'x', 'required': True}]
        assert answer['signature'] is None
        made, _ = run(worker, model, {'x': x}, tmp_path)
        assert torch.equal(made['output'], module(x).detach())


def test_a_traced_file_proposes_its_own_inputs(worker, tmp_path):
    inputs = (torch.randn(2, 3).half(), torch.zeros(2, 3, dtype=torch.int64))

    class Product(torch.nn.Module):
        def forward(self, left, right):
            return left * right

    torch.jit.trace(Product(), inputs).save(tmp_path / 'traced.pt')
    answer = worker.call('load', source=source(tmp_path / 'traced.pt', 'torchscript'))
    assert answer['example'] == [
        {'name': 'left', 'dtype': 'float16', 'shape': [2, 3]},
        {'name': 'right', 'dtype': 'int64', 'shape': [2, 3]},
    ]
    torch.jit.script(nets.Affine()).save(tmp_path / 'scripted.pt')
    assert worker.call('load', source=source(tmp_path / 'scripted.pt', 'torchscript'))['example'] == []


def test_hostile_example_inputs_are_not_unpickled(worker, tmp_path):
    canary = tmp_path / 'canary'
    torch.jit.trace(nets.Affine(), torch.ones(2, 4)).save(tmp_path / 'traced.pt')
    hostile.change_member(tmp_path / 'traced.pt', 'traced_inputs.pkl', lambda _data: hostile.stack_global(canary))
    try:
        worker.call('load', source=source(tmp_path / 'traced.pt', 'torchscript'))
    except Exception:  # torch may refuse the file altogether
        pass
    assert not canary.exists()


def test_a_frozen_module_and_optional_parameters(worker, tmp_path):
    class Scaled(torch.nn.Module):
        def forward(self, x, scale: float = 2.0):
            return x * scale

    torch.jit.freeze(torch.jit.script(Scaled().eval())).save(tmp_path / 'frozen.pt')
    model = source(tmp_path / 'frozen.pt', 'torchscript')
    answer = worker.call('load', source=model)
    assert answer['forward'] == [{'name': 'x', 'required': True}, {'name': 'scale', 'required': False}]
    made, _ = run(worker, model, {'x': torch.ones(2)}, tmp_path)
    assert made['output'].tolist() == [2.0, 2.0]


def test_dropout_and_batch_norm_are_in_eval_mode(worker, tmp_path):
    module = nets.Dropped()
    torch.jit.script(module).save(tmp_path / 'training.pt')
    x = torch.randn(6, 4)
    made, _ = run(worker, source(tmp_path / 'training.pt', 'torchscript'), {'x': x}, tmp_path)
    assert torch.allclose(made['output'], module.eval()(x).detach())


def test_an_operator_of_another_library(worker, tmp_path):
    save = (
        'import sys, torch\n'
        'library = torch.library.Library("faraway", "DEF")\n'
        'library.define("twice(Tensor x) -> Tensor")\n'
        'library.impl("twice", lambda x: x * 2, "CPU")\n'
        'torch.jit.trace(lambda x: torch.ops.faraway.twice(x), torch.ones(2)).save(sys.argv[1])\n'
    )
    subprocess.run([sys.executable, '-c', save, str(tmp_path / 'custom.pt')], check=True)
    with failing('EXPORT_CUSTOM_OP') as error:
        worker.call('load', source=source(tmp_path / 'custom.pt', 'torchscript'))
    assert error['evidence']['operators'] == ['faraway::twice']
    assert error['actions'][0]['kind'] == 'choose-python'


def test_no_forward(worker, tmp_path):
    class Other(torch.nn.Module):
        @torch.jit.export
        def predict(self, x):
            return x

    torch.jit.script(Other()).save(tmp_path / 'other.pt')
    with failing('LOAD_FAILED') as error:
        worker.call('load', source=source(tmp_path / 'other.pt', 'torchscript'))
    assert error['evidence']['methods'] == ['predict']


def test_wrong_sizes_and_kinds_of_input(worker, tmp_path):
    torch.jit.script(nets.Affine()).save(tmp_path / 'scripted.pt')
    model = source(tmp_path / 'scripted.pt', 'torchscript')
    with failing('SHAPE_CONTRADICTS_MODEL') as error:
        run(worker, model, {'x': torch.ones(2, 9)}, tmp_path)
    assert 'mat1 and mat2' in error['message']
    with failing('INPUTS_INVALID'):
        run(worker, model, {'x': torch.ones(2, 4, dtype=torch.float64)}, tmp_path)


@pytest.mark.parametrize('member', ['data.pkl', 'constants.pkl'])
def test_a_file_without_a_part(worker, tmp_path, member):
    path = tmp_path / 'scripted.pt'
    torch.jit.script(nets.Affine()).save(path)
    hostile.change_member(path, f'/{member}', lambda _data: None)
    assert zipfile.is_zipfile(path)
    with failing('FILE_TRUNCATED'):
        worker.call('load', source=source(path, 'torchscript'))
