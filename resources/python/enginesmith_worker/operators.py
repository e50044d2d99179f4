"""Operators of other libraries in a saved graph: which are missing here, and importing the ones that are safe to."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from typing import Any

from .errors import WorkerError
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
        f'Choose the Python environment whose library registers {", ".join(spaces)}. Try it on a small model of that library first.',
        evidence,
        [{'kind': 'choose-python', 'label': 'Choose another Python'}],
    )
