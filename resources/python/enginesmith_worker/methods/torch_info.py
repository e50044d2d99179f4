"""What torch says of itself; the first call imports it and is slow."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

from ..protocol import Context
from ..torch_import import import_torch


def torch_info(_params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Version of torch, CUDA version it was built for, names of the GPUs it sees, and whether onnxscript is there."""
    context.progress('import torch')
    torch = import_torch()
    gpus: list[str] = []
    with warnings.catch_warnings():
        # A CUDA build on a machine without a driver warns; that is no news here.
        warnings.simplefilter('ignore')
        try:
            gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
        except RuntimeError as error:
            context.log('warning', f'torch cannot ask for the GPUs: {error}')
    return {
        'torch': str(torch.__version__),
        'cuda': torch.version.cuda,
        'gpus': gpus,
        'onnxscript': importlib.util.find_spec('onnxscript') is not None,
    }
