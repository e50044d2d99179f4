"""A training checkpoint: a dict with the weights somewhere in it, or with the model itself."""

from __future__ import annotations

from typing import Any

from ..model import Model, eager
from ..protocol import Context
from .pickled_module import find_module
from .state_dict import from_object
from .unpickle import unpickle


def load(source: dict[str, Any], context: Context) -> Model:
    """Weights into the named class; a whole model inside is taken as it is where no class is named."""
    saved = unpickle(source, context)
    module = find_module(saved)
    if module is not None and not source['model']:
        return eager(module)
    return from_object(saved, source, context)
