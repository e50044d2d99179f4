"""Runs the model on input files and writes its outputs: the reference of every comparison."""

from __future__ import annotations

import time
from typing import Any

from ..dtypes import code_of, name_of
from ..errors import WorkerError
from ..forward import call, read_inputs
from ..model import Model, bind
from ..outputs import name_outputs
from ..protocol import Context
from ..tensors import write_tensors
from ..warm import warm_model


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One output file for each input file; names and shapes of the first, and the seconds spent in forward."""
    return run_model(warm_model(params, context), params, context)


def run_model(model: Model, params: dict[str, Any], context: Context, device: Any = None) -> dict[str, Any]:
    """The same for a model that is loaded already; its inputs go to ``device`` first where one is given."""
    names, inputs, outputs = params['inputNames'], params['inputs'], params['outputs']
    if len(inputs) != len(outputs) or not inputs:
        raise WorkerError('WORKER_PROTOCOL', 'Input and output files differ in number.', 'Report this with the log of this run.')
    binding = bind(model, names)
    described: list[dict[str, Any]] = []
    seconds = 0.0
    for index, (source, target) in enumerate(zip(inputs, outputs)):
        context.progress('run', index / len(inputs))
        tensors = read_inputs(source, names)
        if device is not None:
            tensors = {name: tensor.to(device) for name, tensor in tensors.items()}
        start = time.perf_counter()
        result = call(model, binding, tensors, context, params['source']['path'])
        seconds += time.perf_counter() - start
        named = name_outputs(result, names, params.get('outputNames'))
        for _, tensor in named:
            code_of(tensor.dtype)
        write_tensors(target, dict(named))
        described = described or [
            {'name': name, 'dtype': name_of(tensor.dtype), 'shape': [int(side) for side in tensor.shape]} for name, tensor in named
        ]
    return {'outputs': described, 'seconds': seconds}
