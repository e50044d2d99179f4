"""onnx.checker with full shape inference, and a count of what is in the graph."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from ..errors import WorkerError, first_line, plain
from ..protocol import Context


def check_onnx(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Whether the checker accepts the file and why not, its opset, and its operators with those of subgraphs."""
    try:
        import onnx
    except ImportError as error:
        raise WorkerError(
            'PACKAGE_MISSING',
            'The package onnx is not installed in this Python.',
            'Run the set-up again: it installs onnx into the managed environment.',
            {'package': 'onnx'},
        ) from error
    path = params['path']
    context.progress('read')
    with open(path, 'rb'):
        pass
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:
        raise WorkerError(
            'ONNX_INVALID',
            f'{os.path.basename(path)} cannot be read as ONNX: {first_line(error)}',
            'Get the file again, or convert the original model again.',
            {'path': path, 'reason': first_line(error)},
        ) from error
    missing = _missing_data(model, path)
    if missing:
        raise WorkerError(
            'ONNX_EXTERNAL_DATA_MISSING',
            f'The weights of {os.path.basename(path)} lie in other files, and these are not beside it: {", ".join(missing[:20])}.',
            'Put them into the same folder.',
            {'path': path, 'missing': missing},
            [{'kind': 'choose-file', 'label': 'Choose the file again'}],
        )
    context.progress('check')
    message = None
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        message = plain(error)
    operators: Counter[str] = Counter()
    for graph in [model.graph, *model.functions]:
        _count(graph.node, operators)
    return {
        'ok': message is None,
        'message': message,
        'opset': next((entry.version for entry in model.opset_import if entry.domain in ('', 'ai.onnx')), 0),
        'nodes': sum(operators.values()),
        'operators': dict(sorted(operators.items())),
    }


def _count(nodes: Any, operators: Counter[str]) -> None:
    for node in nodes:
        operators[node.op_type if node.domain in ('', 'ai.onnx') else f'{node.domain}.{node.op_type}'] += 1
        for attribute in node.attribute:
            for graph in [attribute.g, *attribute.graphs]:
                _count(graph.node, operators)


def _missing_data(model: Any, path: str) -> list[str]:
    folder = os.path.dirname(os.path.abspath(path))
    places = {
        entry.value
        for tensor in model.graph.initializer
        if tensor.data_location == 1
        for entry in tensor.external_data
        if entry.key == 'location'
    }
    return sorted(place for place in places if not os.path.isfile(os.path.join(folder, place)))
