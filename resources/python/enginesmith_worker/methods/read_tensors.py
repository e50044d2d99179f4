"""Tensors that torch.save wrote, as sample inputs: opened under weights_only, whatever the user trusts elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ..dtypes import CODES, name_of
from ..errors import WorkerError
from ..loaders.unpickle import unpickle
from ..protocol import Context
from ..tensors import write_tensors
from ..torch_import import import_torch


def read_tensors(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The names of the tensors, which are at ``out`` then; a single one is called as numpy.savez would call it."""
    path = params['path']
    context.progress('read')
    source = {'path': path, 'format': 'state-dict', 'model': None, 'project': None, 'allowGlobals': [], 'trusted': False}
    try:
        saved = unpickle(source, context)
    except WorkerError as error:
        if error.code != 'LOAD_UNSAFE_GLOBALS':
            raise
        raise _invalid(path, 'it holds more than tensors, and sample inputs are only ever read as tensors') from error
    tensors = _named(saved, path)
    for name, tensor in tensors.items():
        if tensor.layout is not import_torch().strided or tensor.is_quantized or name_of(tensor.dtype) not in CODES:
            raise _invalid(path, f'{name} is no plain tensor of numbers ({name_of(tensor.dtype)}, {tensor.layout})')
    write_tensors(params['out'], tensors)
    return {'names': list(tensors)}


def _named(saved: Any, path: str) -> dict[str, Any]:
    torch = import_torch()
    if torch.is_tensor(saved):
        return {'arr_0': saved}
    if isinstance(saved, (list, tuple)) and saved and all(torch.is_tensor(item) for item in saved):
        return {f'arr_{index}': item for index, item in enumerate(saved)}
    if isinstance(saved, Mapping) and saved and all(isinstance(key, str) and torch.is_tensor(item) for key, item in saved.items()):
        return dict(saved)
    raise _invalid(path, f'it holds {type(saved).__name__} and not tensors alone')


def _invalid(path: str, why: str) -> WorkerError:
    return WorkerError(
        'INPUTS_INVALID',
        f'{os.path.basename(path)} cannot be used as sample inputs: {why}.',
        "Save a tensor, a list of tensors, or a dict of names to tensors: torch.save({'x': x}, file).",
        {'path': path},
    )
