"""Our reader and writer of .safetensors, against the real library and against broken files."""

import json
import struct

import pytest
import torch
from enginesmith_worker.dtypes import CODES
from enginesmith_worker.errors import WorkerError
from enginesmith_worker.tensors import read_tensors, write_tensors
from safetensors.torch import load_file, save_file


def all_kinds():
    base = torch.arange(-3, 9).reshape(3, 4)
    return {name: base.to(torch.float32).to(getattr(torch, name)) for name in CODES}


def same(left, right):
    assert left.dtype == right.dtype
    assert left.shape == right.shape
    return torch.equal(left.reshape(-1).view(torch.uint8), right.reshape(-1).view(torch.uint8)) if left.numel() else True


def test_every_dtype_goes_both_ways(tmp_path):
    tensors = all_kinds()
    write_tensors(str(tmp_path / 'ours.safetensors'), tensors)
    theirs = load_file(tmp_path / 'ours.safetensors')
    save_file(tensors, tmp_path / 'theirs.safetensors')
    ours = read_tensors(str(tmp_path / 'theirs.safetensors'))
    assert set(theirs) == set(ours) == set(tensors) == set(CODES)
    assert all(same(theirs[name], tensor) and same(ours[name], tensor) for name, tensor in tensors.items())


def test_scalars_empties_strides_views_and_order(tmp_path):
    grid = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    tensors = {
        'zeta': torch.tensor(True),
        'scalar': torch.tensor(2.5, dtype=torch.bfloat16),
        'empty': torch.zeros(0, 3),
        'turned': grid.t(),
        'part': grid[1:3, ::2],
        'grad': torch.ones(2, requires_grad=True),
        '名 "quoted" 🙂': torch.ones(1, dtype=torch.float64),
    }
    path = str(tmp_path / 'a "b" 图 🙂.safetensors')
    write_tensors(path, tensors)
    back = read_tensors(path)
    assert list(back) == list(tensors)
    assert all(torch.equal(back[name], tensor.detach()) for name, tensor in tensors.items())
    assert all(torch.equal(value, tensors[name].detach()) for name, value in load_file(path).items())


def test_every_tensor_is_aligned_to_its_size(tmp_path):
    path = tmp_path / 'a.safetensors'
    write_tensors(
        str(path), {'odd': torch.ones(3, dtype=torch.uint8), 'wide': torch.ones(2, dtype=torch.float64), 'half': torch.ones(3).half()}
    )
    data = path.read_bytes()
    length = struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    assert length % 8 == 0
    assert header['wide']['data_offsets'][0] % 8 == 0
    assert header['half']['data_offsets'][0] % 2 == 0
    assert list(header) == ['odd', 'wide', 'half']


def test_nothing_is_left_of_a_failed_write(tmp_path):
    with pytest.raises(WorkerError) as caught:
        write_tensors(str(tmp_path / 'a.safetensors'), {'x': torch.ones(2, dtype=torch.complex64)})
    assert caught.value.code == 'LOAD_FAILED'
    assert list(tmp_path.iterdir()) == []


def header_of(entry, data=b''):
    text = json.dumps({'x': entry}).encode()
    return struct.pack('<Q', len(text)) + text + data


@pytest.mark.parametrize(
    ('data', 'code'),
    [
        (b'', 'FILE_TRUNCATED'),
        (b'\x08\x00', 'FILE_TRUNCATED'),
        (struct.pack('<Q', 1 << 60) + b'{}', 'FILE_TRUNCATED'),
        (bytes(64), 'LOAD_FAILED'),
        (struct.pack('<Q', 2) + b'[]', 'LOAD_FAILED'),
        (struct.pack('<Q', 8) + b'{"x": 1}', 'LOAD_FAILED'),
        (header_of({'dtype': 'F32', 'shape': [4], 'data_offsets': [0, 16]}, b'12345678'), 'FILE_TRUNCATED'),
        (header_of({'dtype': 'F32', 'shape': [3], 'data_offsets': [0, 8]}, b'12345678'), 'FILE_TRUNCATED'),
        (header_of({'dtype': 'F32', 'shape': [-2], 'data_offsets': [0, 8]}, b'12345678'), 'FILE_TRUNCATED'),
        (header_of({'dtype': 'F32', 'shape': [2], 'data_offsets': [8, 0]}, b'12345678'), 'FILE_TRUNCATED'),
        (header_of({'dtype': 'F99', 'shape': [2], 'data_offsets': [0, 8]}, b'12345678'), 'LOAD_FAILED'),
    ],
)
def test_broken_files_are_told_apart(tmp_path, data, code):
    path = tmp_path / 'broken.safetensors'
    path.write_bytes(data)
    with pytest.raises(WorkerError) as caught:
        read_tensors(str(path))
    assert caught.value.code == code
    assert caught.value.remedy
