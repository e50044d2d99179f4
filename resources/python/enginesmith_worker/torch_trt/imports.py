"""The one place that imports torch_tensorrt, so that a missing package, library or GPU is one clear error."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from ..errors import WorkerError, first_line
from ..torch_import import import_torch

OTHER_BACKEND = [{'kind': 'choose-backend', 'label': 'Choose another backend'}]


def gpu(index: int | None) -> Any:
    """The torch device of the GPU asked for, made the current one; raises ``GPU_MISSING`` where there is none."""
    torch = import_torch()
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    wanted = index or 0
    if wanted >= count:
        raise WorkerError(
            'GPU_MISSING',
            f'Torch-TensorRT needs GPU {wanted}, and PyTorch {torch.__version__} sees {count} on this machine.',
            'Use a machine with a GPU and a PyTorch built for CUDA, or choose another backend.',
            {'wanted': wanted, 'seen': count, 'cuda': torch.version.cuda},
            OTHER_BACKEND,
        )
    torch.cuda.set_device(wanted)
    return torch.device('cuda', wanted)


def import_torch_tensorrt() -> ModuleType:
    """torch_tensorrt itself; raises ``BACKEND_MISSING`` with the reason where it cannot be imported."""
    import_torch()
    try:
        import torch_tensorrt
        import torch_tensorrt.dynamo
    except Exception as error:  # it raises plain Exceptions where TensorRT is absent
        raise WorkerError(
            'BACKEND_MISSING',
            f'Torch-TensorRT cannot be imported in {sys.executable}: {first_line(error)}',
            'Install the torch-tensorrt that belongs to this PyTorch there, with its TensorRT; or choose another backend.',
            {'attempts': [{'path': sys.executable, 'reason': first_line(error)}]},
            OTHER_BACKEND,
        ) from error
    return torch_tensorrt


def tensorrt_version() -> str | None:
    """The TensorRT that torch_tensorrt builds with."""
    try:
        import tensorrt
    except Exception:
        return None
    return str(tensorrt.__version__)
