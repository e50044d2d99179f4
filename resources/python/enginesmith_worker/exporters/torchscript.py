"""``torch.onnx.export(dynamo=False)``: follows one run of the sample, or takes a TorchScript graph as it is."""

from __future__ import annotations

import contextlib
import inspect
import linecache
import os
import re
import warnings
from collections.abc import Iterator
from typing import Any

from ..errors import Cancelled, WorkerError, finding, first_line, user_frame
from ..torch_import import import_torch
from .request import Export, identifier

OTHER = [{'kind': 'choose-exporter', 'label': 'Use the dynamo exporter', 'path': 'convert.exporter', 'value': 'dynamo'}]


def export(request: Export, path: str, is_scripted: bool) -> list[dict[str, Any]]:
    """Write the ONNX file at ``path``; returns a finding for each value that tracing froze."""
    torch = import_torch()
    dynamic = {
        name: {axis: identifier(symbol) for axis, symbol in axes.items()} for name, axes in zip(request.inputs, request.dynamic) if axes
    }
    options: dict[str, Any] = {
        'input_names': request.inputs,
        'output_names': request.outputs,
        'dynamic_axes': dynamic or None,
        'opset_version': request.opset,
        'do_constant_folding': True,
    }
    if 'dynamo' in inspect.signature(torch.onnx.export).parameters:
        options['dynamo'] = False
    with _with_places(torch, options), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            torch.onnx.export(request.module, request.args, path, **options)
        except Cancelled:
            raise
        except Exception as error:
            raise _explain(error, torch, is_scripted) from error
    return frozen_values(caught, torch, OTHER)


@contextlib.contextmanager
def _with_places(torch: Any, options: dict[str, Any]) -> Iterator[None]:
    """Have the exporter note the line of Python with each node, which it does when it is verbose, and keep it from printing the graph."""
    printing = getattr(torch._C, '_jit_onnx_log', None)
    if printing is None:
        yield
        return
    options['verbose'] = True
    torch._C._jit_onnx_log = lambda *_: None
    try:
        yield
    finally:
        torch._C._jit_onnx_log = printing


def frozen_values(caught: list[warnings.WarningMessage], torch: Any, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``CONVERT_TRACE_CONSTANT`` for each line that turned a tensor into a number while it was traced."""
    own = os.path.dirname(os.path.abspath(torch.__file__))
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for warning in caught:
        if not issubclass(warning.category, torch.jit.TracerWarning):
            continue
        place = (warning.filename, warning.lineno)
        # A library's own lines (an image resize, say) are noise unless they are all there is.
        found.setdefault(
            place,
            finding(
                'CONVERT_TRACE_CONSTANT',
                'info' if os.path.abspath(warning.filename).startswith(own) else 'warning',
                f'Tracing took a value of the sample for a constant at {os.path.basename(warning.filename)}, line {warning.lineno}: '
                f'{first_line(warning.message)}',
                'Check the result at a second shape; script that part or use the dynamo exporter if it must follow the input.',
                {
                    'file': warning.filename,
                    'line': warning.lineno,
                    'code': linecache.getline(warning.filename, warning.lineno).strip(),
                    'reason': first_line(warning.message),
                },
                actions,
            ),
        )
    return list(found.values())


def _source_of(text: str) -> dict[str, Any] | None:
    """The line of the script's own source that the exporter names; that file lies where the script was made."""
    found = re.search(r'# (\S+\.py):(\d+):\d+', text)
    return {'file': found.group(1), 'line': int(found.group(2)), 'code': ''} if found else None


def _explain(error: Exception, torch: Any, is_scripted: bool) -> WorkerError:
    if isinstance(error, ModuleNotFoundError) or 'is not installed' in str(error):
        return WorkerError(
            'PACKAGE_MISSING',
            f'The torchscript exporter needs a package that this Python lacks: {first_line(error)}',
            'Install it there: pip install onnx.',
            {'package': getattr(error, 'name', None) or 'onnx', 'exporter': 'torchscript'},
            [{'kind': 'choose-python', 'label': 'Choose another Python'}],
        )
    where = user_frame(error) or _source_of(str(error))
    at = f' ({where["file"]}, line {where["line"]})' if where else ''
    operators = re.findall(r"Exporting the operator '([\w:]+)'", str(error))
    evidence = {
        'exporter': 'torchscript',
        'torch': str(torch.__version__),
        'reason': first_line(error),
        'operators': operators,
        'frame': where,
    }
    if is_scripted:
        remedy, actions = (
            'TorchScript has no other exporter, so nothing here converts this file: convert the original model, or take the '
            'ONNX file that its authors may ship beside it. PyTorch runs it as it is.',
            [],
        )
    else:
        remedy, actions = 'Try the dynamo exporter.', OTHER
    if 'opset' in str(error).lower():
        remedy = f'Choose another opset. {remedy}'
        actions = [
            *actions,
            {'kind': 'set-option', 'label': "Use the exporter's own opset", 'path': 'convert.opset', 'value': None},
        ]
    return WorkerError(
        'CONVERT_FAILED',
        f'The torchscript exporter cannot convert this model{at}: {type(error).__name__}: {first_line(error)}',
        remedy,
        evidence,
        actions,
    )
