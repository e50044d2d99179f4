"""A small reader and writer of ``.safetensors`` on torch alone: the user's environment may lack the package.

Layout: eight bytes of header length (little endian), the header as JSON, then the bytes of all tensors.
"""

from __future__ import annotations

import ctypes
import json
import os
import tempfile
from collections.abc import Mapping
from typing import Any, BinaryIO

from .dtypes import code_of, dtype_of_code
from .errors import WorkerError
from .torch_import import import_torch

_MAX_HEADER = 100_000_000


def _broken(path: str, reason: str, code: str = 'FILE_TRUNCATED') -> WorkerError:
    return WorkerError(
        code,
        f'{os.path.basename(path)} is not a whole .safetensors file: {reason}.',
        'Get the file again; an interrupted download or copy leaves such a file.',
        {'path': path, 'reason': reason},
    )


def read_header(file: BinaryIO, path: str, size: int) -> tuple[dict[str, Any], int]:
    """The header's entries by tensor name, checked against the file's size, and where the data begins."""
    start = file.read(8)
    length = int.from_bytes(start, 'little')
    if len(start) < 8 or length > _MAX_HEADER or 8 + length > size:
        raise _broken(path, f'its header claims {length} bytes and the file has {size}')
    try:
        header = json.loads(file.read(length).decode('utf-8'))
        entries = {name: entry for name, entry in header.items() if name != '__metadata__'}
        for name, entry in entries.items():
            begin, end = entry['data_offsets']
            if not 0 <= begin <= end or any(not isinstance(side, int) or side < 0 for side in entry['shape']):
                raise _broken(path, f'tensor {name} has an impossible place or shape')
            if 8 + length + end > size:
                raise _broken(path, f'tensor {name} ends {8 + length + end - size} bytes after the file')
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _broken(path, 'its header cannot be read', 'LOAD_FAILED') from error
    return entries, 8 + length


def element_type(name: str, entry: dict[str, Any]) -> Any:
    """The torch dtype of an entry of the header; raises LOAD_FAILED where this torch lacks it."""
    dtype = dtype_of_code(entry['dtype'])
    if dtype is None:
        raise WorkerError(
            'LOAD_FAILED',
            f'Tensor {name} has the element type {entry["dtype"]}, which this PyTorch lacks.',
            'Choose an environment with a newer PyTorch.',
            {'tensor': name, 'dtype': entry['dtype']},
        )
    return dtype


def read_tensors(path: str) -> dict[str, Any]:
    """All tensors of a file by name, on the CPU, in the header's order; each owns its memory."""
    torch = import_torch()
    tensors: dict[str, Any] = {}
    with open(path, 'rb') as file:
        entries, base = read_header(file, path, os.fstat(file.fileno()).st_size)
        for name, entry in entries.items():
            dtype = element_type(name, entry)
            begin, end = entry['data_offsets']
            count = 1
            for side in entry['shape']:
                count *= side
            if count * dtype.itemsize != end - begin:
                raise _broken(path, f'tensor {name} has {end - begin} bytes, its shape needs {count * dtype.itemsize}')
            if count == 0:
                tensors[name] = torch.empty(entry['shape'], dtype=dtype)
                continue
            data = bytearray(end - begin)
            file.seek(base + begin)
            if file.readinto(data) != len(data):
                raise _broken(path, f'tensor {name} is cut off')
            tensors[name] = torch.frombuffer(data, dtype=dtype).reshape(entry['shape'])
    return tensors


def write_tensors(path: str, tensors: Mapping[str, Any]) -> None:
    """Write tensors of any device and stride; the file appears whole or not at all.

    The header keeps the given order; the data lie by falling element size, so that every tensor is aligned.
    """
    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    places: dict[str, tuple[int, int]] = {}
    offset = 0
    order = sorted(flat, key=lambda name: -flat[name].element_size())
    for name in order:
        size = flat[name].numel() * flat[name].element_size()
        places[name] = (offset, offset + size)
        offset += size
    header = {
        name: {'dtype': code_of(tensor.dtype), 'shape': list(tensor.shape), 'data_offsets': list(places[name])}
        for name, tensor in flat.items()
    }
    text = json.dumps(header).encode('ascii')
    text += b' ' * (-len(text) % 8)
    folder = os.path.dirname(os.path.abspath(path))
    handle, scratch = tempfile.mkstemp(prefix='.tensors-', dir=folder)
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(len(text).to_bytes(8, 'little'))
            file.write(text)
            for name in order:
                if flat[name].numel():
                    file.write(_bytes_of(flat[name]))
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise


def _bytes_of(tensor: Any) -> memoryview:
    """The memory of a contiguous CPU tensor, not copied; numpy, the usual way, may be absent and lacks bfloat16."""
    size = tensor.numel() * tensor.element_size()
    return memoryview((ctypes.c_char * size).from_address(tensor.data_ptr()))
