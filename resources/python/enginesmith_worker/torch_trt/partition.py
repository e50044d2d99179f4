"""Which operators become which engine and which stay in PyTorch, and why: read from a dry run's partitioned graph."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable
from typing import Any

_ENGINE = '_run_on_acc'


def describe(graph_module: Any, excluded: Iterable[str]) -> list[dict[str, Any]]:
    """Blocks in the order of the graph: name, where it runs, how many operators, and each kind with its reason."""
    blocks: list[dict[str, Any]] = []
    loose: list[Any] = []
    for node in graph_module.graph.nodes:
        if node.op == 'call_module':
            child = graph_module.get_submodule(node.target)
            nodes = _operators(child.graph.nodes) if hasattr(child, 'graph') else []
            blocks.append(_block(str(node.target), nodes, _ENGINE in str(node.target), set(excluded)))
        else:
            loose.append(node)
    rest = _operators(loose)
    if rest:
        blocks.append(_block('main', rest, False, set(excluded)))
    return blocks


def engine_modules(graph_module: Any) -> list[tuple[str, Any]]:
    """The blocks of a compiled module that are TensorRT engines now."""
    return [(name, child) for name, child in graph_module.named_children() if _ENGINE in name and not hasattr(child, 'graph')]


def _operators(nodes: Iterable[Any]) -> list[Any]:
    """Nodes that compute something; taking an element out of a tuple is none."""
    return [node for node in nodes if node.op in ('call_function', 'call_method') and node.target is not operator.getitem]


def _block(name: str, nodes: list[Any], in_tensorrt: bool, excluded: set[str]) -> dict[str, Any]:
    kinds: Counter[tuple[str, str | None]] = Counter()
    for node in nodes:
        kinds[(_name(node), None if in_tensorrt else _reason(node, excluded))] += 1
    return {
        'name': name,
        'runsIn': 'tensorrt' if in_tensorrt else 'pytorch',
        'operators': len(nodes),
        'kinds': [{'operator': kind, 'count': count, 'reason': reason} for (kind, reason), count in kinds.most_common()],
    }


def _name(node: Any) -> str:
    """The operator as ``--torch-op`` takes it: ``torch.ops.aten.relu.default``."""
    from torch_tensorrt.dynamo.conversion._ConverterRegistry import ConverterRegistry

    return str(ConverterRegistry.qualified_name_or_str(node.target))


def _reason(node: Any, excluded: set[str]) -> str:
    from torch_tensorrt.dynamo.conversion._ConverterRegistry import DYNAMO_CONVERTERS

    if _name(node) in excluded:
        return 'kept'
    return 'block-too-small' if node in DYNAMO_CONVERTERS else 'no-converter'
