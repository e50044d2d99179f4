"""A model that was pickled whole, ``torch.save(model)``, alone or inside a dict such as YOLO's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ..errors import WorkerError, finding
from ..model import Model, eager
from ..protocol import Context
from ..torch_import import import_torch
from .state_dict import find_weights, from_object
from .unpickle import unpickle

# An averaged model, where it was saved too, is the one that its trainer uses for inference.
_USUAL_KEYS = ('ema', 'model', 'module', 'net', 'network')


def load(source: dict[str, Any], context: Context) -> Model:
    """The first module in the pickle; weights found instead of one go to the named class."""
    saved = unpickle(source, context)
    module = find_module(saved)
    if module is not None:
        model = eager(module)
        half = model.half()
        if half is not None:
            model.findings.append(_half(half))
        return model
    if find_weights(saved):
        return from_object(saved, source, context)
    raise WorkerError(
        'LOAD_FAILED',
        f'{os.path.basename(source["path"])} holds a {type(saved).__name__}, and no model is in it.',
        'Choose the file that has the model.',
        {'path': source['path'], 'found': type(saved).__name__},
    )


def _half(dtype: str) -> dict[str, Any]:
    return finding(
        'LOAD_HALF_PRECISION',
        'info',
        f'All weights of this model are saved as {dtype}. With float32 inputs they are widened to float32, without loss; '
        f'with {dtype} inputs the model computes as it was saved.',
        f'State float32 inputs, and choose a lower precision in the graph or the build; or state {dtype} inputs to compute in it.',
        {'dtype': dtype},
        [{'kind': 'set-option', 'label': 'Set the inputs', 'path': 'load.inputs'}],
    )


def find_module(saved: Any, depth: int = 0) -> Any | None:
    """The ``nn.Module`` in what was saved, by the usual keys first; None where there is none."""
    torch = import_torch()
    if isinstance(saved, torch.nn.Module):
        return saved
    if depth > 3:
        return None
    if isinstance(saved, Mapping):
        usual = [saved[key] for key in _USUAL_KEYS if key in saved]
        values = [*usual, *saved.values()]
    elif isinstance(saved, (list, tuple)):
        values = list(saved)
    else:
        return None
    for value in values:
        module = find_module(value, depth + 1)
        if module is not None:
            return module
    return None
