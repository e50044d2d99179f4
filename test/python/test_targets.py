"""TorchScript and exported programs: made, loaded by another process, and run."""

import nets
import pytest
import torch
from client import Client
from conftest import failing, run, saved, source
from enginesmith_worker.tensors import write_tensors

INPUTS = [{'name': 'x', 'dtype': 'float32', 'shape': ['N', 4]}]


def make(worker, method, model, folder, inputs, tensors, **more):
    write_tensors(str(folder / 'sample.safetensors'), tensors)
    return worker.call(method, source=model, inputs=inputs, sample=str(folder / 'sample.safetensors'), outputNames=None, **more)


@pytest.fixture
def fresh():
    """Another worker process, which has seen nothing."""
    client = Client(env={'OMP_NUM_THREADS': '1'})
    assert client.receive()['event'] == 'ready'
    yield client
    client.close()


@pytest.mark.parametrize('script', ['trace', 'script'])
@pytest.mark.parametrize('variant', ['plain', 'frozen', 'optimized'])
def test_torchscript_is_what_the_model_is(worker, tmp_path, script, variant):
    module = nets.Affine().eval()
    model, x = source(saved(tmp_path, module), 'state-dict', 'nets:Affine'), torch.randn(2, 4)
    out = tmp_path / 'made.pt'
    answer = make(worker, 'make_torchscript', model, tmp_path, INPUTS, {'x': x}, script=script, variant=variant, out=str(out))
    assert (answer['how'], answer['variant']) == (script, variant)
    for size in (2, 5):
        x = torch.randn(size, 4)
        made, _ = run(worker, source(out, 'torchscript', project=None), {'x': x}, tmp_path)
        assert torch.allclose(made['output'], module(x).detach(), atol=1e-6)


def test_a_branch_is_frozen_by_a_trace_and_kept_by_a_script(worker, tmp_path):
    module = nets.Branching()
    model, x = source(saved(tmp_path, module), 'state-dict', 'nets:Branching'), torch.ones(2, 4)
    out = tmp_path / 'made.pt'
    traced = make(worker, 'make_torchscript', model, tmp_path, INPUTS, {'x': x}, script='trace', variant='plain', out=str(out))
    frozen = [found for found in traced['findings'] if found['code'] == 'CONVERT_TRACE_CONSTANT']
    assert frozen[0]['evidence']['file'].endswith('nets.py') and 'if' in frozen[0]['evidence']['code']
    assert frozen[0]['actions'][0]['value'] == 'script' and traced['branches'] == 0
    made, _ = run(worker, source(out, 'torchscript'), {'x': -x}, tmp_path)
    assert not torch.equal(made['output'], module(-x))
    scripted = make(worker, 'make_torchscript', model, tmp_path, INPUTS, {'x': x}, script='script', variant='plain', out=str(out))
    assert (scripted['branches'], scripted['findings']) == (1, [])
    made, _ = run(worker, source(out, 'torchscript'), {'x': -x}, tmp_path)
    assert torch.equal(made['output'], module(-x))


def test_code_that_cannot_be_scripted_says_which_line(worker, tmp_path):
    model, x = source(saved(tmp_path, nets.Reads()), 'state-dict', 'nets:Reads'), torch.ones(2, 4)
    with failing('CONVERT_FAILED') as error:
        make(worker, 'make_torchscript', model, tmp_path, INPUTS, {'x': x}, script='script', variant='plain', out=str(tmp_path / 'a.pt'))
    assert error['actions'][0]['value'] == 'trace' and 'nets.py' in error['message']
    assert not (tmp_path / 'a.pt').exists()


@pytest.mark.parametrize('strict', [True, False])
def test_a_program_runs_in_a_fresh_process_at_another_size(worker, fresh, tmp_path, strict):
    module = nets.Affine().eval()
    model, x = source(saved(tmp_path, module), 'state-dict', 'nets:Affine'), torch.randn(1, 4)
    out = tmp_path / '出力.pt2'
    answer = make(worker, 'make_program', model, tmp_path, INPUTS, {'x': x}, strict=strict, out=str(out))
    rows = {row['target'] or row['name']: (row['role'], row['shape']) for row in answer['signature']}
    assert rows['linear.weight'] == ('parameter', [3, 4])
    assert rows['linear.bias'] == ('parameter', [3])
    assert any(role == 'input' and isinstance(shape[0], str) for role, shape in rows.values())
    assert 'aten::linear' in answer['operators'] and answer['custom'] == [] and answer['findings'] == []
    x = torch.randn(7, 4)
    made, _ = run(fresh, source(out, 'exported-program', project=None), {'x': x}, tmp_path)
    assert torch.allclose(made['output'], module(x).detach(), atol=1e-6)


@pytest.mark.parametrize('strict', [False, True])
def test_a_size_that_the_model_fixes_is_named(worker, tmp_path, strict):
    model = source(saved(tmp_path, nets.Affine()), 'state-dict', 'nets:Affine')
    inputs = [{'name': 'x', 'dtype': 'float32', 'shape': ['N', 'K']}]
    with failing('SHAPE_CONTRADICTS_MODEL') as error:
        make(worker, 'make_program', model, tmp_path, inputs, {'x': torch.randn(3, 4)}, strict=strict, out=str(tmp_path / 'a.pt2'))
    assert 'K is always 4' in error['message']
    assert error['evidence']['symbols'] == ['K']


def test_a_branch_on_values_is_not_exported_and_the_line_is_named(worker, tmp_path):
    model, x = source(saved(tmp_path, nets.Branching()), 'state-dict', 'nets:Branching'), torch.ones(2, 4)
    with failing('CONVERT_FAILED') as error:
        make(worker, 'make_program', model, tmp_path, INPUTS, {'x': x}, strict=False, out=str(tmp_path / 'a.pt2'))
    assert 'nets.py' in error['message'] and error['actions'][0]['value'] is True


def test_torchscript_is_no_source_for_a_program(worker, tmp_path):
    torch.jit.script(nets.Affine()).save(tmp_path / 'scripted.pt')
    model, x = source(tmp_path / 'scripted.pt', 'torchscript'), torch.ones(2, 4)
    with failing('CONVERT_FAILED'):
        make(worker, 'make_program', model, tmp_path, INPUTS, {'x': x}, strict=False, out=str(tmp_path / 'a.pt2'))


def test_a_custom_operator_is_listed_and_refused_where_it_is_unknown(worker, fresh, tmp_path):
    model, x = source(saved(tmp_path, nets.Branching()), 'state-dict', 'operator_nets:WithOperator'), torch.ones(2, 4)
    out = tmp_path / 'a.pt2'
    answer = make(worker, 'make_program', model, tmp_path, INPUTS, {'x': x}, strict=False, out=str(out))
    assert answer['custom'] == ['enginesmith_test::doubled']
    assert [found['code'] for found in answer['findings']] == ['EXPORT_CUSTOM_OP']
    with failing('EXPORT_CUSTOM_OP') as error:
        fresh.call('load', source=source(out, 'exported-program', project=None))
    assert error['evidence']['operators'] == ['enginesmith_test::doubled']
