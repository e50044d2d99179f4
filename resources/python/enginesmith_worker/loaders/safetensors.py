"""A ``.safetensors`` file: weights alone, nothing that could run."""

from __future__ import annotations

from typing import Any

from ..model import Model
from ..protocol import Context
from ..tensors import read_tensors
from .state_dict import from_object


def load(source: dict[str, Any], context: Context) -> Model:
    """The tensors into the named class."""
    return from_object(read_tensors(source['path']), source, context)
