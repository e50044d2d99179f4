"""Compiles a program with Torch-TensorRT, runs it in memory, and saves it as an exported program."""

from __future__ import annotations

import os
import time
from typing import Any

from ..errors import Cancelled, WorkerError
from ..forward import read_inputs
from ..outputs import name_outputs
from ..protocol import Context
from ..tensors import write_tensors
from ..torch_import import import_torch
from ..torch_trt.imports import gpu, import_torch_tensorrt, tensorrt_version
from ..torch_trt.partition import engine_modules
from ..torch_trt.program import Prepared, forget_program, prepared
from ..torch_trt.settings import compile_options, read_back
from .trt_dry_run import compile_error


def trt_compile(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Writes ``out`` and one output file for each input file, which hold what the compiled module in memory computed."""
    torch = import_torch()
    device = gpu(params['options']['device'])
    trt = import_torch_tensorrt()
    options = compile_options(trt, params['options'], device, os.path.join(params['scratch'], 'timing.cache'))
    ready = prepared(params, device, context)
    phases: list[dict[str, Any]] = []
    try:
        compiled = _timed(
            phases,
            'Compiling',
            context,
            lambda: trt.dynamo.compile(ready.program, arg_inputs=list(ready.args), **options),
            'build its engines',
        )
        engines = engine_modules(compiled)
        settings = read_back(engines)
        _timed(phases, 'Running in memory', context, lambda: _run(torch, compiled, ready, params, device), 'run the compiled module')
        saved = _timed(phases, 'Saving', context, lambda: _save(trt, compiled, ready, params['out'], context), 'save the compiled module')
    finally:
        forget_program()
        torch.cuda.empty_cache()
    return {
        'version': str(trt.__version__),
        'tensorrt': tensorrt_version(),
        'engines': [name for name, _ in engines],
        'settings': settings,
        'saved': saved,
        'phases': phases,
        'ownBounds': ready.own_bounds,
    }


def _timed(phases: list[dict[str, Any]], name: str, context: Context, work: Any, doing: str) -> Any:
    context.progress(name)
    start = time.perf_counter()
    try:
        return work()
    except (Cancelled, WorkerError):
        raise
    except Exception as error:
        raise compile_error(error, doing) from error
    finally:
        phases.append({'name': name, 'seconds': time.perf_counter() - start})


def _run(torch: Any, compiled: Any, ready: Prepared, params: dict[str, Any], device: Any) -> None:
    for source, target in zip(params['samples'], params['outputs']):
        tensors = read_inputs(source, ready.inputs)
        with torch.no_grad():
            result = compiled(*(tensors[name].to(device) for name in ready.inputs))
        torch.cuda.synchronize()
        write_tensors(target, dict(name_outputs(result, ready.inputs, ready.outputs)))


def _save(trt: Any, compiled: Any, ready: Prepared, path: str, context: Context) -> str:
    """By tracing the compiled module anew, as Torch-TensorRT advises; where that fails, by its graph as it is."""
    dynamic = {} if ready.shapes is None else {'dynamic_shapes': ready.shapes}
    scratch = f'{path}.part'
    try:
        trt.save(compiled, scratch, output_format='exported_program', arg_inputs=list(ready.args), retrace=True, **dynamic)
        how = 'retraced'
    except Exception as error:
        context.log('warning', f'The compiled module cannot be traced anew to be saved ({error}); its graph is saved as it is.')
        trt.save(compiled, scratch, output_format='exported_program', retrace=False)
        how = 'graph'
    os.replace(scratch, path)
    return how
