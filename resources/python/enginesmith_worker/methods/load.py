"""Loads a model and says what it is."""

from __future__ import annotations

from typing import Any

from ..model import tensor_list
from ..protocol import Context
from ..torch_import import import_torch
from ..warm import warm_model


def load(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The model's class, number of parameters (elements), tensors, signature and forward's parameters."""
    context.progress('import torch')
    import_torch()
    model = warm_model(params, context)
    return {
        'modelClass': model.model_class,
        'parameters': model.parameter_count(),
        'tensors': tensor_list(model.tensors()),
        'signature': model.signature,
        'forward': [{'name': parameter.name, 'required': parameter.required} for parameter in model.parameters],
        'example': model.example,
        'symbols': model.symbols,
        'findings': model.findings,
    }
