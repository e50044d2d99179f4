"""The lines, the streams and the ways to stop: DESIGN.md §3 from the outside."""

import os
import signal
import subprocess
import sys
import time

import nets
import pytest
import torch
from client import ROOT, Client, Failure
from conftest import saved, source
from enginesmith_worker.tensors import write_tensors


@pytest.fixture
def fresh():
    client = Client()
    assert client.receive()['event'] == 'ready'
    yield client
    if client.process.poll() is None:
        client.close()


def test_ready_line_names_protocol_pid_and_python():
    client = Client()
    line = client.receive()
    assert line == {'v': 1, 'event': 'ready', 'pid': client.process.pid, 'python': sys.version.split()[0]}
    client.close()


def test_versions_come_without_importing_torch(fresh):
    start = time.perf_counter()
    answer = fresh.call('versions')
    assert time.perf_counter() - start < 1.5
    assert answer['python'] == sys.version.split()[0]
    assert answer['packages']['torch'].split('+')[0] == torch.__version__.split('+')[0]
    assert 'pytest' not in answer['packages']


@pytest.mark.parametrize(
    ('line', 'said'),
    [
        (b'not json\n', 'not JSON'),
        (b'\xff\xfe\x00\n', 'not JSON'),
        (b'[' * 100_000 + b'\n', 'not JSON'),
        (b'[1, 2]\n', 'another protocol version'),
        (b'{"v": 2, "id": 1, "method": "versions", "params": {}}\n', 'another protocol version'),
        (b'{"v": 1, "method": "versions"}\n', 'neither a request nor a cancel'),
        (b'{"v": 1, "id": true, "method": "versions"}\n', 'neither a request nor a cancel'),
    ],
)
def test_a_bad_line_is_answered_and_survived(fresh, line, said):
    fresh.raw(line)
    answer = fresh.receive()
    assert answer['id'] == -1
    assert answer['error']['code'] == 'WORKER_PROTOCOL'
    assert said in answer['error']['message']
    assert fresh.call('versions')['python']


def test_a_huge_line_is_refused_without_being_kept(fresh):
    for _ in range(40):
        fresh.raw(b'x' * (1 << 20))
    fresh.raw(b'\n')
    assert 'longer than' in fresh.receive()['error']['message']
    assert fresh.call('versions')['python']


def test_lines_in_pieces_and_several_in_one_write(fresh):
    whole = b'{"v":1,"id":1,"method":"versions","params":{}}\n{"v":1,"id":2,"method":"versions","params":{}}\n\n'
    fresh.raw(whole[:17])
    time.sleep(0.05)
    fresh.raw(whole[17:])
    assert [fresh.receive()['id'], fresh.receive()['id']] == [1, 2]


def test_an_unknown_method_names_the_known_ones(fresh):
    with pytest.raises(Failure) as caught:
        fresh.call('train')
    assert caught.value.code == 'WORKER_PROTOCOL'
    assert 'export_onnx' in caught.value.error['evidence']['methods']


def test_the_end_of_stdin_ends_it(fresh):
    assert fresh.close() == 0


def start_slow(client, folder):
    """Starts a run of Slow and waits until it is inside forward."""
    given = folder / 'in.safetensors'
    write_tensors(str(given), {'x': torch.ones(1)})
    model = source(saved(folder, nets.Slow()), 'state-dict', 'nets:Slow')
    files = {'inputs': [str(given)], 'outputs': [str(folder / 'out.safetensors')]}
    request = client.start('run', {'source': model, 'inputNames': ['x'], 'outputNames': None, **files})
    for line in iter(client.receive, None):
        assert 'error' not in line, line
        if line.get('phase') == 'run':
            break
    time.sleep(0.3)
    return request


def test_the_end_of_stdin_ends_it_inside_a_stuck_call(fresh, tmp_path):
    start_slow(fresh, tmp_path)
    start = time.perf_counter()
    assert fresh.close() == 0
    assert time.perf_counter() - start < 1


def test_cancel_breaks_into_forward_and_the_worker_stays_warm(fresh, tmp_path):
    request = start_slow(fresh, tmp_path)
    start = time.perf_counter()
    fresh.send({'cancel': request})
    with pytest.raises(Failure) as caught:
        fresh.wait(request)
    assert caught.value.code == 'CANCELLED'
    assert time.perf_counter() - start < 0.5
    assert not (tmp_path / 'out.safetensors').exists()
    assert fresh.call('versions')['python']


def test_cancel_of_a_waiting_request_and_of_an_unknown_one(fresh, tmp_path):
    running = start_slow(fresh, tmp_path)
    waiting = fresh.start('versions', {})
    fresh.send({'cancel': 999})
    fresh.send({'cancel': waiting})
    fresh.send({'cancel': running})
    codes = [fresh.receive()['error']['code'], fresh.receive()['error']['code']]
    assert codes == ['CANCELLED', 'CANCELLED']
    assert fresh.call('versions')['python']


def test_an_interrupt_from_the_terminal_is_left_to_the_client(fresh):
    os.kill(fresh.process.pid, signal.SIGINT)
    time.sleep(0.1)
    assert fresh.call('versions')['python']


def test_what_a_model_prints_goes_to_stderr(worker, tmp_path):
    model = source(saved(tmp_path, nets.Noisy()), 'state-dict', 'nets:Noisy')
    given, made = tmp_path / 'in.safetensors', tmp_path / 'out.safetensors'
    write_tensors(str(given), {'x': torch.ones(2)})
    files = {'inputs': [str(given)], 'outputs': [str(made)]}
    request = worker.start('run', {'source': model, 'inputNames': ['x'], 'outputNames': None, **files})
    seen = []
    while not seen or seen[-1].get('id') != request or 'result' not in seen[-1]:
        seen.append(worker.receive())
    assert all(line.get('event') == 'progress' for line in seen[:-1])
    assert seen[-1]['result']['outputs'] == [{'name': 'output', 'dtype': 'float32', 'shape': [2]}]
    time.sleep(0.2)
    assert all(text in worker.log() for text in ('from print', 'from C', 'from a child'))


def test_stdin_is_empty_for_the_model(worker, tmp_path):
    model = source(saved(tmp_path, nets.Reads()), 'state-dict', 'nets:Reads')
    given, made = tmp_path / 'in.safetensors', tmp_path / 'out.safetensors'
    write_tensors(str(given), {'x': torch.zeros(1)})
    worker.call('run', source=model, inputNames=['x'], inputs=[str(given)], outputs=[str(made)], outputNames=None)
    assert made.exists()


def test_a_torch_file_in_the_working_folder_is_not_imported(tmp_path):
    (tmp_path / 'torch.py').write_text('open("canary", "w").close()\n')
    client = Client(cwd=str(tmp_path))
    client.receive()
    assert client.call('torch')['torch'].split('+')[0] == torch.__version__.split('+')[0]
    assert not (tmp_path / 'canary').exists()
    client.close()


def test_a_python_without_torch_says_so(tmp_path):
    probe = (
        'import sys; sys.modules["torch"] = None\n'
        'from enginesmith_worker.torch_import import import_torch\n'
        'from enginesmith_worker.errors import WorkerError\n'
        'try: import_torch()\n'
        'except WorkerError as error: print(error.code, error.actions[0]["kind"])\n'
    )
    env = {**os.environ, 'PYTHONPATH': os.path.join(ROOT, 'resources', 'python')}
    said = subprocess.run([sys.executable, '-c', probe], env=env, capture_output=True, text=True, check=True).stdout
    assert said.split() == ['TORCH_MISSING', 'choose-python']


def test_torch_says_its_version_and_gpus(worker):
    answer = worker.call('torch')
    assert answer['torch'] == str(torch.__version__)
    assert answer['gpus'] == [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    assert answer['onnxscript'] is True
