"""Makes a TorchScript file: by following a run (trace) or by compiling the code (script), plain, frozen or optimised."""

from __future__ import annotations

import copy
import os
import shutil
import tempfile
import warnings
from typing import Any

from ..errors import Cancelled, WorkerError, finding, first_line, user_frame
from ..exporters.request import Export, prepare
from ..exporters.torchscript import frozen_values
from ..forward import read_inputs
from ..model import Model
from ..protocol import Context
from ..torch_import import import_torch
from ..warm import untouched_model

TRACE = {'kind': 'set-option', 'label': 'Trace instead', 'path': 'convert.script', 'value': 'trace'}
SCRIPT = {'kind': 'set-option', 'label': 'Script instead', 'path': 'convert.script', 'value': 'script'}


def make_torchscript(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """How it was made, how many branches and loops the graph has, and findings; the file appears whole or not at all."""
    model = untouched_model(params, context)
    findings: list[dict[str, Any]] = []
    how = params['script']
    if model.scripted:
        how, module = 'as it is', model.call
    elif how == 'script' and model.program is None:
        context.progress('script the model')
        tensors = read_inputs(params['sample'], [spec['name'] for spec in params['inputs']])
        module = _script(copy.deepcopy(model.fitting(tensors)).eval())
    else:
        if how == 'script':
            findings.append(_program_is_traced())
        how = 'trace'
        context.progress('trace the model')
        module = _trace(model, prepare(model, params, context), findings)
    branches, loops = _control_flow(module)
    variant = params['variant']
    if variant != 'plain':
        context.progress(f'make the {variant} variant')
        module = _variant(module, variant)
    context.progress('save')
    _save(module, params['out'], variant)
    return {'how': how, 'variant': variant, 'branches': branches, 'loops': loops, 'findings': findings}


def _save(module: Any, out: str, variant: str) -> None:
    torch = import_torch()
    scratch = tempfile.mkdtemp(prefix='.script-', dir=os.path.dirname(os.path.abspath(out)))
    try:
        # The file's name becomes the name of the folder inside the archive.
        path = os.path.join(scratch, 'model.pt')
        if os.name == 'nt':
            # torch opens a path there in the system's code page; Python's own file takes every name.
            with open(path, 'wb') as file:
                torch.jit.save(module, file)
        else:
            torch.jit.save(module, path)
        os.replace(path, out)
    except OSError:
        raise
    except Exception as error:
        remedy = 'Save the plain or the frozen variant.'
        raise _refused(f'The {variant} TorchScript module cannot be saved', error, remedy, []) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _trace(model: Model, request: Export, findings: list[dict[str, Any]]) -> Any:
    torch = import_torch()
    module = request.module.module() if model.program is not None and hasattr(request.module, 'graph_signature') else request.module
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            with torch.no_grad():
                traced = torch.jit.trace(module, request.args, check_trace=False)
        except Cancelled:
            raise
        except Exception as error:
            remedy = 'Try script, which compiles the code instead of following one run.'
            raise _refused('The model cannot be traced', error, remedy, [SCRIPT]) from error
    findings += frozen_values(caught, torch, [SCRIPT])
    return traced


def _script(module: Any) -> Any:
    torch = import_torch()
    try:
        return torch.jit.script(module)
    except Cancelled:
        raise
    except Exception as error:
        remedy = (
            'TorchScript knows a part of Python only. Change that code, or trace: right where the way through the code '
            'does not depend on the values of the inputs (it is checked at a second input).'
        )
        raise _refused('The code of the model cannot be compiled to TorchScript', error, remedy, [TRACE]) from error


def _variant(module: Any, variant: str) -> Any:
    torch = import_torch()
    try:
        module = module.eval() if hasattr(module, 'training') else module
        frozen = torch.jit.freeze(module)
        return torch.jit.optimize_for_inference(frozen) if variant == 'optimized' else frozen
    except Exception as error:
        if 'already been frozen' in str(error) or "has no attribute 'training'" in str(error):
            return torch.jit.optimize_for_inference(module) if variant == 'optimized' else module
        raise _refused(f'The {variant} variant cannot be made', error, 'Save the plain variant.', []) from error


def _control_flow(module: Any) -> tuple[int, int]:
    """Branches and loops that the graph keeps, in the forward of every submodule."""
    branches = loops = 0
    for part in module.modules() if hasattr(module, 'modules') else [module]:
        graph = getattr(part, 'graph', None) if hasattr(part, 'forward') else None
        if graph is not None:
            branches += len(graph.findAllNodes('prim::If'))
            loops += len(graph.findAllNodes('prim::Loop'))
    return branches, loops


def _program_is_traced() -> dict[str, Any]:
    return finding(
        'CONVERT_EXPORTER_FALLBACK',
        'info',
        'The exported program was traced: it has no Python code left that could be scripted.',
        'Nothing has to be done; its branches were settled when it was exported.',
        {'asked': 'script', 'used': 'trace'},
    )


def _refused(what: str, error: Exception, remedy: str, actions: list[dict[str, Any]]) -> WorkerError:
    where = user_frame(error)
    at = f' ({where["file"]}, line {where["line"]})' if where else ''
    return WorkerError(
        'CONVERT_FAILED',
        f'{what}{at}: {type(error).__name__}: {_said(error)}',
        remedy,
        {'target': 'torchscript', 'reason': str(error)[:2000], 'frame': where},
        actions,
    )


def _said(error: Exception) -> str:
    """The first line that says what is wrong, with the line of code that TorchScript points at."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    at = next((line for line in lines if line.startswith('File "')), '')
    return first_line(error) + (f' ({at})' if at else '')
