"""The one place that imports torch, so that a missing or broken torch is one clear error."""

from __future__ import annotations

import sys
from types import ModuleType

from .errors import WorkerError, first_line


def import_torch() -> ModuleType:
    """Torch itself; raises ``TORCH_MISSING`` where it cannot be imported."""
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name == 'torch':
            raise WorkerError(
                'TORCH_MISSING',
                f'This Python has no PyTorch: {sys.executable}.',
                'Choose a Python environment that has PyTorch, or install it there: pip install torch.',
                {'python': sys.executable},
                [{'kind': 'choose-python', 'label': 'Choose another Python'}],
            ) from error
        raise _broken(error) from error
    except (ImportError, OSError) as error:
        raise _broken(error) from error
    return torch


def _broken(error: BaseException) -> WorkerError:
    return WorkerError(
        'TORCH_MISSING',
        f'PyTorch is installed in {sys.executable} but cannot be imported: {first_line(error)}',
        'Repair that environment (pip install --force-reinstall torch), or choose another Python.',
        {'python': sys.executable, 'reason': first_line(error)},
        [{'kind': 'choose-python', 'label': 'Choose another Python'}],
    )
