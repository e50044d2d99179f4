"""Models pickled whole: refused names, allowed names, trust, and classes that are not there."""

import collections
import copy
import subprocess
import sys

import nets
import pytest
import torch
from conftest import failing, run, since, source


def pickled(folder, thing, name='whole.pt', legacy=False):
    path = folder / name
    torch.save(thing, path, _use_new_zipfile_serialization=not legacy)
    return path


def refused(worker, path):
    with failing('LOAD_UNSAFE_GLOBALS') as error:
        worker.call('load', source=source(path, 'pickled-module'))
    return error['evidence']['globals']


def test_refused_names_then_allowed_by_name(worker, tmp_path):
    module = nets.Affine()
    path = pickled(tmp_path, module)
    names = refused(worker, path)
    assert {'nets.Affine', 'torch.nn.modules.linear.Linear'} <= set(names)
    model = source(path, 'pickled-module', allowGlobals=names)
    answer = worker.call('load', source=model)
    assert answer['modelClass'] == 'nets:Affine'
    made, _ = run(worker, model, {'x': torch.ones(2, 4)}, tmp_path)
    assert torch.equal(made['output'], module(torch.ones(2, 4)).detach())


def test_a_legacy_whole_model_needs_trust(worker, tmp_path):
    """torch writes the class's source into such a file, and reads that safely under no names at all."""
    module = nets.Affine()
    path = pickled(tmp_path, module, legacy=True)
    names = refused(worker, path)
    assert 'nets.Affine' in names
    with failing('LOAD_UNSAFE_GLOBALS') as error:
        worker.call('load', source=source(path, 'pickled-module', allowGlobals=names))
    assert 'trust it once' in error['remedy']
    made, _ = run(worker, source(path, 'pickled-module', trusted=True), {'x': torch.ones(2, 4)}, tmp_path)
    assert torch.equal(made['output'], module(torch.ones(2, 4)).detach())


@since('2.6', 'its own listing')
def test_the_names_are_those_that_torch_itself_refuses(worker, tmp_path):
    path = pickled(tmp_path, {'model': nets.Dropped(), 'names': collections.Counter('ab')})
    theirs = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    assert refused(worker, path) == sorted(theirs)


def test_one_name_short_is_still_refused(worker, tmp_path):
    path = pickled(tmp_path, nets.Affine())
    names = refused(worker, path)
    with failing('LOAD_UNSAFE_GLOBALS') as error:
        worker.call('load', source=source(path, 'pickled-module', allowGlobals=names[:-1]))
    assert error['evidence']['globals'] == names[-1:]


def test_allowing_is_for_one_load_only(worker, tmp_path):
    path = pickled(tmp_path, nets.Affine())
    names = refused(worker, path)
    worker.call('load', source=source(path, 'pickled-module', allowGlobals=names))
    assert refused(worker, path) == names


@pytest.mark.parametrize('keys', [['model'], ['ema', 'model'], ['epoch', 'net']])
def test_a_model_inside_a_dict(worker, tmp_path, keys):
    modules = {key: nets.Affine() if key != 'epoch' else 4 for key in keys}
    path = pickled(tmp_path, {**modules, 'optimizer': None})
    model = source(path, 'pickled-module', trusted=True)
    made, _ = run(worker, model, {'x': torch.ones(2, 4)}, tmp_path)
    wanted = modules['ema' if 'ema' in modules else keys[-1]]
    assert torch.equal(made['output'], wanted(torch.ones(2, 4)).detach())


def test_a_checkpoint_with_a_model_in_it_and_a_class_named(worker, tmp_path):
    module = nets.Affine()
    path = pickled(tmp_path, {'model': module.state_dict()})
    assert worker.call('load', source=source(path, 'pickled-module', 'nets:Affine'))['parameters'] == 15


@pytest.mark.parametrize('trusted', [True, False])
def test_a_module_that_is_not_here(worker, tmp_path, trusted):
    (tmp_path / 'vanished.py').write_text(
        'import torch\nclass Net(torch.nn.Linear):\n    def __init__(self):\n        super().__init__(4, 3)\n'
    )
    save = f'import sys; sys.path.insert(0, {str(tmp_path)!r}); import vanished, torch; torch.save(vanished.Net(), sys.argv[1])'
    path = tmp_path / 'whole.pt'
    subprocess.run([sys.executable, '-c', save, str(path)], check=True)
    names = refused(worker, path)
    assert 'vanished.Net' in names
    with failing('LOAD_CLASS_MISSING') as error:
        worker.call('load', source=source(path, 'pickled-module', trusted=trusted, allowGlobals=[] if trusted else names))
    assert error['evidence']['module'] == 'vanished'
    answer = worker.call('load', source=source(path, 'pickled-module', project=str(tmp_path), trusted=True))
    assert answer['modelClass'] == 'vanished:Net'


def test_a_class_of_the_saving_script(worker, tmp_path):
    script = tmp_path / 'train_it.py'
    script.write_text(
        'import sys, torch\nclass Net(torch.nn.Linear):\n    pass\nif __name__ == "__main__": torch.save(Net(4, 2), sys.argv[1])\n'
    )
    path = tmp_path / 'whole.pt'
    subprocess.run([sys.executable, str(script), str(path)], check=True)
    with failing('LOAD_CLASS_MISSING') as error:
        worker.call('load', source=source(path, 'pickled-module', trusted=True))
    assert (error['evidence']['module'], error['evidence']['class']) == ('__main__', 'Net')
    for more in ({'trusted': True}, {'allowGlobals': refused(worker, path)}):
        answer = worker.call('load', source=source(path, 'pickled-module', 'train_it:Net', project=str(tmp_path), **more))
        assert answer['parameters'] == 10


def test_a_pickle_without_a_model(worker, tmp_path):
    with failing('LOAD_FAILED') as error:
        worker.call('load', source=source(pickled(tmp_path, [1, 2]), 'pickled-module'))
    assert 'list' in error['message']


def test_data_parallel_is_unwrapped(worker, tmp_path):
    path = pickled(tmp_path, torch.nn.DataParallel(nets.Affine()))
    assert worker.call('load', source=source(path, 'pickled-module', trusted=True))['forward'] == [{'name': 'x', 'required': True}]


def test_the_scan_of_clean_and_of_whole_models(worker, tmp_path):
    torch.save(nets.Affine().state_dict(), tmp_path / 'clean.pt')
    clean = worker.call('scan', path=str(tmp_path / 'clean.pt'))
    assert (clean['verdict'], clean['unsafe']) == ('nothing-found', [])
    assert 'torch._utils._rebuild_tensor_v2' in clean['globals']
    whole = worker.call('scan', path=str(pickled(tmp_path, nets.Affine())))
    assert whole['verdict'] == 'suspicious'
    assert 'nets.Affine' in whole['unsafe']
    assert list(whole['files']) == ['whole/data.pkl']
    torch.save(nets.Affine().state_dict(), tmp_path / 'old.pt', _use_new_zipfile_serialization=False)
    assert worker.call('scan', path=str(tmp_path / 'old.pt'))['verdict'] == 'nothing-found'


def test_what_torch_itself_takes_is_nothing_found(worker, tmp_path):
    """A sparse tensor names a function of torch.serialization, of which others are dangerous."""
    path = pickled(tmp_path, {'sparse': torch.eye(3).to_sparse(), 'kind': torch.float16, 'size': torch.Size([2])})
    answer = worker.call('scan', path=str(path))
    assert (answer['verdict'], answer['unsafe']) == ('nothing-found', [])
    assert 'torch.serialization._get_layout' in answer['globals']


@pytest.mark.parametrize('share', [0.3, 0.7])
def test_the_scan_of_a_truncated_file(worker, tmp_path, share):
    for legacy in (False, True):
        path = pickled(tmp_path, nets.Affine(), legacy=legacy)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        assert worker.call('scan', path=str(path))['verdict'] in ('scan-failed', 'suspicious')


def test_the_scan_of_torchscript_names_no_python(worker, tmp_path):
    torch.jit.script(nets.Affine()).save(tmp_path / 'scripted.pt')
    answer = worker.call('scan', path=str(tmp_path / 'scripted.pt'))
    assert answer['verdict'] == 'nothing-found'
    assert not any(name.startswith('__torch__') for name in answer['globals'])


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_a_model_saved_in_half_precision_takes_float32_and_its_own(worker, tmp_path, dtype):
    module = nets.Affine().to(dtype)
    name = str(dtype).removeprefix('torch.')
    path = pickled(tmp_path, {'model': module})
    model = source(path, 'pickled-module', allowGlobals=refused(worker, path))
    answer = worker.call('load', source=model)
    assert [(finding['code'], finding['evidence']) for finding in answer['findings']] == [('LOAD_HALF_PRECISION', {'dtype': name})]
    assert {tensor['dtype'] for tensor in answer['tensors']} == {name}
    x = torch.randn(2, 4)
    with torch.no_grad():
        made, _ = run(worker, model, {'x': x.to(dtype)}, tmp_path)
        assert torch.equal(made['output'], module(x.to(dtype)))
        made, _ = run(worker, model, {'x': x}, tmp_path)
        assert torch.equal(made['output'], copy.deepcopy(module).float()(x))
    # What is kept is still as it was saved.
    assert {tensor['dtype'] for tensor in worker.call('load', source=model)['tensors']} == {name}
