"""What goes wrong with exported programs, each known failure under its code."""

from __future__ import annotations

import os
import re
from typing import Any

from ..errors import WorkerError, first_line, plain
from ..operators import custom_operator_error
from ..torch_import import import_torch

_LIFTED = re.compile(r"Unexpected number of inputs|missing \d+ required positional arguments?: '(p|b|c)_|Lifted parameter|lifted")
_ATTRIBUTE = re.compile(
    r"does not contain attribute (\S+)|has no attribute [`'\"](\w+)[`'\"]|(?:Parameter|Buffer) (\S+) is not in the state dict"
)
_RANGE = re.compile(
    r'not in range|Invalid ranges|ValueRangeError|not in the expected range|outside of (inline )?constraint',
    re.IGNORECASE,
)
# torch 2.4 writes sizes that are worked out (a half, a scaled one) by functions that its own reader does not know.
_FORMULA = re.compile(
    r'^[\'"]?(IntTrueDiv|FloatTrueDiv|ToFloat|TruncToInt|TruncToFloat|RoundToInt|CeilToInt|FloorToInt|PythonMod|PowByNatural)[\'"]?$'
)
_GUARD = re.compile(r'Guard failed|Expected input .* to be (equal to|[<>]=|of the form)|to be equal to \d+, but got', re.IGNORECASE)
_OTHER_FILE = [{'kind': 'choose-file', 'label': 'Choose the file that was exported again'}]
_UNRESOLVED = re.compile(r'failed to resolve torch\.ops\.(\w+)\.(\w+)')


def explain_program(error: BaseException, path: str, made_by: str | None = None) -> Exception:
    """The worker error for what loading or running an exported program raised; ``made_by`` is the torch that wrote it."""
    if isinstance(error, (WorkerError, OSError, MemoryError)):
        return error
    text, name = plain(error), os.path.basename(path)
    version = str(import_torch().__version__)
    evidence = {'path': path, 'reason': first_line(error), 'torch': version}
    custom = _UNRESOLVED.search(text)
    if custom:
        return custom_operator_error([f'{custom.group(1)}::{custom.group(2)}'], path)
    if _GUARD.search(text):
        return WorkerError(
            'SHAPE_CONTRADICTS_MODEL',
            f'The program was exported for other sizes: {first_line(error)}',
            'Use the sizes of its signature, or export it again with that dimension dynamic.',
            evidence,
            [{'kind': 'set-option', 'label': 'Set the inputs', 'path': 'load.inputs'}],
        )
    if _RANGE.search(text):
        return WorkerError(
            'EXPORT_SYMBOLIC_SHAPE',
            f'A symbolic size of {name} has bounds that contradict each other when it is read: {first_line(error)}',
            'PyTorch 2.4 wrote such files, 2.5 does not: export it again with 2.5 or newer and an example input whose '
            'dynamic sizes are 2 or more.',
            evidence,
            _OTHER_FILE,
        )
    if isinstance(error, KeyError) and _FORMULA.search(text):
        return WorkerError(
            'EXPORT_SYMBOLIC_SHAPE',
            f'A symbolic size of {name} is worked out by {first_line(error)}, which PyTorch {version} writes but cannot read back.',
            'PyTorch 2.4 wrote such files, 2.5 reads its own: export it again with 2.5 or newer, or with that size as a number.',
            evidence,
            [{'kind': 'choose-python', 'label': 'Choose another Python'}],
        )
    if _LIFTED.search(text):
        return WorkerError(
            'EXPORT_LIFTED_PARAMETERS',
            f'The weights of {name} are inputs of its graph, and were not given: {first_line(error)}',
            'Export it again with PyTorch 2.5 or newer; ep.module() then puts the weights back, as is done here.',
            evidence,
            _OTHER_FILE,
        )
    if _ATTRIBUTE.search(text):
        found = _ATTRIBUTE.search(text)
        names = [group for group in found.groups() if group] if found else []
        return missing_attribute_error(names, path)
    remedy = 'Use the PyTorch version that exported it, or export it again with this one.'
    if made_by is not None and _release(made_by) > _release(version):
        remedy = (
            'An older PyTorch does not read what a newer one wrote: choose a Python with '
            f'PyTorch {made_by} or newer, or export it again with {version}.'
        )
    return WorkerError(
        'LOAD_FAILED',
        f'PyTorch {version} cannot load the exported program {name}'
        f'{f", which PyTorch {made_by} wrote" if made_by else ""}: {type(error).__name__}: {first_line(error)}',
        remedy,
        {**evidence, 'madeBy': made_by},
        [{'kind': 'choose-python', 'label': 'Choose another Python'}],
    )


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r'\d+', version.partition('+')[0])[:2])


def missing_attributes(program: Any, path: str) -> None:
    """Raise ``EXPORT_MISSING_ATTRIBUTE`` where the graph names weights or constants that the file lacks."""
    held = {**program.state_dict, **program.constants}
    wanted = [spec.target for spec in program.graph_signature.input_specs if spec.kind.name not in ('USER_INPUT', 'TOKEN')]
    missing = [name for name in wanted if name not in held]
    for node in program.graph.nodes:
        if node.op == 'get_attr':
            holder = program.graph_module
            for part in str(node.target).split('.'):
                holder = getattr(holder, part, None)
            if holder is None and node.target not in held:
                missing.append(str(node.target))
    if missing:
        raise missing_attribute_error(missing, path)


def lifted_inputs(program: Any, path: str) -> None:
    """Raise ``EXPORT_LIFTED_PARAMETERS`` where the graph has more inputs than a call of the model gives it.

    torch says so at the call, in other words from release to release.
    """
    inputs = [str(getattr(spec.arg, 'name', '')) for spec in program.graph_signature.input_specs if spec.kind.name == 'USER_INPUT']
    got = program.call_spec.in_spec.num_leaves
    if len(inputs) <= got:
        return
    raise WorkerError(
        'EXPORT_LIFTED_PARAMETERS',
        f'The graph in {os.path.basename(path)} has {len(inputs)} inputs ({", ".join(inputs[:20])}), and a call of the model gives '
        f'{got}: its weights became inputs, and nothing gives them.',
        'Export it again from the original model with PyTorch 2.5 or newer, whose ep.module() gives the weights.',
        {'path': path, 'inputs': inputs, 'expected': len(inputs), 'got': got, 'torch': str(import_torch().__version__)},
        _OTHER_FILE,
    )


def missing_attribute_error(names: list[str], path: str) -> WorkerError:
    """``EXPORT_MISSING_ATTRIBUTE`` naming what dangles."""
    return WorkerError(
        'EXPORT_MISSING_ATTRIBUTE',
        f'The graph in {os.path.basename(path)} uses {", ".join(names[:20])}, which the file does not hold.',
        'Export it again from the original model with PyTorch 2.5 or newer; the file itself cannot be repaired.',
        {'path': path, 'attributes': names, 'torch': str(import_torch().__version__)},
        _OTHER_FILE,
    )
