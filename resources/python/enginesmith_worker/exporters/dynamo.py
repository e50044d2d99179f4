"""``torch.onnx.export(dynamo=True)``: through torch.export and onnxscript."""

from __future__ import annotations

import importlib.util
import inspect
import re
from typing import Any

from ..errors import Cancelled, WorkerError, first_line, plain, user_frame
from ..torch_import import import_torch
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
    options: dict[str, Any] = {
        'dynamo': True,
        'input_names': request.inputs,
        'output_names': request.outputs,
        'opset_version': request.opset,
        'external_data': request.weight_bytes > _EXTERNAL_OVER,
        'verbose': False,
    }
    is_program = isinstance(request.module, torch.export.ExportedProgram)
    if not is_program:
        options['dynamic_shapes'] = _dynamic_shapes(request, torch)
    try:
        program = torch.onnx.export(
            request.module,
            () if is_program else request.args,
            path,
            **{name: value for name, value in options.items() if name in known},
        )
        if 'dynamic_shapes' not in known and program is not None:
            program.save(path)  # torch 2.4 gives the program back and leaves saving to its caller
    except Cancelled:
        raise
    except Exception as error:
        raise _explain(error, torch) from error


def _dynamic_shapes(request: Export, torch: Any) -> Any:
    """One torch.export.Dim for each symbol, shared by all inputs that name it; None where nothing is dynamic."""
    dims: dict[str, Any] = {}
    shapes = []
    for axes in request.dynamic:
        for symbol in axes.values():
            if symbol not in dims:
                dims[symbol] = torch.export.Dim(identifier(symbol))
        shapes.append({axis: dims[symbol] for axis, symbol in axes.items()} or None)
    if not dims:
        return None
    parameters = list(inspect.signature(request.module.forward).parameters.values())
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        # Inputs that fall into *args form one nested tuple there.
        head = [p for p in parameters if p.kind is not inspect.Parameter.VAR_POSITIONAL][: len(shapes)]
        star = next(index for index, p in enumerate(parameters) if p.kind is inspect.Parameter.VAR_POSITIONAL)
        return (*shapes[:star], tuple(shapes[star:])) if len(head) >= star else tuple(shapes)
    return tuple(shapes)


def _explain(error: BaseException, torch: Any) -> WorkerError:
    chain, item = [], error
    while item is not None and len(chain) < 10:
        chain.append(item)
        item = item.__cause__ or item.__context__
    cause = next((item for item in chain if type(item).__name__ in ('UserError', 'ConstraintViolationError')), chain[-1])
    if type(error).__name__ in ('ConversionError', 'UnsupportedOperatorError') or isinstance(cause, Cancelled):
        cause = error
    text = plain(cause)
    where = user_frame(cause) or user_frame(error)
    at = f' ({where["file"]}, line {where["line"]})' if where else ''
    evidence: dict[str, Any] = {
        'exporter': 'dynamo',
        'torch': str(torch.__version__),
        'reason': text[:2000],
        'errors': [f'{type(item).__name__}: {first_line(item)}' for item in chain],
        'frame': where,
    }
    missing = sorted(
        set(
            re.findall(
                r'No decompositions? registered for.*?torch\.ops\.([\w.]+)|No ONNX function found for <OpOverload\(op=\'([\w.]+)',
                plain(error),
            )
        )
    )
    if missing:
        evidence['operators'] = [first or second for first, second in missing]
    fixed = re.search(r'(specialized|constant|Constraints violated|not all values of (\w+))', text)
    if fixed and re.search('Constraint|specialized|dynamic', text):
        return WorkerError(
            'CONVERT_FAILED',
            f'A dimension that should be dynamic is fixed by the code of the model{at}: {_constraint(text)}',
            'State that dimension as a number, or change the code that fixes it; the torchscript exporter would freeze it silently.',
            evidence,
            [{'kind': 'set-option', 'label': 'Set the inputs', 'path': 'load.inputs'}, *OTHER],
        )
    return WorkerError(
        'CONVERT_FAILED',
        f'The dynamo exporter cannot convert this model{at}: {type(cause).__name__}: {first_line(cause)}',
        'Try the torchscript exporter; it follows one example run and does not need to understand the code.',
        evidence,
        OTHER,
    )


def _constraint(text: str) -> str:
    lines = [line.strip(' -') for line in text.splitlines() if line.strip()]
    told = [line for line in lines if re.search(r'specialized|not all values|must (always )?be|was inferred', line)]
    return (told or lines)[0]
