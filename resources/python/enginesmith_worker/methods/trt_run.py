"""Runs a program that Torch-TensorRT saved, from its file alone: meant for a process that has not compiled anything."""

from __future__ import annotations

from typing import Any

from ..protocol import Context
from ..torch_trt.imports import gpu, import_torch_tensorrt
from ..warm import warm_model
from .run import run_model


def trt_run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One output file for each input file, and the seconds spent in forward; inputs are taken to the GPU."""
    device = gpu(params['device'])
    context.progress('import torch_tensorrt')
    import_torch_tensorrt()  # registers the class and the operator that the saved program is made of
    return run_model(warm_model(params, context), params, context, device)
