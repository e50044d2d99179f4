"""Writes a precision into an ONNX graph, for strongly typed TensorRT: FP16 and BF16 by casts, INT8 by Q/DQ nodes."""

from __future__ import annotations

import fnmatch
import os
from typing import Any

from ..errors import Cancelled, WorkerError, first_line
from ..onnx_files import save_onnx
from ..protocol import Context
from ..tensors import read_tensors


def graph_precision(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Files written and the nodes that stay FP32; inputs and outputs keep their types."""
    import onnx

    precision, kept = params['precision'], params['keepFp32']
    context.progress(f'{precision} graph')
    model = onnx.load(params['path'])
    named = _kept_nodes(model, kept)
    try:
        if precision == 'int8':
            made = _quantize(params, named, context)
        else:
            made = _half(model, named)
            if precision == 'bf16':
                made = _as_bfloat16(made, onnx.load(params['path']))
        files = save_onnx(made, params['out'])
    except (Cancelled, WorkerError, OSError):
        raise
    except Exception as error:
        raise WorkerError(
            'CONVERT_PRECISION_FAILED',
            f'{precision.upper()} cannot be written into this graph: {type(error).__name__}: {first_line(error)}',
            'Keep the nodes that it stumbles over in FP32 (--keep-fp32), or build without a precision in the graph.',
            {'precision': precision, 'reason': first_line(error)},
            [{'kind': 'set-option', 'label': 'Leave the precision out', 'path': 'convert.graphPrecision', 'value': None}],
        ) from error
    return {'files': files, 'kept': sorted(named)[:200]}


def _kept_nodes(model: Any, patterns: list[str]) -> set[str]:
    """Names of the nodes that a pattern names by name or by operator; a nameless node gets one."""
    found = set()
    for index, node in enumerate(model.graph.node):
        node.name = node.name or f'{node.op_type}_{index}'
        if any(fnmatch.fnmatchcase(node.name, pattern) or node.op_type == pattern for pattern in patterns):
            found.add(node.name)
    unused = [p for p in patterns if not any(fnmatch.fnmatchcase(n.name, p) or n.op_type == p for n in model.graph.node)]
    if unused:
        raise WorkerError(
            'CONVERT_PRECISION_FAILED',
            f'No node and no operator of the graph is called {", ".join(unused)}.',
            'Name nodes as the graph does (a * stands for anything), or operators such as Softmax.',
            {'unused': unused, 'operators': sorted({node.op_type for node in model.graph.node})},
        )
    return found


def _half(model: Any, kept: set[str]) -> Any:
    from onnxruntime.transformers.float16 import convert_float_to_float16

    return convert_float_to_float16(model, keep_io_types=True, node_block_list=sorted(kept))


def _as_bfloat16(model: Any, original: Any) -> Any:
    """The FP16 graph with BF16 in FP16's place, its weights rounded from FP32 and not from FP16."""
    import ml_dtypes
    import numpy
    from onnx import TensorProto, numpy_helper

    half, brain = TensorProto.FLOAT16, TensorProto.BFLOAT16
    sources = {tensor.name: tensor for tensor in original.graph.initializer}
    for node in original.graph.node:
        for attribute in node.attribute:
            if node.op_type == 'Constant' and attribute.HasField('t'):
                sources[node.output[0]] = attribute.t

    def changed(tensor: Any, name: str) -> None:
        if tensor.data_type != half:
            return
        source = sources.get(name)
        array = numpy_helper.to_array(tensor if source is None or source.data_type != TensorProto.FLOAT else source)
        values = array.astype(numpy.float32).astype(ml_dtypes.bfloat16)
        dims, own = list(tensor.dims), tensor.name
        tensor.Clear()
        tensor.name, tensor.data_type = own, brain
        tensor.dims.extend(dims)
        tensor.raw_data = values.tobytes()

    def visit(graph: Any) -> None:
        for tensor in graph.initializer:
            changed(tensor, tensor.name)
        for value in [*graph.value_info, *graph.input, *graph.output]:
            if value.type.tensor_type.elem_type == half:
                value.type.tensor_type.elem_type = brain
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.name in ('to', 'dtype') and attribute.i == half:
                    attribute.i = brain
                if attribute.HasField('t'):
                    changed(attribute.t, node.output[0])
                for inner in [attribute.g] if attribute.HasField('g') else attribute.graphs:
                    visit(inner)

    visit(model.graph)
    return model


def _quantize(params: dict[str, Any], kept: set[str], context: Context) -> Any:
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    files = list(params['calibration'])
    wanted = {value.name for value in onnx.load(params['path'], load_external_data=False).graph.input}

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.next = 0

        def get_next(self) -> dict[str, Any] | None:
            context.progress('calibrate', self.next / len(files))
            if self.next == len(files):
                return None
            self.next += 1
            tensors = read_tensors(files[self.next - 1])
            return {name: tensor.numpy() for name, tensor in tensors.items() if name in wanted}

    out = params['out'] + '.quantized'
    # What strongly typed TensorRT takes: symmetric, signed, a scale a channel for weights, no quantised bias.
    quantize_static(
        params['path'],
        out,
        Reader(),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        nodes_to_exclude=sorted(kept),
        extra_options={'ActivationSymmetric': True, 'WeightSymmetric': True, 'QuantizeBias': False},
    )
    try:
        return onnx.load(out)
    finally:
        os.unlink(out)
