"""Lays the weights of a checkpoint into an ONNX graph of the same network, by name."""

from __future__ import annotations

from typing import Any

from ..errors import WorkerError
from ..onnx_files import save_onnx
from ..protocol import Context

#: Counters of training that no exporter writes into a graph.
_COUNTERS = ('num_batches_tracked',)


def onnx_with_weights(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Writes ``out`` where every tensor of the weights has its initializer of the same name, size and type; else ``unused`` says which not.

    Initializers that the weights do not name keep their values: constants of the graph.
    Raises ``ONNX_INVALID`` for a graph that does not open.
    """
    import onnx
    from onnx import numpy_helper
    from safetensors import safe_open

    context.progress('lay weights into the graph')
    try:
        model = onnx.load(params['onnx'])
    except Exception as error:
        raise WorkerError(
            'ONNX_INVALID', f'The ONNX file does not open: {error}', 'Export the model again.', {'path': params['onnx']}
        ) from error
    places = {each.name: each for each in model.graph.initializer}
    used, unused = [], []
    with safe_open(params['weights'], framework='numpy') as weights:
        names = weights.keys()
        for name in names:
            context.check()
            if name.rsplit('.', 1)[-1] in _COUNTERS and name not in places:
                continue
            place = places.get(name)
            reason = 'the graph has no initializer of this name'
            if place is not None:
                value = weights.get_tensor(name)
                old = numpy_helper.to_array(place)
                reason = f'the graph has {list(old.shape)} of {old.dtype}, the weights have {list(value.shape)} of {value.dtype}'
                if old.shape == value.shape and old.dtype == value.dtype:
                    place.CopyFrom(numpy_helper.from_array(value, name))
                    used.append(name)
                    continue
            unused.append({'name': name, 'reason': reason})
    kept = [name for name in places if name not in set(used)]
    if unused or not used:
        return {'written': False, 'used': used, 'unused': unused, 'kept': kept}
    save_onnx(model, params['out'])
    return {'written': True, 'used': used, 'unused': unused, 'kept': kept}
