"""A ``.safetensors`` file, or the index of several that hold one model: weights alone, nothing that could run."""

from __future__ import annotations

import json
import os
from typing import Any

from ..errors import WorkerError
from ..model import Model
from ..protocol import Context
from ..tensors import read_tensors
from .state_dict import from_object

_MAX_INDEX = 64 * 1024 * 1024


def load(source: dict[str, Any], context: Context) -> Model:
    """The tensors into the named class."""
    shards = _shards(source['path'])
    if shards is None:
        return from_object(read_tensors(source['path']), source, context)
    weights: dict[str, Any] = {}
    for index, (shard, names) in enumerate(shards.items()):
        context.progress(f'read {os.path.basename(shard)}', index / len(shards))
        held = read_tensors(shard)
        absent = sorted(names - held.keys())
        if absent:
            raise WorkerError(
                'FILE_TRUNCATED',
                f'{os.path.basename(shard)} lacks {len(absent)} tensors that the index finds in it: {", ".join(absent[:5])}.',
                'Get all files of this model again, from one and the same version.',
                {'path': shard, 'missing': absent[:100]},
            )
        weights.update({name: tensor for name, tensor in held.items() if name in names})
    return from_object(weights, source, context)


def _shards(path: str) -> dict[str, set[str]] | None:
    """Names of tensors by the file beside the index that holds them; None where the file is no index."""
    size = os.path.getsize(path)
    with open(path, 'rb') as file:
        if size > _MAX_INDEX or not file.read(64).lstrip().startswith(b'{'):
            return None
        file.seek(0)
        try:
            where = json.loads(file.read().decode('utf-8'))['weight_map']
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
    folder = os.path.dirname(os.path.abspath(path))
    shards: dict[str, set[str]] = {}
    for name, shard in where.items():
        # Only files beside the index: a name that leads elsewhere is not followed.
        at = os.path.join(folder, str(shard))
        if os.path.basename(str(shard)) != shard or not os.path.isfile(at):
            raise WorkerError(
                'FILE_NOT_FOUND',
                f'{os.path.basename(path)} spreads its weights over files of which {shard} is not beside it.',
                'Put these files into the same folder under exactly these names.',
                {'path': path, 'missing': [str(shard)]},
            )
        shards.setdefault(at, set()).add(name)
    return shards
