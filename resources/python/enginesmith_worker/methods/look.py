"""Opens a pickled file under the trust that was given for it, and lists what came out; no class is built, nothing is run."""

from __future__ import annotations

from typing import Any

from ..classes import use_project
from ..loaders.pickled_module import find_module
from ..loaders.state_dict import find_weights
from ..loaders.unpickle import unpickle
from ..model import eager, tensor_list
from ..protocol import Context
from ..warm import complete


def look(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Class, parameters (elements), tensors and forward's parameters; without a module, those of the likeliest weights."""
    source = complete(params.get('source'))
    use_project(source['project'])
    context.progress('load')
    saved = unpickle(source, context)
    module = find_module(saved)
    if module is not None:
        model = eager(module)
        forward = [{'name': parameter.name, 'required': parameter.required} for parameter in model.parameters]
        return {
            'modelClass': model.model_class,
            'parameters': model.parameter_count(),
            'tensors': tensor_list(model.tensors()),
            'forward': forward,
        }
    found = find_weights(saved)
    weights = found[0][1] if found else {}
    return {
        'modelClass': None,
        'parameters': sum(tensor.numel() for tensor in weights.values()),
        'tensors': tensor_list(weights),
        'forward': [],
    }
