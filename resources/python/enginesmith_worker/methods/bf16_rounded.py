"""A BF16 graph as one that any processor runs: computed in FP32, with every value that the graph keeps in BF16 rounded to it."""

from __future__ import annotations

from typing import Any

from ..errors import WorkerError, first_line
from ..onnx_files import save_onnx
from ..protocol import Context


def bf16_rounded(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Writes ``out``; raises ``CONVERT_PRECISION_FAILED`` for a graph whose types are not known, or with BF16 inside a branch or loop."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    context.progress('round to BF16')
    brain, single = TensorProto.BFLOAT16, TensorProto.FLOAT
    model = onnx.load(params['path'])
    try:
        typed = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    except Exception as error:
        raise _failed(f'its types could not be inferred ({first_line(error)})') from error
    in_brain = {value.name for value in typed.graph.value_info if value.type.tensor_type.elem_type == brain}
    graph = model.graph

    def as_single(tensor: Any) -> None:
        if tensor.data_type == brain:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype('float32'), tensor.name))

    for tensor in graph.initializer:
        as_single(tensor)
    nodes = []
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField('g') or attribute.graphs:
                raise _failed(f'{node.op_type} holds a graph of its own')
            if attribute.HasField('t'):
                as_single(attribute.t)
            if attribute.name in ('to', 'dtype') and attribute.i == brain:
                attribute.i = single
        nodes.append(node)
        for index, name in enumerate(node.output):
            if name not in in_brain:
                continue
            node.output[index] = f'{name}__exact'
            nodes.append(helper.make_node('Cast', [f'{name}__exact'], [f'{name}__rounded'], to=brain))
            nodes.append(helper.make_node('Cast', [f'{name}__rounded'], [name], to=single))
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    save_onnx(model, params['out'])
    return {'rounded': len(in_brain)}


def _failed(why: str) -> WorkerError:
    return WorkerError(
        'CONVERT_PRECISION_FAILED',
        f'The BF16 graph cannot be computed in FP32 with rounded values: {why}.',
        'Build the engine and validate it on a GPU.',
        {'precision': 'bf16', 'reason': why},
    )
