"""An exported program (``torch.export.save``): graph and weights; no Python class is needed, its operators are."""

from __future__ import annotations

import logging
import math
import os
import pickle
import re
import zipfile
from typing import Any

from ..dtypes import CODES, name_of
from ..errors import WorkerError, first_line
from ..model import Model, Parameter
from ..operators import check_program, custom_operator_error, is_registered, register_known
from ..outputs import name_outputs
from ..protocol import Context
from ..torch_import import import_torch
from .program_errors import explain_program, lifted_inputs, missing_attributes
from .program_screen import hostile_text, operators_of, read_programs
from .unpickle import explain, weights_only


def load(source: dict[str, Any], context: Context) -> Model:
    """The program with its signature and the bounds of its symbols; it runs through ``ep.module()``."""
    context.progress('read the graph')
    made_by = _look_before(source)
    context.progress('load the program')
    program = _read(source, made_by)
    missing_attributes(program, source['path'])
    lifted_inputs(program, source['path'])
    try:
        module = program.module()
    except Exception as error:
        raise explain_program(error, source['path']) from error
    inputs, constants = _user_inputs(program)
    signature = {'inputs': [spec for spec in inputs if spec['dtype'] in CODES], 'outputs': _outputs(program, inputs)}
    return Model(
        _program_call(module, program.call_spec.in_spec, constants),
        None,
        [Parameter(spec['name'], True) for spec in inputs],
        program=program,
        signature=signature if len(signature['inputs']) == len(inputs) else None,
        symbols=_symbols(program),
        findings=check_program(program, source['path']),
    )


def _program_call(module: Any, in_spec: Any, constants: list[tuple[bool, Any]]) -> Any:
    """A module that calls the unlifted one with flat tensors: puts constants back and rebuilds nested arguments."""
    from torch.utils import _pytree as pytree

    class ProgramCall(import_torch().nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.training = False
            self.module = module

        def forward(self, *tensors: Any) -> Any:
            given = iter(tensors)
            leaves = [value if constant else next(given) for constant, value in constants]
            args, kwargs = pytree.tree_unflatten(leaves, in_spec)
            return self.module(*args, **kwargs)

    return ProgramCall()


def _look_before(source: dict[str, Any]) -> str | None:
    """Before torch reads the file: is it whole, would a string in it run as code, are its operators known here?

    Gives the version of torch that wrote it, where it says.
    """
    path = source['path']
    try:
        programs = read_programs(path)
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError) as error:
        raise explain(EOFError(first_line(error)), source) from error
    if not programs:
        raise WorkerError(
            'LOAD_FAILED',
            f'{os.path.basename(path)} holds no exported program.',
            'Save it with torch.export.save(); other archives of the same ending cannot be converted.',
            {'path': path},
        )
    for program in programs:
        hostile = None if source['trusted'] else hostile_text(program)
        if hostile is not None:
            raise WorkerError(
                'LOAD_DANGEROUS_PICKLE',
                'The graph in the file holds text that would run as code when PyTorch reads it, and that no exporter '
                f'writes: {hostile[:200]!r}. Nothing was run.',
                'Do not open it unless you made it yourself; then trust this file once.',
                {'path': path, 'text': hostile[:1000]},
            )
        needed = operators_of(program)
        if not register_known(needed):
            raise custom_operator_error([name for name in needed if not is_registered(name)], path)
    made_by = programs[0].get('torch_version') if isinstance(programs[0], dict) else None
    return made_by if isinstance(made_by, str) else None


def _read(source: dict[str, Any], made_by: str | None) -> Any:
    torch = import_torch()
    heard = _Listener()
    logger = logging.getLogger('torch.export')
    logger.addHandler(heard)
    try:
        with weights_only(source['trusted']), open(source['path'], 'rb') as file:
            return torch.export.load(file)
    except Exception as error:
        # torch logs the cause and raises a sentence that points to the log.
        cause = heard.error or error
        if isinstance(cause, pickle.UnpicklingError) or 'Weights only load failed' in str(cause):
            raise WorkerError(
                'LOAD_UNSAFE_GLOBALS',
                f'The weights or constants in the file are pickles that name more than tensors: {first_line(cause)}',
                'Export it again with this PyTorch, or trust this file once if you made it yourself.',
                {'path': source['path'], 'globals': [], 'reason': first_line(cause)},
            ) from error
        raise explain_program(cause, source['path'], made_by) from error
    finally:
        logger.removeHandler(heard)


class _Listener(logging.Handler):
    """Keeps the exception of the last warning."""

    error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.error = record.exc_info[1]


def _user_inputs(program: Any) -> tuple[list[dict[str, Any]], list[tuple[bool, Any]]]:
    """Specs of the tensor inputs, and for every input whether it is a constant and which."""
    torch = import_torch()
    values = {node.name: node.meta.get('val') for node in program.graph.nodes if node.op == 'placeholder'}
    specs: list[dict[str, Any]] = []
    constants: list[tuple[bool, Any]] = []
    for spec in program.graph_signature.input_specs:
        if spec.kind.name != 'USER_INPUT':
            continue
        value = values.get(getattr(spec.arg, 'name', ''))
        if torch.is_tensor(value):
            specs.append(_tensor_spec(spec.arg.name, value))
            constants.append((False, None))
        elif hasattr(spec.arg, 'value'):
            constants.append((True, spec.arg.value))
        else:
            raise WorkerError(
                'LOAD_FAILED',
                f'The input {spec.arg.name} of the program is a number, not a tensor.',
                'Export it again with that number fixed, or as a tensor.',
                {'input': spec.arg.name},
            )
    return specs, constants


def _tensor_spec(name: str, value: Any) -> dict[str, Any]:
    shape = [int(side) if isinstance(side, int) else str(side) for side in value.shape]
    return {'name': name, 'dtype': name_of(value.dtype), 'shape': shape}


def _outputs(program: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Specs of the outputs under the names that a run gives them; empty where the graph does not tell."""
    torch = import_torch()
    from torch.utils import _pytree as pytree

    output = next(node for node in program.graph.nodes if node.op == 'output')
    by_name = {node.name: node.meta.get('val') for node in program.graph.nodes}
    names = [getattr(spec.arg, 'name', None) for spec in program.graph_signature.output_specs if spec.kind.name == 'USER_OUTPUT']
    values = [by_name.get(name) for name in names]
    if not output.args or len(values) != program.call_spec.out_spec.num_leaves:
        return []
    try:
        named = name_outputs(pytree.tree_unflatten(values, program.call_spec.out_spec), [spec['name'] for spec in inputs], None)
    except (WorkerError, ValueError, TypeError):
        return []
    return [_tensor_spec(name, value) for name, value in named if torch.is_tensor(value) and name_of(value.dtype) in CODES]


def _symbols(program: Any) -> list[dict[str, Any]]:
    def bound(value: Any) -> int | None:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return None
        return int(number) if math.isfinite(number) and abs(number) < 2**53 else None

    return [
        {'name': str(symbol), 'min': bound(limits.lower), 'max': bound(limits.upper)}
        for symbol, limits in program.range_constraints.items()
        if re.match(r'^[A-Za-z_]\w*$', str(symbol))
    ]
