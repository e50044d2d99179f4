"""Writes the weights of a file or a model as `.wts` or `.safetensors`, one piece after another."""

from __future__ import annotations

import ctypes
import json
import os
import tempfile
import time
from collections import defaultdict
from typing import Any, BinaryIO, Callable

from .. import wts
from ..dtypes import CODES, code_of, name_of
from ..errors import finding
from ..protocol import Context
from ..weights import Entry, Weights, no_plain_numbers, open_weights

_FLOATS = ('float32', 'float16', 'bfloat16')


def write_weights(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The entries written, in order, and findings; the file appears whole or not at all."""
    weights = open_weights(params, context)
    to, path = params['to'], params['out']
    total, done, told = sum(entry.count for entry in weights.entries) or 1, 0, time.monotonic()

    def step(count: int) -> None:
        nonlocal done, told
        done += count
        context.check()
        if time.monotonic() - told > 0.1:
            told = time.monotonic()
            context.progress(f'write .{to}', done / total)

    context.progress(f'write .{to}', 0.0)
    handle, scratch = tempfile.mkstemp(prefix='.weights-', dir=os.path.dirname(os.path.abspath(path)))
    try:
        with os.fdopen(handle, 'wb', buffering=1 << 20) as file:
            (_write_wts if to == 'wts' else _write_safetensors)(file, weights.entries, step)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
    findings = [*weights.findings, *(_changed(weights) if to == 'wts' else _shared(weights))]
    entries = [{'name': e.name, 'dtype': name_of(e.dtype), 'shape': e.shape, 'elements': e.count} for e in weights.entries]
    return {'entries': entries, 'where': weights.where, 'findings': findings}


def _write_wts(file: BinaryIO, entries: list[Entry], step: Callable[[int], None]) -> None:
    file.write(f'{len(entries)}\n'.encode())
    for entry in entries:
        wts.write_line(file, entry.name, entry.count, entry.chunks(), step)


def _write_safetensors(file: BinaryIO, entries: list[Entry], step: Callable[[int], None]) -> None:
    header: dict[str, Any] = {}
    offset = 0
    # By falling element size, so that every tensor is aligned; the header keeps the order of the state_dict.
    order = sorted(entries, key=lambda entry: -entry.dtype.itemsize)
    places = {}
    for entry in order:
        places[entry.name] = [offset, offset + entry.count * entry.dtype.itemsize]
        offset = places[entry.name][1]
    for entry in entries:
        if name_of(entry.dtype) not in CODES:
            raise no_plain_numbers(entry.name, name_of(entry.dtype))
        header[entry.name] = {'dtype': code_of(entry.dtype), 'shape': entry.shape, 'data_offsets': places[entry.name]}
    text = json.dumps(header).encode('ascii')
    text += b' ' * (-len(text) % 8)
    file.write(len(text).to_bytes(8, 'little') + text)
    for entry in order:
        for piece in entry.chunks():
            data = piece.contiguous()
            file.write((ctypes.c_char * (data.numel() * data.element_size())).from_address(data.data_ptr()))
            step(piece.numel())


def _changed(weights: Weights) -> list[dict[str, Any]]:
    """`.wts` knows float32 alone: say what was something else."""
    others: dict[str, list[str]] = defaultdict(list)
    for entry in weights.entries:
        if name_of(entry.dtype) not in _FLOATS:
            others[name_of(entry.dtype)].append(entry.name)
    if not others:
        return []
    said = '; '.join(f'{dtype}: {_some(names)}' for dtype, names in others.items())
    return [
        finding(
            'CONVERT_WTS_FLOAT32',
            'info',
            f'A .wts file holds float32 alone, so these were converted: {said}.',
            'Nothing has to be done where the reader expects that, as TensorRTX does. Their own types are in the name map.',
            {'converted': {dtype: names[:50] for dtype, names in others.items()}},
        )
    ]


def _some(names: list[str]) -> str:
    return ', '.join(names[:3]) + (f' and {len(names) - 3} more' if len(names) > 3 else '')


def _shared(weights: Weights) -> list[dict[str, Any]]:
    """Tensors that share memory are written once each, so that every reader finds all of them."""
    groups: dict[int, list[str]] = defaultdict(list)
    for entry in weights.entries:
        if entry.storage is not None:
            groups[entry.storage].append(entry.name)
    shared = [names for names in groups.values() if len(names) > 1]
    if not shared:
        return []
    return [
        finding(
            'CONVERT_SHARED_TENSORS',
            'info',
            f'Tensors share their memory in the model, and were written apart: {"; ".join(" = ".join(names[:4]) for names in shared[:4])}.',
            'Nothing has to be done: loading the file into the model ties them again.',
            {'groups': shared[:50]},
        )
    ]
