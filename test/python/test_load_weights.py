"""State dicts, checkpoints and safetensors into a class of the project folder."""

import os
import shutil
import time

import nets
import pytest
import safetensors.torch
import torch
from conftest import NETS, failing, run, saved, source
from safetensors.torch import save_file


def matches(worker, model, module, folder):
    """The worker's run gives what the module itself gives here, to the bit."""
    x = torch.randn(5, 4, generator=torch.Generator().manual_seed(1))
    made, _ = run(worker, model, {'x': x}, folder)
    with torch.no_grad():
        assert torch.equal(made['output'], module.eval()(x))


@pytest.mark.parametrize('legacy', [False, True])
def test_a_state_dict_zip_and_legacy(worker, tmp_path, legacy):
    module = nets.Affine()
    path = tmp_path / 'weights.pt'
    torch.save(module.state_dict(), path, _use_new_zipfile_serialization=not legacy)
    model = source(path, 'state-dict', 'nets:Affine')
    answer = worker.call('load', source=model)
    assert answer['modelClass'] == 'nets:Affine'
    assert answer['parameters'] == 15
    assert answer['forward'] == [{'name': 'x', 'required': True}]
    assert answer['tensors'][0] == {'name': 'linear.weight', 'dtype': 'float32', 'shape': [3, 4], 'bytes': 48}
    assert answer['signature'] is None
    matches(worker, model, module, tmp_path)


@pytest.mark.parametrize(('arguments', 'sizes'), [([6, 2], (6, 2)), ({'outputs': 7}, (4, 7)), ([], (4, 3)), ({}, (4, 3))])
def test_arguments_by_position_and_by_keyword(worker, tmp_path, arguments, sizes):
    path = saved(tmp_path, nets.Affine(*sizes))
    answer = worker.call('load', source=source(path, 'state-dict', 'nets:Affine', modelArgs=arguments))
    assert answer['tensors'][0]['shape'] == [sizes[1], sizes[0]]


@pytest.mark.parametrize('prefix', [None, 'module.', '+model.'])
def test_a_class_that_asks_for_the_versions_of_its_modules(worker, tmp_path, prefix):
    module = nets.Versioned()
    weights = module.state_dict()
    if prefix == 'module.':
        weights = torch.nn.DataParallel(module).state_dict()
    torch.save(weights, tmp_path / 'weights.pt')
    model = 'nets:VersionedWithin' if prefix == '+model.' else 'nets:Versioned'
    known = source(tmp_path / 'weights.pt', 'state-dict', model, keyPrefix=prefix)
    assert worker.call('load', source=known)['parameters'] == 15
    matches(worker, known, module, tmp_path)


def test_a_class_that_refuses_weights_in_its_own_way_says_so(worker, tmp_path):
    save_file(nets.Versioned().state_dict(), tmp_path / 'weights.safetensors')
    with failing('LOAD_STATE_DICT_MISMATCH') as error:
        worker.call('load', source=source(tmp_path / 'weights.safetensors', 'safetensors', 'nets:Versioned'))
    assert 'version should be 2' in error['message']


def test_a_factory_in_a_class_s_place(worker, tmp_path):
    path = saved(tmp_path, nets.Affine(2, 2))
    assert worker.call('load', source=source(path, 'state-dict', 'nets:make_affine'))['modelClass'] == 'nets:make_affine'


@pytest.mark.parametrize(
    'wrap',
    [
        lambda weights: {'state_dict': weights, 'epoch': 3},
        lambda weights: {'model': weights, 'optimizer': {'state': {0: {'exp_avg': torch.ones(3, 4)}}}},
        lambda weights: {'ema': weights, 'step': torch.tensor(3)},
        lambda weights: {'net': {'inner': weights}, 'args': {'lr': 0.1}},
        lambda weights: {**weights, 'epoch': 3},
        lambda weights: {'model': {name: tensor * 0 for name, tensor in list(weights.items())[:1]}, 'best': weights},
    ],
)
def test_checkpoints_however_they_nest(worker, tmp_path, wrap):
    module = nets.Affine()
    torch.save(wrap(module.state_dict()), tmp_path / 'checkpoint.pt')
    matches(worker, source(tmp_path / 'checkpoint.pt', 'checkpoint', 'nets:Affine'), module, tmp_path)


def test_the_average_is_taken_only_where_nothing_else_is(worker, tmp_path):
    module = nets.Affine()
    other = {name: tensor + 1 for name, tensor in module.state_dict().items()}
    torch.save({'ema': other, 'model': module.state_dict()}, tmp_path / 'both.pt')
    matches(worker, source(tmp_path / 'both.pt', 'checkpoint', 'nets:Affine'), module, tmp_path)


def test_safetensors_into_a_class(worker, tmp_path):
    module = nets.Affine()
    save_file(module.state_dict(), tmp_path / 'weights.safetensors')
    matches(worker, source(tmp_path / 'weights.safetensors', 'safetensors', 'nets:Affine'), module, tmp_path)


@pytest.mark.parametrize('format', ['state-dict', 'checkpoint', 'safetensors'])
def test_weights_alone_need_a_class(worker, tmp_path, format):
    path = tmp_path / 'weights'
    weights = nets.Affine().state_dict()
    save_file(weights, path) if format == 'safetensors' else torch.save(
        {'state_dict': weights} if format == 'checkpoint' else weights, path
    )
    with failing('LOAD_CLASS_NEEDED') as error:
        worker.call('load', source=source(path, format))
    assert error['evidence']['tensors'] == ['linear.weight', 'linear.bias'] or format == 'safetensors'
    assert {action['kind'] for action in error['actions']} == {'set-option', 'choose-folder'}


def test_a_mismatch_has_a_table(worker, tmp_path):
    weights = nets.Affine().state_dict()
    weights['linear.bias'] = torch.zeros(9)
    weights['extra.weight'] = weights.pop('linear.weight').half()
    weights['step'] = torch.tensor(3)
    torch.save(weights, tmp_path / 'weights.pt')
    with failing('LOAD_STATE_DICT_MISMATCH') as error:
        worker.call('load', source=source(tmp_path / 'weights.pt', 'state-dict', 'nets:Affine'))
    evidence = error['evidence']
    assert evidence['missing'] == ['linear.weight']
    assert evidence['unexpected'] == ['extra.weight', 'step']
    assert evidence['misshapen'] == [{'name': 'linear.bias', 'file': [9], 'class': [3]}]
    assert evidence['tensors'] == {
        'linear.weight': {'file': None, 'class': {'shape': [3, 4], 'dtype': 'float32'}},
        'extra.weight': {'file': {'shape': [3, 4], 'dtype': 'float16'}, 'class': None},
        'step': {'file': {'shape': [], 'dtype': 'int64'}, 'class': None},
        'linear.bias': {'file': {'shape': [9], 'dtype': 'float32'}, 'class': {'shape': [3], 'dtype': 'float32'}},
    }
    assert evidence['counts'] == {'missing': 1, 'unexpected': 2, 'misshapen': 1}
    assert evidence['prefix'] is None
    assert '1 missing, 2 unexpected, 1 misshapen' in error['message']


@pytest.mark.parametrize(
    ('module', 'given', 'prefix'),
    [
        (nets.Affine(), 'module.', 'module.'),
        (nets.Affine(), '_orig_mod.', '_orig_mod.'),
        (nets.Affine(), 'module.model.', 'module.model.'),
        (nets.Wrapped(), None, '+model.'),
    ],
)
def test_a_prefix_is_found_offered_and_repaired(worker, tmp_path, module, given, prefix):
    inner = module.model if given is None else module
    torch.save({(given or '') + name: tensor for name, tensor in inner.state_dict().items()}, tmp_path / 'weights.pt')
    model = source(tmp_path / 'weights.pt', 'state-dict', f'nets:{type(module).__name__}')
    with failing('LOAD_STATE_DICT_MISMATCH') as error:
        worker.call('load', source=model)
    action = error['actions'][0]
    assert (action['kind'], action['path'], action['value']) == ('set-option', 'load.keyPrefix', prefix)
    matches(worker, {**model, 'keyPrefix': action['value']}, module, tmp_path)


def test_a_prefix_of_some_keys_is_found(worker, tmp_path):
    module = nets.Affine()
    mixed = {name if name.endswith('bias') else f'module.{name}': tensor for name, tensor in module.state_dict().items()}
    torch.save(mixed, tmp_path / 'weights.pt')
    model = source(tmp_path / 'weights.pt', 'state-dict', 'nets:Affine')
    with failing('LOAD_STATE_DICT_MISMATCH') as error:
        worker.call('load', source=model)
    assert error['actions'][0]['value'] == 'module.'
    matches(worker, {**model, 'keyPrefix': 'module.'}, module, tmp_path)


def test_one_shard_says_that_it_is_one(worker, tmp_path):
    path = tmp_path / 'model-00001-of-00002.safetensors'
    safetensors.torch.save_file({'linear.weight': torch.ones(3, 4)}, path)
    with failing('LOAD_STATE_DICT_MISMATCH') as error:
        worker.call('load', source=source(path, 'safetensors', 'nets:Affine'))
    assert 'file 1 of 2' in error['remedy'] and '.index.json' in error['remedy']


def test_a_prefix_is_not_offered_where_shapes_differ(worker, tmp_path):
    torch.save({f'module.{name}': tensor for name, tensor in nets.Affine(9, 9).state_dict().items()}, tmp_path / 'weights.pt')
    with failing('LOAD_STATE_DICT_MISMATCH') as error:
        worker.call('load', source=source(tmp_path / 'weights.pt', 'state-dict', 'nets:Affine'))
    assert error['evidence']['prefix'] is None


@pytest.mark.parametrize(
    ('model', 'module'),
    [('nowhere:Net', 'nowhere'), ('nets.deeper:Net', 'nets.deeper'), ('nets:Absent', 'nets'), ('nets:NOT_A_MODEL', 'nets')],
)
def test_a_class_that_is_not_there(worker, tmp_path, model, module):
    with failing('LOAD_CLASS_MISSING') as error:
        worker.call('load', source=source(saved(tmp_path, nets.Affine()), 'state-dict', model))
    assert error['evidence']['module'] == module
    assert error['actions']


def test_a_class_whose_module_needs_a_missing_package(worker, tmp_path):
    (tmp_path / 'needy.py').write_text('import timm_of_nowhere\n')
    with failing('LOAD_CLASS_MISSING') as error:
        worker.call('load', source=source(saved(tmp_path, nets.Affine()), 'state-dict', 'needy:Net', project=str(tmp_path)))
    assert error['evidence']['module'] == 'timm_of_nowhere'
    assert 'needy' in error['message']


@pytest.mark.parametrize(
    ('text', 'code', 'said'),
    [
        ('def broken(:\n', 'LOAD_FAILED', 'line 1'),
        ('x = 1\n1 / 0\n', 'LOAD_FAILED', 'line 2'),
        ('import sys\nsys.exit(3)\n', 'LOAD_FAILED', 'exit(3)'),
    ],
)
def test_a_module_that_fails_on_import(worker, tmp_path, text, code, said):
    (tmp_path / 'faulty.py').write_text(text)
    with failing(code) as error:
        worker.call('load', source=source(saved(tmp_path, nets.Affine()), 'state-dict', 'faulty:Net', project=str(tmp_path)))
    assert said in error['message']


@pytest.mark.parametrize(
    ('model', 'arguments', 'said'),
    [
        ('nets:Affine', [1, 2, 3], 'too many positional arguments'),
        ('nets:Affine', {'width': 3}, "unexpected keyword argument 'width'"),
        ('nets:Refuses', [], "missing a required argument: 'size'"),
        ('nets:Refuses', [3], 'size 3 is not a power of two'),
    ],
)
def test_arguments_that_do_not_fit(worker, tmp_path, model, arguments, said):
    with failing('MODEL_ARGS_INVALID') as error:
        worker.call('load', source=source(saved(tmp_path, nets.Affine()), 'state-dict', model, modelArgs=arguments))
    assert said in error['message']
    assert 'size: int' in error['remedy'] or 'inputs: int = 4' in error['remedy']


def test_a_package_with_a_folder_that_is_no_package_is_imported_again(worker, tmp_path):
    """As facenet_pytorch's: its folder models has no __init__.py."""
    (tmp_path / 'outer' / 'bare').mkdir(parents=True)
    (tmp_path / 'outer' / '__init__.py').write_text('')
    (tmp_path / 'outer' / 'bare' / 'inner.py').write_text('from nets import Affine as Net\n')
    shutil.copy(f'{NETS}/nets.py', tmp_path / 'nets.py')
    path = saved(tmp_path, nets.Affine())
    for arguments in ([4, 3], {'inputs': 4}):  # another source each time, so that it is loaded anew
        model = source(path, 'state-dict', 'outer.bare.inner:Net', modelArgs=arguments, project=str(tmp_path))
        assert worker.call('load', source=model)['parameters'] == 15


def test_an_edited_class_takes_effect_in_the_warm_worker(worker, tmp_path):
    code = 'import torch\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n'
    code += '        self.linear = torch.nn.Linear(4, 3)\n'
    module = tmp_path / 'edited.py'
    module.write_text(f'{code}    def forward(self, x):\n        return self.linear(x) * 1\n')
    model = source(saved(tmp_path, nets.Affine()), 'state-dict', 'edited:Net', project=str(tmp_path))
    x = torch.ones(1, 4)
    first, _ = run(worker, model, {'x': x}, tmp_path)
    time.sleep(0.01)
    module.write_text(f'{code}    def forward(self, x):\n        return self.linear(x) * 100\n')
    shutil.rmtree(tmp_path / '__pycache__', ignore_errors=True)
    second, _ = run(worker, model, {'x': x}, tmp_path)
    assert torch.allclose(second['output'], first['output'] * 100)


def test_two_projects_with_a_module_of_the_same_name(worker, tmp_path):
    for factor in (2, 3):
        folder = tmp_path / str(factor)
        folder.mkdir()
        (folder / 'common.py').write_text(f'import nets\nclass Net(nets.Affine):\n    FACTOR = {factor}\n')
        shutil.copy(os.path.join(NETS, 'nets.py'), folder)
        made = worker.call('load', source=source(saved(folder, nets.Affine()), 'state-dict', 'common:Net', project=str(folder)))
        assert made['modelClass'] == 'common:Net'
        assert made['parameters'] == 15


def test_a_changed_file_is_loaded_again_and_an_unchanged_one_is_not(worker, tmp_path):
    path = saved(tmp_path, nets.Affine())
    model = source(path, 'state-dict', 'nets:Affine')
    worker.call('load', source=model)
    request = worker.start('load', {'source': model})
    phases = []
    for line in iter(worker.receive, None):
        if line.get('id') == request and 'phase' in line:
            phases.append(line['phase'])
        if 'result' in line:
            break
    assert 'load' not in phases
    other = nets.Affine()
    time.sleep(0.01)
    torch.save(other.state_dict(), path)
    matches(worker, model, other, tmp_path)


@pytest.mark.parametrize('name', ['it\'s a "model".pt', '模型 ' + '长' * 60 + '.pt', 'emoji 🙂🚀.pt', 'n' * 245 + '.pt'])
def test_any_name(worker, tmp_path, name):
    module = nets.Affine()
    path = saved(tmp_path, module, name)
    matches(worker, source(path, 'state-dict', 'nets:Affine'), module, tmp_path)


@pytest.mark.parametrize(
    ('data', 'codes'),
    [
        (b'', {'FILE_EMPTY'}),
        (b'PK\x03\x04 cut off', {'FILE_TRUNCATED', 'LOAD_FAILED'}),
        (b'\x80\x02}q', {'FILE_TRUNCATED', 'LOAD_FAILED'}),
        (bytes(4096), {'LOAD_FAILED', 'FILE_TRUNCATED'}),
        (b'hello, this is text', {'LOAD_FAILED', 'FILE_TRUNCATED'}),
    ],
    ids=['empty', 'zip', 'pickle', 'zeros', 'text'],
)
@pytest.mark.parametrize('format', ['state-dict', 'pickled-module', 'checkpoint', 'torchscript', 'exported-program'])
def test_broken_files(worker, tmp_path, data, codes, format):
    path = tmp_path / 'broken.pt'
    path.write_bytes(data)
    with failing_one_of(codes):
        worker.call('load', source=source(path, format, 'nets:Affine'))


def failing_one_of(codes):
    from client import Failure

    return pytest.raises(Failure, check=lambda failure: failure.code in codes and failure.error['remedy'] != '')


@pytest.mark.parametrize('share', [0.2, 0.6, 0.97])
def test_a_truncated_state_dict(worker, tmp_path, share):
    path = saved(tmp_path, nets.Affine(64, 64))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with failing('FILE_TRUNCATED'):
        worker.call('load', source=source(path, 'state-dict', 'nets:Affine', modelArgs=[64, 64]))


def test_a_missing_file_a_folder_and_a_foreign_format(worker, tmp_path):
    with failing('FILE_NOT_FOUND'):
        worker.call('load', source=source(tmp_path / 'gone.pt', 'state-dict', 'nets:Affine'))
    with failing('FILE_IS_DIRECTORY'):
        worker.call('load', source=source(tmp_path, 'state-dict', 'nets:Affine'))
    with failing('FILE_UNKNOWN_FORMAT'):
        worker.call('load', source=source(saved(tmp_path, nets.Affine()), 'onnx'))
    with failing('FILE_NOT_FOUND'):
        worker.call('load', source=source(saved(tmp_path, nets.Affine()), 'state-dict', 'nets:Affine', project=str(tmp_path / 'gone')))
