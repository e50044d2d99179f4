"""One warm worker for the whole run, and the shape of its requests."""

from __future__ import annotations

import contextlib
import os

import pytest
import torch
from client import ROOT, Client, Failure
from enginesmith_worker.tensors import read_tensors, write_tensors

NETS = os.path.join(ROOT, 'test', 'fixtures', 'python')
SAMPLES = os.path.join(ROOT, 'resources', 'samples')

torch.set_num_threads(1)

RELEASE = tuple(int(part) for part in torch.__version__.split('.')[:2])


def since(release, why):
    """For what older PyTorch lacks: `npm run torch-versions` runs these tests under several."""
    return pytest.mark.skipif(tuple(int(part) for part in release.split('.')) > RELEASE, reason=f'PyTorch {release}: {why}')


@pytest.fixture(scope='session')
def worker():
    client = Client(env={'OMP_NUM_THREADS': '1'})
    assert client.receive()['event'] == 'ready'
    yield client
    assert client.close() == 0


def source(path, format, model=None, **more):
    """A ModelSource of contract/worker.ts; classes come from the fixtures."""
    known = {'modelArgs': None, 'project': NETS, 'allowGlobals': [], 'trusted': False}
    return {'path': str(path), 'format': format, 'model': model, **known, **more}


@contextlib.contextmanager
def failing(code):
    """The worker must answer with this code, a remedy, and no colour codes; yields the error's fields."""
    seen: dict = {}
    with pytest.raises(Failure) as caught:
        yield seen
    error = caught.value.error
    seen.update(error)
    assert error['code'] == code, error
    assert error['remedy'] and error['message']
    assert '\x1b' not in str(error)


def saved(folder, module, name='model.pt'):
    """Weights of a module as a state_dict file."""
    path = folder / name
    torch.save(module.state_dict(), path)
    return path


def run(worker, model, tensors, folder, output_names=None):
    """Outputs of one run, and what the worker said of them."""
    given, made = folder / 'in.safetensors', folder / 'out.safetensors'
    write_tensors(str(given), tensors)
    answer = worker.call('run', source=model, inputNames=list(tensors), inputs=[str(given)], outputs=[str(made)], outputNames=output_names)
    return read_tensors(str(made)), answer
