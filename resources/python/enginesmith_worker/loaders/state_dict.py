"""Weights into a class: finds the name -> tensor dict in what was saved, and loads it strictly."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ..classes import build
from ..errors import WorkerError, first_line
from ..model import Model, eager, tensor_list
from ..protocol import Context
from ..torch_import import import_torch
from .mismatch import key_table, mismatch
from .unpickle import unpickle

# Where training scripts put weights, the likeliest first; an average (ema) only where nothing else is.
_USUAL_KEYS = ('state_dict', 'model_state_dict', 'model', 'net', 'network', 'module', 'weights', 'params', 'generator')
_AVERAGES = ('ema', 'model_ema', 'ema_state_dict', 'params_ema')
_MAX_DEPTH = 4


def load(source: dict[str, Any], context: Context) -> Model:
    """A ``torch.save(model.state_dict())`` file, zip or legacy, with or without other entries around the weights."""
    return from_object(unpickle(source, context), source, context)


def from_object(saved: Any, source: dict[str, Any], context: Context) -> Model:
    """A model of the named class with the best matching weights among those saved."""
    candidates = find_weights(saved)
    if not candidates:
        raise WorkerError(
            'LOAD_FAILED',
            f'{os.path.basename(source["path"])} holds no weights: no dict of names to tensors was found in it.',
            'Choose the file that has the model; an optimizer or a log does not.',
            {'path': source['path'], 'found': type(saved).__name__},
        )
    if not source['model']:
        raise class_needed(source, max((weights for _, weights in candidates), key=len))
    context.progress('make the model')
    model = build(source['model'], source['modelArgs'], source['project'])
    candidates = [(where, _rename(weights, source.get('keyPrefix'))) for where, weights in candidates]
    wanted = model.state_dict()
    where, weights = max(candidates, key=lambda candidate: _matches(candidate[1], wanted))
    if where:
        context.log('info', f'the weights were taken from the entry {where}')
    load_strictly(model, weights, source)
    return eager(model, source['model'])


def class_needed(source: dict[str, Any], weights: Mapping[str, Any]) -> WorkerError:
    """``LOAD_CLASS_NEEDED``: weights alone do not say how to compute."""
    return WorkerError(
        'LOAD_CLASS_NEEDED',
        f'{os.path.basename(source["path"])} holds weights only ({len(weights)} tensors); how to compute with them is in '
        'the Python class of the model.',
        'Name the class as module:Class and choose the project folder that holds it.',
        {'path': source['path'], 'tensors': [entry['name'] for entry in tensor_list(dict(list(weights.items())[:50]))]},
        [
            {'kind': 'set-option', 'label': 'Name the class', 'path': 'load.model'},
            {'kind': 'choose-folder', 'label': 'Choose the project folder'},
        ],
    )


def find_weights(saved: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every dict of names to tensors in what was saved, with where it lies, the likeliest first."""
    found: list[tuple[str, dict[str, Any]]] = []
    _search(saved, (), found)
    return sorted(found, key=lambda candidate: _rank(candidate[0]))


def _search(value: Any, path: tuple[str, ...], found: list[tuple[str, dict[str, Any]]]) -> None:
    torch = import_torch()
    if not isinstance(value, Mapping) or len(path) > _MAX_DEPTH:
        return
    tensors = {key: item for key, item in value.items() if isinstance(key, str) and torch.is_tensor(item)}
    if tensors:
        found.append(('.'.join(path), _with_versions(tensors, getattr(value, '_metadata', None))))
    for key, item in value.items():
        if isinstance(item, Mapping):
            _search(item, (*path, str(key)), found)


def _rank(where: str) -> tuple[int, int]:
    last = where.rpartition('.')[2]
    if last in _USUAL_KEYS:
        return where.count('.'), _USUAL_KEYS.index(last)
    if last in _AVERAGES:
        return 50 + where.count('.'), _AVERAGES.index(last)
    return (0, -1) if where == '' else (90 + where.count('.'), 0)


def _matches(weights: Mapping[str, Any], wanted: Mapping[str, Any]) -> int:
    return sum(name in wanted for name in weights) or sum(any(key.endswith(name) for key in weights) for name in wanted) - 1_000_000


def _with_versions(weights: dict[str, Any], versions: Any) -> dict[str, Any]:
    """The weights with the versions of their modules, which some classes ask for when they load (torchvision's mnasnet)."""
    if not isinstance(versions, Mapping):
        return weights
    versioned: dict[str, Any] = OrderedDict(weights)
    versioned._metadata = versions  # type: ignore[attr-defined]
    return versioned


def _rename(weights: dict[str, Any], prefix: str | None) -> dict[str, Any]:
    if not prefix:
        return weights
    if prefix.startswith('+'):
        renamed = {prefix[1:] + name: tensor for name, tensor in weights.items()}
    else:
        renamed = {name[len(prefix) :] if name.startswith(prefix) else name: tensor for name, tensor in weights.items()}
    versions = getattr(weights, '_metadata', None)
    return _with_versions(renamed, versions and {_moved(str(name), prefix): version for name, version in versions.items()})


def _moved(module: str, prefix: str) -> str:
    """The name of a module, which has no point at its end, under the changed prefix."""
    if prefix.startswith('+'):
        return (prefix[1:] + module).rstrip('.')
    return f'{module}.'[len(prefix) :].rstrip('.') if f'{module}.'.startswith(prefix) else module


def load_strictly(model: Any, weights: dict[str, Any], source: dict[str, Any]) -> None:
    """Load with every key and every shape as the class has it; raises ``LOAD_STATE_DICT_MISMATCH`` with the table."""
    table = key_table(model.state_dict(), weights)
    if any(table.values()):
        raise mismatch(model.state_dict(), weights, table, source)
    try:
        model.load_state_dict(weights, strict=True)
    except Exception as error:  # a class may look at what it loads, and refuse it in its own way
        raise WorkerError(
            'LOAD_STATE_DICT_MISMATCH',
            f'The weights do not fit the class {source["model"]}: {first_line(error)}',
            'Check the arguments of the class against the training script.',
            {'class': source['model'], 'reason': first_line(error)},
        ) from error
