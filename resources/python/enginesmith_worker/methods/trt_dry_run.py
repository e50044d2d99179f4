"""What Torch-TensorRT would convert, without building an engine."""

from __future__ import annotations

import os
from typing import Any

from ..errors import Cancelled, WorkerError, first_line, plain
from ..protocol import Context
from ..torch_trt.imports import gpu, import_torch_tensorrt, tensorrt_version
from ..torch_trt.partition import describe
from ..torch_trt.program import prepared
from ..torch_trt.settings import compile_options


def trt_dry_run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Versions, the count of operators, and the blocks with what stays in PyTorch and why."""
    device = gpu(params['options']['device'])
    context.progress('import torch_tensorrt')
    trt = import_torch_tensorrt()
    options = compile_options(trt, params['options'], device, os.path.join(params['scratch'], 'timing.cache'))
    ready = prepared(params, device, context)
    context.progress('dry run')
    try:
        partitioned = trt.dynamo.compile(ready.program, arg_inputs=list(ready.args), **{**options, 'dryrun': True})
    except Cancelled:
        raise
    except Exception as error:
        raise compile_error(error, 'divide the program into blocks') from error
    blocks = describe(partitioned, params['options']['torchOps'])
    return {
        'version': str(trt.__version__),
        'tensorrt': tensorrt_version(),
        'operators': sum(block['operators'] for block in blocks),
        'blocks': blocks,
        'ownBounds': ready.own_bounds,
    }


def compile_error(error: Exception, doing: str) -> WorkerError:
    """The worker error for whatever Torch-TensorRT raised."""
    text = plain(error)
    if 'out of memory' in text.lower():
        return WorkerError(
            'OUT_OF_GPU_MEMORY',
            f'The GPU ran out of memory while Torch-TensorRT was to {doing}: {first_line(error)}',
            'Close what else uses the GPU, use smaller shapes, or set a smaller workspace.',
            {'reason': text},
        )
    return WorkerError(
        'BUILD_FAILED',
        f'Torch-TensorRT could not {doing}: {type(error).__name__}: {first_line(error)}',
        'Keep the operator that it names in PyTorch (--torch-op), or raise --min-block-size; the log holds its own words.',
        {'reason': text},
    )
