"""Flattens whatever forward returns into named tensors, in one order that run and export share."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .errors import WorkerError
from .torch_import import import_torch


def flatten(value: Any) -> list[tuple[str, Any]]:
    """Tensors of a nested result with their names.

    One tensor is ``output``; a tuple or list gives ``output_0``…; keys of a dict and fields of a dataclass or named
    tuple are the names; inside, ``_0`` for an index and ``.key`` for a key are added. What is no tensor is left out.
    """
    found: list[tuple[str, Any]] = []
    _walk('', value, found, import_torch())
    return [(name or 'output', tensor) for name, tensor in found]


def _walk(prefix: str, value: Any, found: list[tuple[str, Any]], torch: Any) -> None:
    if torch.is_tensor(value):
        found.append((prefix, value))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _walk(f'{prefix}.{key}' if prefix else str(key), item, found, torch)
    elif isinstance(value, tuple) and hasattr(value, '_fields'):
        _walk(prefix, dict(zip(value._fields, value)), found, torch)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _walk(f'{prefix or "output"}_{index}', item, found, torch)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        _walk(prefix, {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}, found, torch)


def name_outputs(value: Any, inputs: list[str], wanted: list[str] | None) -> list[tuple[str, Any]]:
    """Flattened outputs under the wanted names, or their own made unique against each other and the inputs."""
    found = flatten(value)
    if not found:
        raise WorkerError(
            'LOAD_FAILED',
            f"The model's forward returned no tensor but a {type(value).__name__}.",
            'Let forward return a tensor, or a tuple, list or dict of tensors.',
            {'returned': type(value).__name__},
        )
    if wanted is not None:
        if len(wanted) != len(found):
            raise WorkerError(
                'INPUTS_INVALID',
                f'The model returns {len(found)} outputs, and {len(wanted)} names were given.',
                f'Give {len(found)} names: the model itself calls them {", ".join(name for name, _ in found)}.',
                {'own': [name for name, _ in found], 'given': wanted},
            )
        return [(name, tensor) for name, (_, tensor) in zip(wanted, found)]
    taken, named = set(inputs), []
    for name, tensor in found:
        unique, count = name, 1
        while unique in taken:
            unique, count = f'{name}_out' if count == 1 else f'{name}_out{count}', count + 1
        taken.add(unique)
        named.append((unique, tensor))
    return named


def is_plain(value: Any) -> bool:
    """True for a tensor or a flat tuple or list of tensors: what an exporter flattens exactly as we do."""
    torch = import_torch()
    if torch.is_tensor(value):
        return True
    plain = isinstance(value, (tuple, list)) and not hasattr(value, '_fields')
    return plain and bool(value) and all(torch.is_tensor(item) for item in value)
