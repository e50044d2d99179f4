"""Files that would run something. A canary that does not appear is the proof that nothing ran."""

import functools
import json
import os
import pickle

import hostile
import nets
import pytest
import torch
from client import Failure
from conftest import failing, since, source

NAMES = ['zip', 'legacy', 'plain', 'stack-global', 'walking', 'old-opcodes', 'eval', 'in-zip', 'before-the-error', 'second-pickle']


@pytest.fixture
def canary(tmp_path):
    return tmp_path / 'canary'


@pytest.fixture
def pickles(tmp_path, canary):
    return hostile.files(tmp_path, canary)


@pytest.mark.parametrize('name', [name for name in NAMES if name not in ('before-the-error', 'second-pickle')])
def test_the_canary_can_sing(pickles, canary, name):
    """Without our care each of these files does run: else the tests below would prove nothing."""
    try:
        torch.load(pickles[name], weights_only=False)
    except Exception:  # after the deed
        pass
    if not canary.exists():
        with open(pickles[name], 'rb') as file:
            pickle.load(file)
    assert canary.exists()


@pytest.mark.parametrize('format', ['state-dict', 'checkpoint', 'pickled-module', 'torchscript', 'exported-program', 'safetensors'])
@pytest.mark.parametrize('name', NAMES)
def test_loading_runs_nothing(worker, pickles, canary, name, format):
    with pytest.raises(Failure):
        worker.call('load', source=source(pickles[name], format, 'nets:Affine'))
    assert not canary.exists()


@pytest.mark.parametrize('name', ['zip', 'legacy', 'eval', 'stack-global', 'walking'])
def test_the_refused_names_are_told(worker, pickles, canary, name):
    with failing('LOAD_UNSAFE_GLOBALS') as error:
        worker.call('load', source=source(pickles[name], 'pickled-module'))
    expected = {'eval': 'builtins.eval', 'walking': 'torch.os.system'}.get(name, 'posix.system')
    assert error['evidence']['globals'] == error['evidence']['dangerous'] == [expected]
    assert 'Nothing was run' in error['message']
    assert not canary.exists()


def test_a_name_that_walks_to_a_dangerous_one_cannot_be_allowed(worker, pickles, canary):
    with pytest.raises(Failure):
        worker.call('load', source=source(pickles['walking'], 'pickled-module', allowGlobals=['torch.os.system']))
    assert not canary.exists()


def test_a_partial_is_no_danger_by_itself(worker, tmp_path):
    path = tmp_path / 'partial.pt'
    torch.save({'norm': functools.partial(torch.nn.LayerNorm, eps=1e-6)}, path)
    assert worker.call('scan', path=str(path))['verdict'] == 'suspicious'
    torch.save({'norm': functools.partial(os.system, 'true')}, path)
    assert worker.call('scan', path=str(path))['verdict'] == 'dangerous'


@pytest.mark.parametrize('name', ['zip', 'legacy', 'eval'])
def test_a_dangerous_name_is_never_allowed(worker, pickles, canary, name):
    with failing('LOAD_DANGEROUS_PICKLE'):
        worker.call('load', source=source(pickles[name], 'pickled-module', allowGlobals=['posix.system', 'os.system', 'builtins.eval']))
    assert not canary.exists()


@pytest.mark.parametrize('trusted', [None, 0, 1, 'true', 'yes', {}])
def test_only_the_boolean_itself_is_trust(worker, pickles, canary, trusted):
    with pytest.raises(Failure):
        worker.call('load', source=source(pickles['zip'], 'pickled-module', trusted=trusted))
    assert not canary.exists()


def test_trust_is_for_what_the_user_said(worker, pickles, canary):
    """The one way in: it does load fully, in the isolated worker, and runs what is in the file."""
    worker.call('load', source=source(pickles['zip'], 'checkpoint', 'nets:Affine', trusted=True))
    assert canary.exists()


@pytest.mark.parametrize('name', ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', 'TORCH_FORCE_WEIGHTS_ONLY_LOAD'])
def test_no_environment_variable_is_trust(pickles, canary, name):
    from client import Client

    client = Client(env={name: '1'})
    client.receive()
    with pytest.raises(Failure):
        client.call('load', source=source(pickles['zip'], 'pickled-module'))
    client.close()
    assert not canary.exists()


@pytest.mark.parametrize('name', NAMES)
def test_the_scan_finds_it_and_runs_nothing(worker, pickles, canary, name):
    answer = worker.call('scan', path=pickles[name])
    assert answer['verdict'] == 'dangerous'
    odd = {'eval': 'builtins.eval', 'old-opcodes': '__builtin__.eval', 'walking': 'torch.os.system'}
    wanted = odd.get(name, 'posix.system')
    assert wanted in answer['globals']
    assert wanted in answer['unsafe']
    assert not canary.exists()


@pytest.mark.parametrize(('depth', 'verdict'), [(1, 'dangerous'), (3, 'dangerous'), (9, 'scan-failed')])
def test_the_scan_looks_into_zips_in_zips(worker, tmp_path, canary, depth, verdict):
    hostile.nested(tmp_path / 'nested.zip', hostile.stack_global(canary), depth)
    assert worker.call('scan', path=str(tmp_path / 'nested.zip'))['verdict'] == verdict


def program(folder):
    path = folder / 'program.pt2'
    exported = torch.export.export(nets.Affine(), (torch.ones(3, 4),), dynamic_shapes={'x': {0: torch.export.Dim('N')}})
    torch.export.save(exported, path)
    return path


def edit(path, change):
    def rewrite(data):
        tree = json.loads(data)
        change(tree)
        return json.dumps(tree).encode()

    hostile.change_member(path, hostile.graph_member(path), rewrite)


def code(canary):
    return f"__import__('pathlib').Path({str(canary)!r}).touch()"


def expression(tree, canary):
    sizes = tree['graph_module']['graph']['tensor_values']['x']['sizes']
    sizes[0]['as_expr']['expr_str'] = code(canary)


def guard(tree, canary):
    tree['guards_code'] = [f'{code(canary)} is None']


def guard_text(tree, canary):
    tree['guards_code'] = ['L[\'x"); ' + code(canary) + " #'] == 1"]


def placeholder(tree, canary):
    name = f'x={code(canary)}'
    text = json.dumps(tree).replace('"x"', json.dumps(name))
    tree.clear()
    tree.update(json.loads(text))


def target(tree, canary):
    node = tree['graph_module']['graph']['nodes'][0]
    node['target'] = 'torch.os.system'
    node['inputs'] = [{'name': '', 'arg': {'as_string': f'touch "{canary}"'}, 'kind': 1}]


@pytest.mark.parametrize('change', [expression, guard, guard_text, placeholder, target])
def test_a_graph_whose_text_would_run(worker, tmp_path, canary, change):
    path = program(tmp_path)
    edit(path, lambda tree: change(tree, canary))
    with failing('LOAD_DANGEROUS_PICKLE') as error:
        worker.call('load', source=source(path, 'exported-program'))
    assert 'Nothing was run' in error['message']
    assert not canary.exists()


def test_such_a_graph_does_run_without_the_screen(tmp_path, canary):
    path = program(tmp_path)
    edit(path, lambda tree: expression(tree, canary))
    try:
        torch.export.load(path)
    except Exception:  # after the deed
        pass
    assert canary.exists()


@since('2.9', 'archives with a pickle for each weight')
@pytest.mark.parametrize('ending', ['data/sample_inputs/model.pt', 'weights/weight_0'])
def test_pickles_inside_a_program_are_weights_only(worker, tmp_path, canary, ending):
    path = program(tmp_path)
    buffer = tmp_path / 'inner.pt'
    torch.save((hostile.touch(canary),), buffer)
    hostile.change_member(path, ending, lambda _data: buffer.read_bytes())
    if 'weights' in ending:

        def pickled(data):
            config = json.loads(data)
            config['config'][next(name for name, entry in config['config'].items() if entry['path_name'] == 'weight_0')]['use_pickle'] = (
                True
            )
            return json.dumps(config).encode()

        hostile.change_member(path, 'model_weights_config.json', pickled)
    with failing('LOAD_UNSAFE_GLOBALS'):
        worker.call('load', source=source(path, 'exported-program'))
    assert not canary.exists()


def test_an_untouched_program_passes_the_screen(worker, tmp_path):
    assert worker.call('load', source=source(program(tmp_path), 'exported-program'))['parameters'] == 15
