"""Converts the model to ONNX by the exporter asked for; what came out is read back, and moved into place whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from ..errors import WorkerError, finding
from ..exporters import dynamo, torchscript
from ..exporters.places import take_out_folders
from ..exporters.request import Export, prepare
from ..model import Model
from ..protocol import Context
from ..warm import untouched_model


def export_onnx(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Files written (the graph first), the opset that they really have, the exporter that was used, and findings."""
    model = untouched_model(params, context)
    request = prepare(model, params, context)
    asked = params['exporter']
    exporter, findings = _choose(model, asked)
    folder = os.path.dirname(os.path.abspath(request.path))
    scratch = tempfile.mkdtemp(prefix='.export-', dir=folder)
    try:
        path = os.path.join(scratch, os.path.basename(request.path))
        context.progress(f'{exporter} exporter')
        if exporter == 'dynamo':
            dynamo.export(request, path)
        else:
            findings += torchscript.export(request, path, model.scripted)
        context.progress('read back')
        opset, inputs, outputs = _read_back(path, params['source'].get('project'))
        _check_names(request, list(inputs), outputs, exporter)
        findings += _compare(request, opset, inputs, exporter)
        return {'files': _move(scratch, request.path), 'opset': opset, 'exporter': exporter, 'findings': findings}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _choose(model: Model, asked: str) -> tuple[str, list[dict[str, Any]]]:
    """A TorchScript graph and an exported program each have one exporter; say so where another was asked for."""
    only, what = ('torchscript', 'TorchScript') if model.scripted else ('dynamo', 'an exported program') if model.program else (asked, '')
    if only == asked:
        return asked, []
    return only, [
        finding(
            'CONVERT_EXPORTER_FALLBACK',
            'info',
            f'The {only} exporter was used: the {asked} exporter cannot take {what}.',
            'Nothing needs to be done; to use the other exporter, convert the original model.',
            {'asked': asked, 'used': only},
        )
    ]


def _read_back(path: str, project: str | None) -> tuple[int, dict[str, list[Any]], list[str]]:
    """The opset, the inputs with their sizes (a number or a symbol, None where nothing is said), and the outputs.

    On the way the folders of this machine go out of the file's notes."""
    try:
        import onnx
    except ImportError as error:
        raise WorkerError(
            'PACKAGE_MISSING',
            'This Python lacks the package onnx.',
            'Install it there: pip install onnx.',
            {'package': 'onnx'},
        ) from error
    model = onnx.load(path, load_external_data=False)
    if take_out_folders(model, project):
        onnx.save(model, path)
    opset = next((entry.version for entry in model.opset_import if entry.domain in ('', 'ai.onnx')), 0)
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = {
        value.name: [dim.dim_value if dim.HasField('dim_value') else dim.dim_param or None for dim in value.type.tensor_type.shape.dim]
        for value in model.graph.input
        if value.name not in stored
    }
    return opset, inputs, [value.name for value in model.graph.output]


def _check_names(request: Export, inputs: list[str], outputs: list[str], exporter: str) -> None:
    """Hops are compared by name: a graph with names of its own would be compared with nothing."""
    unknown = [name for name in inputs if name not in request.inputs]
    if unknown or outputs != request.outputs:
        raise WorkerError(
            'CONVERT_FAILED',
            f'The {exporter} exporter wrote other names than it was given: inputs {", ".join(inputs)}, outputs {", ".join(outputs)}.',
            'Use the other exporter, or a newer PyTorch.',
            {'exporter': exporter, 'inputs': inputs, 'outputs': outputs, 'wanted': [*request.inputs, *request.outputs]},
            torchscript.OTHER if exporter == 'torchscript' else dynamo.OTHER,
        )


def _compare(request: Export, opset: int, inputs: dict[str, list[Any]], exporter: str) -> list[dict[str, Any]]:
    """Findings where the file is not what was asked for; a size that should be dynamic and is not is a failure."""
    frozen = [
        {'input': name, 'axis': axis, 'symbol': symbol, 'size': inputs[name][axis]}
        for name, axes in zip(request.inputs, request.dynamic)
        for axis, symbol in axes.items()
        if name in inputs and isinstance(inputs[name][axis], int)
    ]
    if frozen:
        said = ', '.join(f'{item["symbol"]} of {item["input"]} came out as {item["size"]}' for item in frozen)
        raise WorkerError(
            'CONVERT_FAILED',
            f'A size that should be dynamic is fixed by the code of the model: {said}.',
            'State that size as a number in the inputs, or change the code that fixes it.',
            {'exporter': exporter, 'frozen': frozen},
            [{'kind': 'set-option', 'label': 'Set the inputs', 'path': 'load.inputs'}],
        )
    findings = []
    if request.opset is not None and opset != request.opset:
        findings.append(
            finding(
                'CONVERT_OPSET_RAISED',
                'warning',
                f'Opset {request.opset} was asked for, and the {exporter} exporter wrote opset {opset}.',
                'Use it as it is, or choose the torchscript exporter for an older opset.',
                {'asked': request.opset, 'written': opset, 'exporter': exporter},
            )
        )
    dropped = [name for name in request.inputs if name not in inputs]
    if dropped:
        findings.append(
            finding(
                'CONVERT_TRACE_CONSTANT',
                'warning',
                f'The graph does not use {", ".join(dropped)}: the exporter left that input out.',
                'If the model should depend on it, use the dynamo exporter; else take it off the inputs.',
                {'inputs': dropped, 'exporter': exporter},
            )
        )
    return findings


def _move(scratch: str, path: str) -> list[str]:
    """Move what was written beside the target: data first, so that a graph never lies there without them."""
    folder, name = os.path.split(os.path.abspath(path))
    data = sorted(entry for entry in os.listdir(scratch) if entry != name)
    for entry in [*data, name]:
        os.replace(os.path.join(scratch, entry), os.path.join(folder, entry))
    return [path, *(os.path.join(folder, entry) for entry in data)]
