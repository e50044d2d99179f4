"""Python lines that an exporter notes in a graph, without the folders of the machine that exported it.

A shipped model must not tell where its author keeps files, and the same model exported in two folders must be one file; the
name of the file and the line stay, relative to the project or to the folder that Python imports from.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import Any

_FRAME = re.compile(r'File "([^"\n]+)", line (\d+)')
_CALL = re.compile(r'^([^\n]+)\((\d+)\): ([^\n]*)$', re.MULTILINE)
#: Frames of the exporting itself say nothing of the model; ``torch/nn`` and the like are kept where there is nothing else.
_OWN = re.compile(r'^(torch/|enginesmith_worker/|<frozen |runpy\.py$|threading\.py$)')


def take_out_folders(model: Any, project: str | None) -> bool:
    """Make every path in the notes of ``model`` (an ONNX ModelProto) relative; True where something changed."""
    roots = _roots(project)
    changed = False
    for holder in _holders(model):
        if holder.doc_string:
            text = _shorter(_relative(holder.doc_string, roots))
            if text != holder.doc_string:
                holder.doc_string = text
                changed = True
        for entry in holder.metadata_props:
            text = _relative(entry.value, roots)
            if text != entry.value:
                entry.value = text
                changed = True
    return changed


def keep_notes(before: Any, after: Any) -> bool:
    """Give the nodes of ``after`` the notes that they had in ``before``, where a tool dropped them; True where one came back."""
    known = {output: node for node in before.graph.node for output in node.output if output}
    changed = False
    for node in after.graph.node:
        was = next((known[output] for output in node.output if output in known), None)
        if was is None:
            continue
        if was.doc_string and not node.doc_string:
            node.doc_string = was.doc_string
            changed = True
        if was.metadata_props and not node.metadata_props:
            node.metadata_props.extend(was.metadata_props)
            changed = True
    return changed


def _holders(model: Any) -> Iterable[Any]:
    """Whatever of a model can carry notes: itself, its graphs with their bodies, its functions, nodes and values."""
    yield model
    graphs = [model.graph]
    yield from model.functions
    nodes = [node for function in model.functions for node in function.node]
    while graphs or nodes:
        if graphs:
            graph = graphs.pop()
            yield graph
            yield from graph.input
            yield from graph.output
            yield from graph.value_info
            yield from graph.initializer
            nodes.extend(graph.node)
            continue
        node = nodes.pop()
        yield node
        for attribute in node.attribute:
            if attribute.HasField('g'):
                graphs.append(attribute.g)
            graphs.extend(attribute.graphs)


def _roots(project: str | None) -> list[str]:
    """Folders that Python imports from, the project first and else the deepest first."""
    folders = {os.path.abspath(entry) for entry in sys.path if entry}
    ordered = sorted(folders, key=len, reverse=True)
    return [os.path.abspath(project), *ordered] if project else ordered


def _relative(text: str, roots: list[str]) -> str:
    text = _FRAME.sub(lambda found: f'File "{_place(found[1], roots)}", line {found[2]}', text)
    return _CALL.sub(lambda found: f'{_place(found[1], roots)}({found[2]}): {found[3]}', text)


def _place(path: str, roots: list[str]) -> str:
    """The path below the first root that holds it; the file's name alone where none does, or for what was relative already, itself."""
    if not os.path.isabs(path) and not re.match(r'^[A-Za-z]:[\\/]', path):
        return path
    for root in roots:
        if path.startswith(root.rstrip(os.sep) + os.sep):
            return os.path.relpath(path, root).replace(os.sep, '/')
    return re.split(r'[\\/]', path)[-1]


def _shorter(text: str) -> str:
    """Without the frames of the exporter below the model's own; a stack without any of the model's keeps its first line."""
    frames = _CALL.findall(text)
    if not frames or _CALL.sub('', text).strip():
        return text
    own = [frame for frame in frames if not _OWN.match(frame[0])] or frames[:1]
    return ''.join(f'{place}({line}): {name}\n' for place, line, name in own)
