"""Compares the keys of weights with those of a class, and looks for a prefix that explains the difference."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from ..dtypes import name_of
from ..errors import WorkerError

# The window lists them all; a line of the protocol holds them.
_LISTED = 2000
# model-00001-of-00002.safetensors
_SHARD = re.compile(r'-(\d+)-of-(\d+)\.')


def _shape(tensor: Any) -> list[int]:
    try:
        return [int(side) for side in tensor.shape]
    except RuntimeError:  # a lazy parameter has no shape until its first run
        return []


def _is_lazy(tensor: Any) -> bool:
    try:
        return tensor.shape is None
    except RuntimeError:
        return True


def key_table(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Missing and unexpected names, and those whose shapes differ; all empty where the weights fit."""
    tensors = {name: tensor for name, tensor in wanted.items() if hasattr(tensor, 'dtype')}
    return {
        'missing': [name for name in tensors if name not in given],
        'unexpected': [name for name in given if name not in wanted],
        'misshapen': [
            {'name': name, 'file': _shape(given[name]), 'class': _shape(tensor)}
            for name, tensor in tensors.items()
            if name in given and not _is_lazy(tensor) and _shape(given[name]) != _shape(tensor)
        ],
    }


def _described(tensor: Any) -> dict[str, Any] | None:
    if not hasattr(tensor, 'dtype'):
        return None
    return {'shape': None if _is_lazy(tensor) else _shape(tensor), 'dtype': name_of(tensor.dtype)}


def _sides(wanted: Mapping[str, Any], given: Mapping[str, Any], rows: list[Any]) -> dict[str, Any]:
    """What the file and the class have under each listed key: shape and element type, or nothing."""
    names = [row['name'] if isinstance(row, dict) else row for row in rows]
    return {name: {'file': _described(given.get(name)), 'class': _described(wanted.get(name))} for name in names}


def find_prefix(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> str | None:
    """The ``keyPrefix`` under which every key and shape fits: ``module.`` to remove, ``+model.`` to add."""
    # Some keys alone may have it, as where one part of a model was wrapped.
    for prefix in _leads({name: tensor for name, tensor in given.items() if name not in wanted}):
        stripped = {name.removeprefix(prefix): tensor for name, tensor in given.items()}
        if len(stripped) == len(given) and not any(key_table(wanted, stripped).values()):
            return prefix
    for prefix in _leads(wanted):
        if not any(key_table(wanted, {prefix + name: tensor for name, tensor in given.items()}).values()):
            return '+' + prefix
    return None


def _leads(names: Mapping[str, Any]) -> list[str]:
    """Dotted beginnings of the first name, short to long: any common prefix is one of them."""
    first = next(iter(names), '').split('.')[:-1]
    return ['.'.join(first[: count + 1]) + '.' for count in range(len(first))]


def mismatch(wanted: Mapping[str, Any], given: Mapping[str, Any], table: dict[str, list[Any]], source: dict[str, Any]) -> WorkerError:
    """``LOAD_STATE_DICT_MISMATCH`` with counts, the table, and the prefix where one explains it all."""
    prefix = find_prefix(wanted, given)
    counts = {kind: len(rows) for kind, rows in table.items()}
    said = ', '.join(f'{count} {kind}' for kind, count in counts.items() if count)
    listed = {kind: rows[:_LISTED] for kind, rows in table.items()}
    evidence = {
        'class': source['model'],
        'counts': counts,
        'prefix': prefix,
        **listed,
        'tensors': _sides(wanted, given, [row for rows in listed.values() for row in rows]),
    }
    actions = []
    if prefix is not None:
        adding = prefix.startswith('+')
        verb = f'add {prefix[1:]!r} to' if adding else f'remove {prefix!r} from'
        remedy = f'All keys and shapes fit once you {verb} the keys of the file: set the key prefix.'
        label = f'{verb[0].upper()}{verb[1:]} the keys'
        actions.append({'kind': 'set-option', 'label': label, 'path': 'load.keyPrefix', 'value': prefix})
    elif (shard := _SHARD.search(os.path.basename(source['path']))) and table['missing'] and not table['unexpected']:
        remedy = (
            f'This is file {int(shard.group(1))} of {int(shard.group(2))}: load the .index.json beside it, which names them all, '
            'or the file that holds all weights.'
        )
        evidence['shards'] = int(shard.group(2))
    else:
        remedy = 'Check that this is the class and these are the arguments that the weights were trained with.'
    return WorkerError(
        'LOAD_STATE_DICT_MISMATCH',
        f'The weights do not fit the class {source["model"]}: {said} of {len(wanted)} keys.',
        remedy,
        evidence,
        actions,
    )
