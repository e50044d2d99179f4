"""TorchScript: code and weights in one file, read by torch's own C++ reader; no Python class is needed."""

from __future__ import annotations

import os
import re
from typing import Any

from ..dtypes import CODES
from ..errors import WorkerError, first_line
from ..model import Model, Parameter
from ..operators import custom_operator_error, register_known
from ..protocol import Context
from ..torch_import import import_torch
from .traced_inputs import traced_inputs
from .unpickle import explain

_SCALARS = {
    'Float': 'float32',
    'Double': 'float64',
    'Half': 'float16',
    'BFloat16': 'bfloat16',
    'Long': 'int64',
    'Int': 'int32',
}


def load(source: dict[str, Any], context: Context) -> Model:
    """The module with forward's parameters from its schema, and a signature where the graph states all shapes."""
    context.progress('read TorchScript')
    module = _read(source)
    try:
        module.eval()
    except (AttributeError, RuntimeError):
        context.log('verbose', 'a frozen module has no training mode: it is in eval mode already')
    if not hasattr(module, 'forward'):
        raise WorkerError(
            'LOAD_FAILED',
            f'{os.path.basename(source["path"])} has no forward method.',
            'Save the module with a forward method; other methods cannot be converted.',
            {'path': source['path'], 'methods': sorted(module._c._method_names())},
        )
    arguments = module.forward.schema.arguments[1:]
    parameters = [Parameter(argument.name, not argument.has_default_value()) for argument in arguments]
    return Model(
        module,
        module.original_name,
        parameters,
        scripted=True,
        signature=_signature(module, parameters),
        example=traced_inputs(source['path'], [parameter.name for parameter in parameters]),
    )


def _read(source: dict[str, Any]) -> Any:
    torch = import_torch()
    path = source['path']
    for attempt in (0, 1):
        try:
            if os.name == 'nt':
                # torch opens a path there in the system's code page; Python's own file takes every name.
                with open(path, 'rb') as file:
                    return torch.jit.load(file, map_location='cpu')
            return torch.jit.load(path, map_location='cpu')
        except RuntimeError as error:
            unknown = re.search(r'Unknown builtin op: ([\w:.]+)', str(error))
            if unknown is None:
                raise explain(error, source) from error
            operator = unknown.group(1).rstrip('.')
            if attempt or not register_known([operator]):
                raise custom_operator_error([operator], path) from error
        except Exception as error:
            raise explain(error, source) from error
    raise AssertionError('unreachable')


def _signature(module: Any, parameters: list[Parameter]) -> dict[str, Any] | None:
    inputs = []
    try:
        values = list(module.graph.inputs())[1:]
    except RuntimeError as error:
        raise WorkerError('LOAD_FAILED', f'The graph cannot be read: {first_line(error)}', 'Save it again with this PyTorch.') from error
    for parameter, value in zip(parameters, values):
        kind = value.type()
        sizes = kind.sizes() if hasattr(kind, 'sizes') else None
        scalar = _SCALARS.get(kind.scalarType() or '') if hasattr(kind, 'scalarType') else None
        if sizes is None or scalar not in CODES or any(side is None for side in sizes):
            return None
        inputs.append({'name': parameter.name, 'dtype': scalar, 'shape': [int(side) for side in sizes]})
    return {'inputs': inputs, 'outputs': []} if inputs else None
