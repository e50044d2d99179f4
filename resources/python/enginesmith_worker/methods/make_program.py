"""Makes an exported program: ``torch.export`` of a copy, saved whole; what became of its weights is told."""

from __future__ import annotations

import contextlib
import inspect
import os
import tempfile
from typing import Any

from ..errors import Cancelled, WorkerError, finding, first_line, plain, uncoloured, user_frame
from ..exporters.constraints import violated
from ..exporters.dynamo import dynamic_shapes, named_frame
from ..exporters.request import Export, prepare
from ..loaders.program_screen import operators_of, read_programs
from ..operators import custom_operators
from ..protocol import Context
from ..torch_import import import_torch
from ..warm import untouched_model

_ROLES = {
    'USER_INPUT': 'input',
    'PARAMETER': 'parameter',
    'BUFFER': 'buffer',
    'CONSTANT_TENSOR': 'constant',
    'CUSTOM_OBJ': 'constant',
    'TOKEN': 'token',
}


def make_program(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The signature with what was lifted, the operators, and findings; the file appears whole or not at all."""
    torch = import_torch()
    model = untouched_model(params, context)
    findings: list[dict[str, Any]] = []
    if model.scripted:
        raise WorkerError(
            'CONVERT_FAILED',
            'TorchScript cannot be made an exported program: torch.export reads Python code, and a TorchScript file has none.',
            'Export the original model. TorchScript goes to ONNX, or stays as it is.',
            {'target': 'exported-program'},
        )
    if model.program is not None:
        program = model.program
    else:
        request = prepare(model, params, context)
        context.progress('torch.export')
        program = _export(request, params['strict'], torch)
    context.progress('save')
    handle, scratch = tempfile.mkstemp(prefix='.program-', suffix='.pt2', dir=os.path.dirname(os.path.abspath(params['out'])))
    os.close(handle)
    try:
        torch.export.save(program, scratch)
        listed = sorted({name for graph in read_programs(scratch) for name in operators_of(graph)})
        os.replace(scratch, params['out'])
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise
    custom = custom_operators(listed)
    if custom:
        findings.append(_custom(custom))
    return {'signature': _signature(program), 'operators': listed, 'custom': custom, 'symbols': _symbols(program), 'findings': findings}


def _export(request: Export, strict: bool, torch: Any) -> Any:
    options: dict[str, Any] = {'dynamic_shapes': dynamic_shapes(request.module, request.dynamic, torch)}
    if 'strict' in inspect.signature(torch.export.export).parameters:
        options['strict'] = strict
    try:
        with torch.no_grad():
            return torch.export.export(request.module, request.args, **options)
    except Cancelled:
        raise
    except Exception as error:
        raise _explain(error, strict, torch) from error


def _explain(error: Exception, strict: bool, torch: Any) -> WorkerError:
    tied = violated(error)
    if tied is not None:
        return tied
    where = user_frame(error) or named_frame(uncoloured(error))
    at = f' ({where["file"]}, line {where["line"]})' if where else ''
    other = 'non-strict' if strict else 'strict'
    label = f'Use {other} mode'
    return WorkerError(
        'CONVERT_FAILED',
        f'torch.export ({"strict" if strict else "non-strict"}) cannot take this model{at}: {type(error).__name__}: {first_line(error)}',
        f'Change that code, or try {other} mode. Where the way through the code depends on values, use torch.cond or script it.',
        {'target': 'exported-program', 'strict': strict, 'torch': str(torch.__version__), 'reason': plain(error)[:2000], 'frame': where},
        [{'kind': 'set-option', 'label': label, 'path': 'convert.strict', 'value': not strict}],
    )


def _signature(program: Any) -> list[dict[str, Any]]:
    """Every input of the graph: the user's own, and what was lifted out of the module, with its name there."""
    held = {**program.state_dict, **program.constants}
    values = {node.name: node.meta.get('val') for node in program.graph.nodes if node.op == 'placeholder'}
    rows = []
    for spec in program.graph_signature.input_specs:
        name = getattr(spec.arg, 'name', '')
        value = held.get(spec.target) if spec.target else values.get(name)
        shape = [side if isinstance(side, int) else str(side) for side in value.shape] if hasattr(value, 'shape') else []
        dtype = str(value.dtype)[6:] if hasattr(value, 'dtype') else type(getattr(spec.arg, 'value', value)).__name__
        role = _ROLES.get(spec.kind.name, spec.kind.name.lower())
        rows.append({'role': role, 'name': name, 'target': spec.target, 'dtype': dtype, 'shape': shape})
    return rows


def _symbols(program: Any) -> list[str]:
    return sorted(str(symbol) for symbol in program.range_constraints)


def _custom(custom: list[str]) -> dict[str, Any]:
    spaces = sorted({name.partition('::')[0] for name in custom})
    return finding(
        'EXPORT_CUSTOM_OP',
        'warning',
        f'The program uses operators that PyTorch itself does not have: {", ".join(custom[:20])}.',
        f'Whoever loads it has to import the library that registers {", ".join(spaces)} first. '
        'Check the operator on a small model before you ship it.',
        {'operators': custom, 'namespaces': spaces},
    )
