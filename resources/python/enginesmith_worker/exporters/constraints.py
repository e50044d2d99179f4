"""What torch.export says of stated sizes that the model does not leave free."""

from __future__ import annotations

import re

from ..errors import WorkerError, plain

_VIOLATED = re.compile(r'^Constraints violated \(([^)]+)\)!')
_EQUAL = re.compile(r'The values of (\w+) = (\S+) and (\w+) = (\S+) must always be equal')
# As 2.11 says it, then 2.4 and 2.6.
_CONSTANT = re.compile(
    r'(?:You marked (\S+) as dynamic but your code specialized it to be'
    r'|Not all values of (\w+) = .* are valid because \w+ was inferred to be) a constant \((\d+)\)'
)
_INPUT = re.compile(r"^L\['?([^\]']+)'?\]\.size\(\)\[(\d+)\]$")


def violated(error: BaseException) -> WorkerError | None:
    """``SHAPE_CONTRADICTS_MODEL`` naming the sizes that are tied or fixed; None for any other error."""
    text = plain(error)
    found = _VIOLATED.match(text)
    if found is None:
        return None
    told = [_plainly(line.strip()[2:]) for line in text.splitlines() if line.startswith('  - ')]
    symbols = [name.strip() for name in found.group(1).split(',')]
    return WorkerError(
        'SHAPE_CONTRADICTS_MODEL',
        f'The model does not leave {", ".join(symbols)} free: {"; ".join(told) or "torch.export found a constraint"}.',
        'Write one word for sizes that are always equal, such as Nx4 for both inputs, and a number for a size that cannot vary.',
        {'symbols': symbols, 'reason': text[:2000]},
        [{'kind': 'set-option', 'label': 'Set the inputs', 'path': 'load.inputs'}],
    )


def _plainly(line: str) -> str:
    equal = _EQUAL.match(line)
    if equal:
        return f'{equal.group(1)} ({_place(equal.group(2))}) and {equal.group(3)} ({_place(equal.group(4))}) are always equal'
    constant = _CONSTANT.match(line)
    if constant:
        return f'{constant.group(1) or constant.group(2)} is always {constant.group(3)}'
    return line.rstrip('.')


def _place(source: str) -> str:
    found = _INPUT.match(source)
    return f'size {found.group(2)} of {found.group(1)}' if found else source
