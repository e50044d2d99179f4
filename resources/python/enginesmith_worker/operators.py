"""Operators of other libraries in a saved graph: which are missing here, and importing the ones that are safe to."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from typing import Any

from .classes import import_module
from .errors import WorkerError, finding, first_line
from .torch_import import import_torch

# Packages that register operators under their own name; imported from the environment, never from a file's word alone.
_REGISTERING = {
    'torchvision': 'torchvision',
    'torchaudio': 'torchaudio',
    'onnx': 'torch.onnx.ops',
    'onnx_symbolic': 'torch.onnx.ops',
}


#: What a bare PyTorch brings.
_OWN = frozenset(
    'aten prim prims higher_order _C inductor quantized quantized_decomposed profiler rng_prims c10d _c10d_functional export'.split()
)


def custom_operators(operators: list[str]) -> list[str]:
    """Those of ``namespace::name`` that PyTorch itself does not bring."""
    return [name for name in operators if name.partition('::')[0] not in _OWN]


def is_registered(operator: str) -> bool:
    """True where this process knows ``namespace::name`` (an overload after a dot may follow)."""
    namespace, _, name = operator.partition('::')
    space = getattr(import_torch().ops, namespace)
    try:
        getattr(space, name.partition('.')[0])
    except (AttributeError, RuntimeError):
        return False
    return True


def import_libraries(source: dict[str, Any]) -> None:
    """Import the modules that this machine's user named for their operators; raises ``EXPORT_CUSTOM_OP`` where one cannot be."""
    for module in source.get('imports') or []:
        try:
            import_module(module, source['project'], module)
        except WorkerError as error:
            raise WorkerError(
                'EXPORT_CUSTOM_OP',
                f'The library {module}, which is to register operators, cannot be imported: {first_line(error)}',
                'Correct its name, choose the Python or the project folder that has it, or take it out again.',
                {'library': module, 'reason': first_line(error)},
                [{'kind': 'choose-python', 'label': 'Choose another Python'}],
            ) from error


def check_program(program: Any, path: str) -> list[dict[str, Any]]:
    """A small check of each operator of another library: its kernels, and its fake kernel on the sizes of the graph. A finding, or none."""
    torch = import_torch()
    nodes = {}
    for node in program.graph.nodes:
        name = str(getattr(node.target, '_name', ''))
        if node.op == 'call_function' and '::' in name and custom_operators([name]):
            nodes.setdefault(name, node)
    if not nodes:
        return []
    rows = [{'operator': name, **_try(node, torch)} for name, node in sorted(nodes.items())]
    bad = [row for row in rows if row['fault'] is not None]
    names = ', '.join(row['operator'] for row in rows[:20])
    spaces = sorted({row['operator'].partition('::')[0] for row in rows})
    evidence = {'path': path, 'operators': [row['operator'] for row in rows], 'namespaces': spaces, 'checks': rows}
    if bad:
        told = '; '.join(f'{row["operator"]}: {row["fault"]}' for row in bad[:10])
        return [
            finding(
                'EXPORT_CUSTOM_OP',
                'warning',
                f'Operators of other libraries were found, and not all of them pass a small check: {told}.',
                'Use the version of the library that the program was exported with; '
                'torch.library.register_fake gives an operator its fake kernel.',
                evidence,
            )
        ]
    return [
        finding(
            'EXPORT_CUSTOM_OP',
            'info',
            f'Operators of other libraries were looked up, and their fake kernels give the sizes of the graph: {names}.',
            f'Whoever loads the program has to import the library that registers {", ".join(spaces)} first.',
            evidence,
        )
    ]


def _try(node: Any, torch: Any) -> dict[str, Any]:
    """Whether an operator runs on this processor, and what its fake kernel makes of the arguments that the graph gives it."""
    has = torch._C._dispatch_has_kernel_for_dispatch_key
    name = node.target._name
    cpu = bool(has(name, 'CPU') or has(name, 'CompositeImplicitAutograd') or has(name, 'CompositeExplicitAutograd'))
    row: dict[str, Any] = {'cpu': cpu, 'shapes': [], 'fault': None if cpu else 'it has no kernel for this processor'}
    mode = next((value.fake_mode for value in _values(node.meta.get('val')) if hasattr(value, 'fake_mode')), None)
    if mode is None:
        return row
    try:
        args, kwargs = torch.fx.node.map_arg((node.args, node.kwargs), lambda each: each.meta['val'])
        with mode:
            made = _values(node.target(*args, **kwargs))
    except Exception as error:
        row['fault'] = f'its fake kernel fails ({type(error).__name__}: {first_line(error)})'
        return row
    row['shapes'] = [[str(side) for side in value.shape] for value in made if hasattr(value, 'shape')]
    wanted = [([str(side) for side in value.shape], value.dtype) for value in _values(node.meta['val'])]
    if [(shape, value.dtype) for shape, value in zip(row['shapes'], made)] != wanted:
        said = 'x'.join(row['shapes'][0]) if row['shapes'] else 'nothing'
        row['fault'] = f'its fake kernel gives {said}, the graph has {"x".join(wanted[0][0])}'
    return row


def _values(value: Any) -> list[Any]:
    return [each for each in (value if isinstance(value, (list, tuple)) else [value]) if each is not None]


def register_known(operators: list[str]) -> bool:
    """Import the well-known package of each missing operator; True where all of them are known afterwards."""
    for namespace in {operator.partition('::')[0] for operator in operators if not is_registered(operator)}:
        package = _REGISTERING.get(namespace)
        if package and importlib.util.find_spec(package.partition('.')[0]) is not None:
            with contextlib.suppress(ImportError, OSError, RuntimeError):
                importlib.import_module(package)
    return all(is_registered(operator) for operator in operators)


def custom_operator_error(operators: list[str], path: str) -> WorkerError:
    """``EXPORT_CUSTOM_OP`` naming operators as ``namespace::name``."""
    spaces = sorted({operator.partition('::')[0] for operator in operators})
    evidence: dict[str, Any] = {'path': path, 'operators': operators, 'namespaces': spaces}
    return WorkerError(
        'EXPORT_CUSTOM_OP',
        f'The graph uses operators that no library in this Python registers: {", ".join(operators[:20])}.',
        f'Name the library that registers {", ".join(spaces)} for import (--import MODULE, or in the Load step), '
        'or choose the Python that has it; its operators are then looked up and tried.',
        evidence,
        [{'kind': 'choose-python', 'label': 'Choose another Python'}],
    )
