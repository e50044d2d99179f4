"""`.wts` against a plain gen_wts loop, safetensors against its library, and the way back."""

import struct

import pytest
import safetensors.torch
import torch
from conftest import failing, saved, source
from nets import Affine


def gen_wts(state, path):
    """What TensorRTX's gen_wts.py does, as plainly as it does it; bfloat16, which numpy lacks, by way of float."""
    with open(path, 'w') as file:
        file.write(f'{len(state.keys())}\n')
        for key, value in state.items():
            flat = (value.float() if value.dtype == torch.bfloat16 else value).reshape(-1).cpu().numpy()
            file.write(f'{key} {len(flat)} ')
            for element in flat:
                file.write(' ')
                file.write(struct.pack('>f', float(element)).hex())
            file.write('\n')


def state():
    torch.manual_seed(1)
    return {
        'conv.weight': torch.randn(4, 3, 3, 3),
        'half': torch.randn(7).half(),
        'brain': torch.randn(2, 5).bfloat16(),
        'double': torch.randn(3).double() * 1e30,
        'count': torch.tensor(2**40 + 1),
        'flags': torch.tensor([True, False]),
        'turned': torch.randn(4, 6).t(),
        'slice': torch.randn(10, 10)[2:4, ::3],
        'empty': torch.zeros(0, 3),
        'ends': torch.tensor([float('inf'), float('-inf'), -0.0, 1e-45]),
        'big': torch.randn((1 << 20) + 3),
    }


@pytest.mark.parametrize('kind', ['zip', 'legacy', 'safetensors', 'checkpoint'])
def test_wts_is_byte_identical_to_gen_wts(worker, tmp_path, kind):
    weights = state()
    path, out, peer = tmp_path / 'model.pt', tmp_path / '重み.wts', tmp_path / 'peer.wts'
    if kind == 'safetensors':
        weights = {name: tensor.contiguous() for name, tensor in weights.items()}
        safetensors.torch.save_file(weights, path)
        weights = safetensors.torch.load_file(path)
    elif kind == 'checkpoint':
        torch.save({'epoch': 3, 'optimizer': {'m': {'a': torch.ones(2)}}, 'model': {'state_dict': weights}}, path)
    else:
        torch.save(weights, path, _use_new_zipfile_serialization=kind == 'zip')
    model = source(path, 'checkpoint' if kind == 'checkpoint' else 'safetensors' if kind == 'safetensors' else 'state-dict')
    answer = worker.call('write_weights', source=model, to='wts', out=str(out))
    if kind == 'safetensors':
        # The library lists by name; ours keeps the order of the file's header.
        weights = {entry['name']: weights[entry['name']] for entry in answer['entries']}
    gen_wts(weights, peer)
    assert out.read_bytes() == peer.read_bytes()
    assert [entry['name'] for entry in answer['entries']] == list(weights)
    codes = {found['code'] for found in answer['findings']}
    assert 'CONVERT_WTS_FLOAT32' in codes
    assert ('CONVERT_WEIGHTS_CHOSEN' in codes) == (kind == 'checkpoint')
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith('.')]


def test_a_module_and_the_named_class_give_their_state_dict(worker, tmp_path):
    module = Affine().eval()
    gen_wts(module.state_dict(), tmp_path / 'peer.wts')
    torch.jit.script(module).save(tmp_path / 'scripted.pt')
    for model in (source(tmp_path / 'scripted.pt', 'torchscript'), source(saved(tmp_path, module), 'state-dict', 'nets:Affine')):
        worker.call('write_weights', source=model, to='wts', out=str(tmp_path / 'a.wts'))
        assert (tmp_path / 'a.wts').read_bytes() == (tmp_path / 'peer.wts').read_bytes()


def test_wts_goes_back_to_safetensors(worker, tmp_path):
    weights = {name: tensor.float().contiguous() for name, tensor in state().items()}
    gen_wts(weights, tmp_path / 'a.wts')
    model = source(tmp_path / 'a.wts', 'wts')
    worker.call('write_weights', source=model, to='safetensors', out=str(tmp_path / 'flat.safetensors'))
    flat = safetensors.torch.load_file(tmp_path / 'flat.safetensors')
    assert all(torch.equal(flat[name], tensor.reshape(-1)) for name, tensor in weights.items())
    shapes = {name: list(tensor.shape) for name, tensor in weights.items()}
    worker.call('write_weights', source=model, to='safetensors', out=str(tmp_path / 'b.safetensors'), shapes=shapes)
    back = safetensors.torch.load_file(tmp_path / 'b.safetensors')
    assert all(torch.equal(back[name], tensor) for name, tensor in weights.items())
    for wrong in ({'conv.weight': [4, 3]}, {'nowhere': [1]}):
        with failing('USAGE'):
            worker.call('write_weights', source=model, to='safetensors', out=str(tmp_path / 'c.safetensors'), shapes=wrong)
    (tmp_path / 'twice.wts').write_text('2\na 1  3f800000\na 1  40000000\n')
    with failing('CONVERT_FAILED') as error:
        worker.call('write_weights', source=source(tmp_path / 'twice.wts', 'wts'), to='safetensors', out=str(tmp_path / 'c.safetensors'))
    assert error['evidence']['name'] == 'a'
    (tmp_path / 'cut.wts').write_bytes((tmp_path / 'a.wts').read_bytes()[:3000])
    with failing('FILE_TRUNCATED'):
        worker.call('write_weights', source=source(tmp_path / 'cut.wts', 'wts'), to='safetensors', out=str(tmp_path / 'c.safetensors'))
    assert not (tmp_path / 'c.safetensors').exists()


def test_safetensors_keeps_types_and_writes_shared_tensors_apart(worker, tmp_path):
    weights = state()
    weights['tied'] = weights['conv.weight']
    torch.save(weights, tmp_path / 'model.pt')
    answer = worker.call(
        'write_weights', source=source(tmp_path / 'model.pt', 'state-dict'), to='safetensors', out=str(tmp_path / 'a.safetensors')
    )
    made = safetensors.torch.load_file(tmp_path / 'a.safetensors')
    assert all(torch.equal(made[name], tensor) and made[name].dtype == tensor.dtype for name, tensor in weights.items())
    shared = next(found for found in answer['findings'] if found['code'] == 'CONVERT_SHARED_TENSORS')
    assert shared['evidence']['groups'] == [['conv.weight', 'tied']]


def test_what_a_wts_file_cannot_hold_is_refused(worker, tmp_path):
    for weights in (
        {'a b': torch.ones(1)},
        {'wide': torch.tensor([1e300], dtype=torch.float64)},
        {'c': torch.ones(1, dtype=torch.complex64)},
    ):
        torch.save(weights, tmp_path / 'model.pt')
        with failing('CONVERT_FAILED'):
            worker.call('write_weights', source=source(tmp_path / 'model.pt', 'state-dict'), to='wts', out=str(tmp_path / 'a.wts'))
        assert not (tmp_path / 'a.wts').exists()
    with failing('CONVERT_FAILED') as error:
        worker.call(
            'write_weights', source=source(tmp_path / 'model.pt', 'state-dict'), to='safetensors', out=str(tmp_path / 'a.safetensors')
        )
    assert error['message'].startswith('The tensor c is complex64')
