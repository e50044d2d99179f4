"""Calls a model's forward with sample inputs, and explains what its own code raises."""

from __future__ import annotations

import re
from typing import Any

from .errors import Cancelled, WorkerError, first_line, user_frame
from .loaders.program_errors import explain_program
from .model import Binding, Model
from .protocol import Context
from .tensors import read_tensors
from .torch_import import import_torch

_DTYPE = re.compile(
    r'scalar type|dtype|Input type .* should be the same|expected .*(Float|Half|Long|Int|Double|BFloat16|Bool)',
    re.IGNORECASE,
)
_LOOKUP = re.compile(r'index out of range in self|index -?\d+ is out of bounds', re.IGNORECASE)
_SHAPE = re.compile(
    r'shape|size|dimension|channels|mat1 and mat2|must match|broadcast|index out of range|expected \d+D|not enough values',
    re.IGNORECASE,
)


def read_inputs(path: str, names: list[str]) -> dict[str, Any]:
    """The named tensors of an input file; raises ``INPUTS_INVALID`` where one is missing."""
    tensors = read_tensors(path)
    missing = [name for name in names if name not in tensors]
    if missing:
        raise WorkerError(
            'INPUTS_INVALID',
            f'The input file lacks {", ".join(missing)}.',
            'Run Load again: it makes the input files.',
            {'path': path, 'missing': missing, 'found': list(tensors)},
        )
    return {name: tensors[name] for name in names}


def call(model: Model, binding: Binding, tensors: dict[str, Any], context: Context, path: str) -> Any:
    """What forward returns, without gradients; raises the worker error for what the model's code raised."""
    torch = import_torch()
    torch.manual_seed(0)
    positional, keywords = binding.apply(tensors)
    model.called = True
    try:
        with torch.no_grad(), context.interruptible():
            return model.fitting(tensors)(*positional, **keywords)
    except (Cancelled, WorkerError):
        raise
    except Exception as error:
        raise explain_forward(error, model, tensors, path) from error


def explain_forward(error: Exception, model: Model, tensors: dict[str, Any], path: str) -> Exception:
    """The worker error for an exception out of forward: sizes, element types, or the model's own fault."""
    if isinstance(error, (OSError, MemoryError)):
        return error
    if model.program is not None:
        known = explain_program(error, path)
        if isinstance(known, WorkerError) and known.code != 'LOAD_FAILED':
            return known
    text = first_line(error)
    if model.scripted:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        text = next((line for line in reversed(lines) if re.match(r'^(\w*Error|RuntimeError)\b', line)), text)
    where = user_frame(error)
    at = f' ({where["file"]}, line {where["line"]})' if where else ''
    given = ', '.join(f'{name}: {str(tensor.dtype)[6:]} {list(tensor.shape)}' for name, tensor in tensors.items())
    evidence = {'reason': text, 'frame': where, 'inputs': given}
    set_inputs = [{'kind': 'set-option', 'label': 'Set the inputs', 'path': 'load.inputs'}]
    if isinstance(error, (RuntimeError, ValueError, IndexError, TypeError)) and _DTYPE.search(text):
        return WorkerError(
            'INPUTS_INVALID',
            f'The model does not take inputs of these element types{at}: {text}',
            f'The inputs were {given}. Give the element types that the model was trained with.',
            evidence,
            set_inputs,
        )
    whole = [name for name, tensor in tensors.items() if not tensor.dtype.is_floating_point and not tensor.dtype.is_complex]
    if whole and isinstance(error, (RuntimeError, IndexError)) and _LOOKUP.search(text):
        ranges = {name: [int(tensors[name].min()), int(tensors[name].max())] for name in whole if tensors[name].numel() > 0}
        told = ', '.join(f'{name} runs from {low} to {high}' for name, (low, high) in ranges.items())
        return WorkerError(
            'INPUTS_INVALID',
            f'The model looks up a whole number that it does not have{at}: {text}. {told}.',
            f'Give {", ".join(whole)} the range that the model knows (--range {whole[0]}:0..N), or a file of real inputs.',
            {**evidence, 'ranges': ranges},
            set_inputs,
        )
    if isinstance(error, (RuntimeError, ValueError, IndexError, AssertionError)) and _SHAPE.search(text):
        return WorkerError(
            'SHAPE_CONTRADICTS_MODEL',
            f'The model cannot compute with inputs of these shapes{at}: {text}',
            f'The inputs were {given}. Give the shapes that the model was trained with.',
            evidence,
            set_inputs,
        )
    hint = f' Random whole numbers are 0 or 1: give real ones for {", ".join(whole)} by a file of inputs or a range.' if whole else ''
    return WorkerError(
        'LOAD_FAILED',
        f"The model's own code fails on the sample inputs{at}: {type(error).__name__}: {text}",
        f'The inputs were {given}. Check them, and run the model in its own environment.{hint}',
        evidence,
    )
