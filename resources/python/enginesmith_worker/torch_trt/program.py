"""The exported program that is compiled: on the GPU, with the profile's bounds; kept between the dry run and the compile."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from ..errors import WorkerError, first_line, user_frame
from ..exporters.dynamo import dynamic_shapes
from ..exporters.request import prepare
from ..protocol import Context
from ..torch_import import import_torch
from ..warm import forget_model, untouched_model
from .imports import OTHER_BACKEND


@dataclass
class Prepared:
    """``args`` lie on the GPU in forward's order; ``inputs`` are their names; ``shapes`` is torch.export's, or None."""

    program: Any
    args: tuple[Any, ...]
    inputs: list[str]
    outputs: list[str]
    shapes: Any
    #: Why the program kept bounds of its own instead of the profile's; None where it has the profile's.
    own_bounds: str | None


_kept: tuple[str, Prepared] | None = None


def prepared(params: dict[str, Any], device: Any, context: Context) -> Prepared:
    """The program of ``params``; the one of the dry run where nothing changed since."""
    global _kept
    key = json.dumps([params['source'], params['inputs'], params['profile'], params['sample'], str(device)], sort_keys=True)
    if _kept is None or _kept[0] != key:
        _kept = None
        _kept = (key, _prepare(params, device, context))
    return _kept[1]


def forget_program() -> None:
    """Let go of the program and of its GPU memory."""
    global _kept
    _kept = None


def _prepare(params: dict[str, Any], device: Any, context: Context) -> Prepared:
    torch = import_torch()
    model = untouched_model(params, context)
    specs, bounds = _bounded(params['inputs'], params['profile'])
    request = prepare(model, {**params, 'inputs': specs, 'opset': None, 'out': ''}, context)
    args = tuple(tensor.to(device) for tensor in request.args)
    own: str | None = None
    context.progress('export')
    try:
        own_program = request.module is model.program and _is_flat(model.program, len(args))
        if own_program:
            module = _moved(torch, model.program, device).module()
        else:
            module = (model.call if model.program is not None else request.module).to(device)
        shapes = dynamic_shapes(module, request.dynamic, torch, bounds)
        if own_program and _has_bounds(model, request.dynamic, bounds):
            program = _moved(torch, model.program, device)
        else:
            try:
                program = _export(torch, module, args, shapes)
            except Exception as error:
                if not own_program:
                    raise export_error(error) from error
                own = first_line(error)
                context.log('warning', f'The program cannot be exported again with the bounds of the profile, so it keeps its own: {own}')
                program = _moved(torch, model.program, device)
    finally:
        # Moving took the live model along to the GPU; the next request loads it anew.
        forget_model()
    return Prepared(program, args, request.inputs, request.outputs, shapes, own)


def export_error(error: Exception) -> WorkerError:
    """The worker error for a module that torch.export cannot follow."""
    where = user_frame(error)
    at = f' ({where["file"]}, line {where["line"]})' if where else ''
    return WorkerError(
        'BUILD_FAILED',
        f'torch.export cannot follow this model{at}: {type(error).__name__}: {first_line(error)}',
        'Change that code, or choose tensorrt, which builds from ONNX.',
        {'reason': first_line(error), 'frame': where},
        [{'kind': 'choose-backend', 'label': 'Choose another backend'}],
    )


def _export(torch: Any, module: Any, args: tuple[Any, ...], shapes: Any) -> Any:
    with torch.no_grad():
        return torch.export.export(module, args, dynamic_shapes=shapes, strict=False)


def _moved(torch: Any, program: Any, device: Any) -> Any:
    try:
        from torch.export.passes import move_to_device_pass
    except ImportError as error:
        raise WorkerError(
            'BACKEND_MISSING',
            f'PyTorch {torch.__version__} cannot move an exported program to the GPU, which Torch-TensorRT needs here.',
            'Use an environment with PyTorch 2.6 or newer and the torch-tensorrt that belongs to it, or choose another backend.',
            {'attempts': [{'path': sys.executable, 'reason': first_line(error)}]},
            OTHER_BACKEND,
        ) from error
    return move_to_device_pass(program, str(device))


def _bounded(specs: list[dict[str, Any]], profile: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, tuple[int, int]]]:
    """The inputs with a symbol of one size written as that size, and the bounds of those that vary."""
    by_name = {entry['name']: entry for entry in profile}
    bounds: dict[str, tuple[int, int]] = {}
    for spec in specs:
        entry = by_name.get(spec['name'])
        for axis, side in enumerate(spec['shape']):
            if entry is not None and isinstance(side, str):
                low, high = bounds.get(side, (1, 2**31))
                bounds[side] = (max(low, entry['min'][axis]), min(high, entry['max'][axis]))
    fixed = {symbol: low for symbol, (low, high) in bounds.items() if low == high}
    narrowed = [{**spec, 'shape': [fixed.get(side, side) if isinstance(side, str) else side for side in spec['shape']]} for spec in specs]
    return narrowed, {symbol: pair for symbol, pair in bounds.items() if symbol not in fixed}


def _is_flat(program: Any, count: int) -> bool:
    """True where the program takes its tensors one by one, by position."""
    positional, keywords = program.call_spec.in_spec.children_specs
    return bool(keywords.num_leaves == 0 and len(positional.children_specs) == count == positional.num_leaves)


def _has_bounds(model: Any, dynamics: list[dict[int, str]], bounds: dict[str, tuple[int, int]]) -> bool:
    """True where the program's own bounds are the profile's."""
    own = {symbol['name']: (symbol['min'], symbol['max']) for symbol in model.symbols}
    dynamic = {symbol for axes in dynamics for symbol in axes.values()}
    return dynamic == set(own) and all(own[symbol] == bounds.get(symbol) for symbol in dynamic)
