"""Screens the graph of an exported program before torch reads it.

torch turns several strings of that file into Python: expressions of sizes go through sympy's ``eval``, guards and
names become source that is executed, and an operator's target is walked from ``torch`` by attribute. A file from
elsewhere could put any code there, so only what an exporter writes is let through.
"""

from __future__ import annotations

import ast
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

_NAME = re.compile(r'^[A-Za-z_][\w.]*$|^$')
_FQN = re.compile(r'^[^"\'\\\r\n]*$')
_SPEC = re.compile(r'^[\w\s\[\]{}",.:/\-]*$')
_OPERATOR = re.compile(
    r'^(torch\.ops\.(?!__)\w+\.\w+(\.\w+)?|torch\._?sym_\w+|torch\._check\w*|torch\.sym_\w+|math\.[a-z]\w*|#.*'
    r'|_operator\.(add|sub|mul|truediv|floordiv|mod|pow|neg|pos|abs|invert|lshift|rshift|and_|or_|xor|not_|eq|ne|lt|le|gt|ge|getitem))$'
)
_EXPRESSION_NODES = (
    *(ast.Expression, ast.Call, ast.keyword, ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.BoolOp),
    *(ast.Compare, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Tuple),
)
_GUARD_NODES = (*_EXPRESSION_NODES, ast.Attribute, ast.Subscript, ast.IfExp)
_GUARD_ATTRIBUTES = frozenset('size stride storage_offset dim ndim shape dtype device item numel is_integer'.split())
_FUNCTIONS = frozenset('int float abs min max round floor ceiling len'.split())
_NAMES = frozenset('name as_name forward_arg_names'.split())
_FQNS = frozenset('parameter_name buffer_name tensor_constant_name custom_obj_name fqn'.split())


def program_members(archive: zipfile.ZipFile) -> list[str]:
    """The members that hold a graph as JSON: one of two layouts, by the torch that wrote the file."""
    return [
        name
        for name in archive.namelist()
        if name.endswith('serialized_exported_program.json') or re.search(r'(^|/)models/[^/]+\.json$', name)
    ]


def read_programs(path: str) -> list[Any]:
    """Every graph in the file as JSON; raises ValueError where it is none."""
    with zipfile.ZipFile(path) as archive:
        return [json.loads(archive.read(name)) for name in program_members(archive)]


def operators_of(program: Any) -> list[str]:
    """Targets of the graph as ``namespace::name.overload``, sorted."""
    targets = {value for key, value in _pairs(program) if key == 'target' and isinstance(value, str)}
    found = (re.match(r'^torch\.ops\.(\w+)\.(\w+)', target) for target in targets)
    return sorted({f'{match.group(1)}::{match.group(2)}' for match in found if match})


def hostile_text(program: Any) -> str | None:
    """The first string that no exporter writes and that would run as code; None where there is none."""
    for key, value in _pairs(program):
        if isinstance(value, list) and key in ('guards_code', 'forward_arg_names'):
            for item in value:
                if not (_is_guard(item) if key == 'guards_code' else isinstance(item, str) and _NAME.match(item)):
                    return str(item)
        if not isinstance(value, str):
            continue
        safe = True
        if key == 'target':
            safe = bool(_OPERATOR.match(value))
        elif key in ('expr_str', 'as_operator'):
            safe = _is_expression(value) if key == 'expr_str' else bool(_OPERATOR.match(value))
        elif key in _NAMES:
            safe = bool(_NAME.match(value))
        elif key in _FQNS:
            safe = bool(_FQN.match(value))
        elif key in ('in_spec', 'out_spec'):
            safe = bool(_SPEC.match(re.sub(r'\\+"', '"', value)))
        if not safe:
            return value
    for key, value in _pairs(program):
        if key in ('tensor_values', 'sym_int_values', 'sym_bool_values', 'range_constraints') and isinstance(value, dict):
            # Values have plain names (`relu__1` of an in-place call); the keys of ranges are read by sympy.
            plain = key != 'range_constraints'
            bad = next((name for name in value if not (_is_expression(name) or (plain and _NAME.match(name)))), None)
            if bad is not None:
                return bad
    return None


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value in a JSON tree; free text about where a node came from is left out, nothing reads it as code."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for key, inner in item.items():
                if key == 'metadata' and isinstance(inner, dict):
                    continue
                yield key, inner
                stack.append(inner)
        elif isinstance(item, list):
            stack.extend(item)


def _parse(text: object) -> ast.Expression | None:
    if not isinstance(text, str) or len(text) > 100_000 or '\n' in text:
        return None
    try:
        return ast.parse(text, mode='eval')
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_expression(text: object) -> bool:
    """Sympy as torch prints it: numbers, symbols, operators and calls of sympy's classes."""
    tree = _parse(text)
    return tree is not None and all(_is_safe(node, _EXPRESSION_NODES) for node in ast.walk(tree)) and _names_symbols_only(tree)


def _names_symbols_only(tree: ast.AST) -> bool:
    """Text only as the name of a Symbol: sympy evaluates text in other places."""
    allowed = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ('Symbol', 'Dummy') and node.args
    }
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))]
    return all(id(node) in allowed and isinstance(node.value, str) and node.value.isidentifier() for node in texts)


def _is_guard(text: object) -> bool:
    """A check of sizes: ``L['image'].size()[2] == 32``."""
    tree = _parse(text)
    if tree is None or not all(_is_safe(node, _GUARD_NODES) for node in ast.walk(tree)):
        return False
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))]
    return all(isinstance(value, str) and re.match(r'^[\w.]*$', value) for value in texts)


def _is_safe(node: ast.AST, kinds: tuple[type, ...]) -> bool:
    if not isinstance(node, kinds):
        return False
    if isinstance(node, ast.Attribute):
        return node.attr in _GUARD_ATTRIBUTES
    if isinstance(node, ast.Name):
        return '__' not in node.id
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name):
            return function.id in _FUNCTIONS or (function.id[:1].isupper() and function.id not in ('S', 'L'))
        return isinstance(function, ast.Attribute)
    return True
