"""Weights one after another, without a model and without all of them in memory: what `.wts` and `.safetensors` are made of."""

from __future__ import annotations

import ctypes
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .dtypes import name_of
from .errors import WorkerError, finding
from .loaders.pickled_module import find_module
from .loaders.state_dict import find_weights
from .loaders.unpickle import unpickle
from .protocol import Context
from .tensors import element_type, read_header
from .torch_import import import_torch
from .warm import complete, warm_model
from .wts import read_wts

#: Elements that are in memory at a time; few enough for a processor's cache.
CHUNK = 1 << 16
_MADV_DONTNEED = 4


@dataclass
class Entry:
    """One tensor of a state_dict: its name, torch's dtype, its shape, and its elements in flat pieces."""

    name: str
    dtype: Any
    shape: list[int]
    chunks: Callable[[], Iterator[Any]]
    #: Tensors of the same storage have the same value; None where nothing is known.
    storage: int | None = None

    @property
    def count(self) -> int:
        """Number of elements."""
        count = 1
        for side in self.shape:
            count *= side
        return count


@dataclass
class Weights:
    """The entries in the order of the state_dict, where in the file they lie, and what is to be said of them."""

    entries: list[Entry]
    where: str
    findings: list[dict[str, Any]]


def open_weights(params: dict[str, Any], context: Context) -> Weights:
    """The weights of ``params['source']``: of the named class or the model inside, else as they lie in the file."""
    source = complete(params.get('source'))
    kind = source['format']
    if kind == 'wts':
        return Weights([Entry(name, *rest) for name, *rest in read_wts(source['path'], params.get('shapes'))], '', [])
    if source.get('model') or kind in ('pickled-module', 'torchscript', 'exported-program'):
        model = warm_model(params, context)
        return Weights(_entries(model.tensors(), mapped=False), '', list(model.findings))
    if kind == 'safetensors':
        return Weights(list(_safetensors(source['path'])), '', [])
    if kind not in ('state-dict', 'checkpoint'):
        raise WorkerError(
            'CONVERT_TARGET_UNSUPPORTED',
            f'{os.path.basename(source["path"])} ({kind}) holds no PyTorch weights that could be written out.',
            'Give the PyTorch file that it was made from.',
            {'format': kind},
        )
    context.progress('read the weights')
    mapped = zipfile.is_zipfile(source['path']) and not source.get('trusted')
    saved = unpickle(source, context, mmap=mapped)
    candidates = find_weights(saved)
    if not candidates:
        module = find_module(saved)
        if module is None:
            raise WorkerError(
                'LOAD_FAILED',
                f'{os.path.basename(source["path"])} holds no weights: no dict of names to tensors was found in it.',
                'Choose the file that has the model; an optimizer or a log does not.',
                {'path': source['path'], 'found': type(saved).__name__},
            )
        candidates = [('', dict(module.state_dict()))]
    where, tensors = candidates[0]
    return Weights(_entries(tensors, mapped), where, _chosen(where, [name for name, _ in candidates[1:]]))


def _chosen(where: str, others: list[str]) -> list[dict[str, Any]]:
    if not where and not others:
        return []
    shown = where or 'the top of the file'
    more = f' Not taken: {", ".join(name or "the top of the file" for name in others[:8])}.' if others else ''
    return [
        finding(
            'CONVERT_WEIGHTS_CHOSEN',
            'info',
            f'The weights were taken from {shown}.{more}',
            'To take others, save that entry alone: torch.save(checkpoint[name], path).',
            {'taken': where, 'others': others},
        )
    ]


def _entries(tensors: dict[str, Any], mapped: bool) -> list[Entry]:
    return [
        Entry(
            name,
            tensor.dtype,
            [int(side) for side in tensor.shape],
            lambda name=name, tensor=tensor: _pieces(name, tensor, mapped),
            None if tensor.is_meta or tensor.is_sparse or tensor.is_quantized else tensor.untyped_storage().data_ptr() or None,
        )
        for name, tensor in tensors.items()
    ]


def no_plain_numbers(name: str, kind: str) -> WorkerError:
    """``CONVERT_FAILED`` for a tensor that neither kind of file can hold."""
    return WorkerError(
        'CONVERT_FAILED',
        f'The tensor {name} is {kind}, and has no plain numbers to write.',
        'Save the weights as ordinary numbers: real and imaginary part apart, quantized values dequantized.',
        {'name': name, 'dtype': kind},
    )


def _pieces(name: str, tensor: Any, mapped: bool) -> Iterator[Any]:
    if tensor.is_quantized or tensor.is_complex() or tensor.is_sparse or tensor.is_meta:
        raise no_plain_numbers(name, 'quantized' if tensor.is_quantized else name_of(tensor.dtype))
    flat = tensor.detach().cpu().reshape(-1)
    for start in range(0, flat.numel(), CHUNK):
        piece = flat[start : start + CHUNK]
        yield piece
        if mapped and tensor.is_contiguous():
            _forget(piece, flat.data_ptr())


def _forget(piece: Any, base: int) -> None:
    """Tell the kernel that the mapped pages were read: they are the file's, and need not stay in this process."""
    if not sys.platform.startswith('linux'):
        return
    page = os.sysconf('SC_PAGE_SIZE')
    # A fault maps pages around it, too: those before this piece come back, but nothing before the tensor is touched.
    start = max(base, piece.data_ptr() - (1 << 21)) // page * page
    length = piece.data_ptr() + piece.numel() * piece.element_size() - start
    _libc().madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), _MADV_DONTNEED)


def _libc() -> Any:
    return ctypes.CDLL(None)


def _safetensors(path: str) -> Iterator[Entry]:
    with open(path, 'rb') as file:
        entries, base = read_header(file, path, os.fstat(file.fileno()).st_size)
    for name, entry in entries.items():
        dtype = element_type(name, entry)
        begin, end = (base + offset for offset in entry['data_offsets'])
        yield Entry(name, dtype, entry['shape'], lambda dtype=dtype, begin=begin, end=end: _file_pieces(path, dtype, begin, end))


def _file_pieces(path: str, dtype: Any, begin: int, end: int) -> Iterator[Any]:
    torch = import_torch()
    with open(path, 'rb') as file:
        file.seek(begin)
        while begin < end:
            data = bytearray(min(CHUNK * dtype.itemsize, end - begin))
            if file.readinto(data) != len(data):
                raise WorkerError('FILE_TRUNCATED', f'{os.path.basename(path)} is cut off.', 'Get the file again.', {'path': path})
            begin += len(data)
            yield torch.frombuffer(data, dtype=dtype)
