"""``torch.onnx.export(dynamo=True)``: through torch.export and onnxscript."""

from __future__ import annotations

import importlib.util
import inspect
import linecache
import os
import re
from typing import Any

from ..errors import Cancelled, WorkerError, first_line, plain, uncoloured, user_frame
from ..torch_import import import_torch
from .constraints import violated
from .request import Export, identifier

_EXTERNAL_OVER = 1_500_000_000
OTHER = [
    {
        'kind': 'choose-exporter',
        'label': 'Use the torchscript exporter',
        'path': 'convert.exporter',
        'value': 'torchscript',
    }
]

CHOOSE_PYTHON = [{'kind': 'choose-python', 'label': 'Choose another Python'}]


def export(request: Export, path: str) -> None:
    """Write the ONNX file at ``path``, its data beside it where the weights are too large for one file."""
    torch = import_torch()
    known = inspect.signature(torch.onnx.export).parameters
    if importlib.util.find_spec('onnxscript') is None or importlib.util.find_spec('onnx') is None:
        raise WorkerError(
            'CONVERT_FAILED',
            'The dynamo exporter needs the packages onnx and onnxscript, and this Python lacks them.',
            'Install them there (pip install onnx onnxscript), or use the torchscript exporter.',
            {'torch': str(torch.__version__), 'exporter': 'dynamo'},
            OTHER,
        )
    is_program = isinstance(request.module, torch.export.ExportedProgram)
    if 'dynamic_shapes' not in known:
        # torch 2.4 has the flag, and under it ignores names and dynamic sizes without a word.
        raise WorkerError(
            'CONVERT_FAILED',
            f'The dynamo exporter of PyTorch {torch.__version__} takes neither names nor dynamic sizes.',
            'Use PyTorch 2.5 or newer for it' + ('.' if is_program else ', or use the torchscript exporter.'),
            {'torch': str(torch.__version__), 'exporter': 'dynamo'},
            CHOOSE_PYTHON if is_program else OTHER,
        )
    options: dict[str, Any] = {
        'dynamo': True,
        'input_names': request.inputs,
        'output_names': request.outputs,
        'opset_version': request.opset,
        'external_data': request.weight_bytes > _EXTERNAL_OVER,
        'verbose': False,
        # Its reports go where its file goes, never into whatever folder the worker stands in.
        'artifacts_dir': os.path.dirname(path),
    }
    if not is_program:
        options['dynamic_shapes'] = dynamic_shapes(request.module, request.dynamic, torch)
    try:
        torch.onnx.export(
            request.module,
            () if is_program else request.args,
            path,
            **{name: value for name, value in options.items() if name in known},
        )
    except Cancelled:
        raise
    except Exception as error:
        raise _explain(error, torch, is_program) from error


def dynamic_shapes(module: Any, dynamic: list[dict[int, str]], torch: Any, bounds: dict[str, tuple[int, int]] | None = None) -> Any:
    """One torch.export.Dim for each symbol, shared by all inputs that name it; None where nothing is dynamic.

    ``dynamic`` gives the symbols of each input of ``module`` by dimension, ``bounds`` the least and greatest size of a symbol.
    """
    dims: dict[str, Any] = {}
    shapes = []
    for axes in dynamic:
        for symbol in axes.values():
            if symbol not in dims:
                low, high = (bounds or {}).get(symbol, (None, None))
                dims[symbol] = torch.export.Dim(identifier(symbol), min=low, max=high)
        shapes.append({axis: dims[symbol] for axis, symbol in axes.items()} or None)
    if not dims:
        return None
    parameters = list(inspect.signature(module.forward).parameters.values())
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        # Inputs that fall into *args form one nested tuple there.
        head = [p for p in parameters if p.kind is not inspect.Parameter.VAR_POSITIONAL][: len(shapes)]
        star = next(index for index, p in enumerate(parameters) if p.kind is inspect.Parameter.VAR_POSITIONAL)
        return (*shapes[:star], tuple(shapes[star:])) if len(head) >= star else tuple(shapes)
    return tuple(shapes)


def _explain(error: BaseException, torch: Any, is_program: bool) -> WorkerError:
    causes = [error]
    while causes[-1].__cause__ is not None and len(causes) < 10:
        causes.append(causes[-1].__cause__)
    # torch wraps what went wrong in the names of its steps; the innermost says what it was.
    cause, text = causes[-1], uncoloured(error)
    tied = None if is_program else violated(cause)
    if tied is not None:
        return tied
    where = user_frame(cause) or user_frame(error) or named_frame(text)
    at = f' ({where["file"]}, line {where["line"]})' if where else ''
    operators = sorted(set(re.findall(r"No ONNX function found for <OpOverload\(op='([\w.]+)'", text)))
    evidence: dict[str, Any] = {
        'exporter': 'dynamo',
        'torch': str(torch.__version__),
        'reason': plain(cause)[:2000],
        'errors': [f'{type(item).__name__}: {first_line(item)}' for item in causes],
        'operators': operators,
        'frame': where,
    }
    if operators:
        said = f'ONNX has no words for {", ".join(operators)}, which the model uses{at}.'
        remedy = 'Replace that operation in the model'
        other = ', or try the torchscript exporter, which knows other operators.'
    else:
        said = f'The dynamo exporter cannot convert this model{at}: {type(cause).__name__}: {first_line(cause)}'
        remedy = 'Export the program again with this PyTorch' if is_program else 'Change that code'
        other = ', or try the torchscript exporter, which follows one example run and need not understand the code.'
    if is_program:
        return WorkerError('CONVERT_FAILED', said, f'{remedy}, or convert the original model.', evidence, CHOOSE_PYTHON)
    return WorkerError('CONVERT_FAILED', said, remedy + other, evidence, OTHER)


def named_frame(text: str) -> dict[str, Any] | None:
    """The last line of the user's code that the exporter's own text names."""
    for file, line in reversed(re.findall(r'File "([^"]+)", line (\d+)', text)):
        if os.path.isfile(file) and 'site-packages' not in file:
            return {'file': file, 'line': int(line), 'code': linecache.getline(file, int(line)).strip()}
    return None
