"""The `.wts` text of TensorRTX: a line with the count, then for each tensor its name, its count and its float32 in hex.

Exactly what gen_wts.py prints: ``'{} {} '.format(name, count)``, then a space and eight digits (big endian) for each value.
"""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from .errors import WorkerError
from .torch_import import import_torch

_HEAD = re.compile(rb'^(\S+) (\d{1,12})( ?)(?=[ \r\n]|$)')
_VALUE = 9
_VALUES = 1 << 17


def check_name(name: str) -> None:
    """Readers of `.wts` split at white space: a name with some in it could not be read back."""
    if name and not re.search(r'\s', name):
        return
    raise WorkerError(
        'CONVERT_FAILED',
        f'The name {name!r} of a tensor is empty or has white space in it, which a .wts file cannot hold.',
        'Rename it in the state_dict, or save the weights as .safetensors.',
        {'name': name},
    )


def header(name: str, count: int) -> bytes:
    """The beginning of a tensor's line."""
    return f'{name} {count} '.encode()


def values(piece: Any, name: str) -> bytes:
    """A space and eight hexadecimal digits for each element of a flat tensor."""
    torch = import_torch()
    if piece.numel() == 0:
        return b''
    if piece.is_floating_point():
        single = piece.to(torch.float32)
        if piece.dtype == torch.float64 and bool((torch.isinf(single) & ~torch.isinf(piece)).any()):
            raise WorkerError(
                'CONVERT_FAILED',
                f'{name} has values that are too large for float32, the only type that a .wts file knows.',
                'Save the weights as .safetensors.',
                {'name': name},
            )
    else:
        # By way of float64, as Python's float() goes.
        single = piece.to(torch.float64).to(torch.float32)
    return b' ' + binascii.hexlify(_swapped(single.contiguous()), b' ', 4)


def _swapped(tensor: Any) -> Any:
    """The bytes of little-endian float32, each four of them turned around."""
    try:
        return tensor.numpy().byteswap()
    except RuntimeError:
        # numpy, five times as fast here, may be absent in the user's environment.
        import ctypes

        turned = tensor.view(import_torch().uint8).reshape(-1, 4).flip(1).contiguous()
        return (ctypes.c_char * turned.numel()).from_address(turned.data_ptr())


def read_wts(path: str, shapes: dict[str, Any] | None) -> Iterator[tuple[str, Any, list[int], Callable[[], Iterator[Any]]]]:
    """Name, dtype, shape and pieces of each tensor; flat where ``shapes`` (name to sizes) says nothing."""
    torch = import_torch()
    found: set[str] = set()
    with open(path, 'rb') as file:
        promised = int(file.readline().strip() or b'0')
        for _ in range(promised):
            at = file.tell()
            head = _HEAD.match(file.read(4096))
            if head is None:
                raise _cut(path, promised, len(found))
            name, count = head.group(1).decode('utf-8', 'surrogateescape'), int(head.group(2))
            begin = at + head.end()
            file.seek(begin + count * _VALUE)
            rest = file.readline(8)
            if rest.strip() or file.tell() < begin + count * _VALUE:
                raise _cut(path, promised, len(found))
            if name in found:
                raise _twice(path, name)
            found.add(name)
            yield name, torch.float32, _shape(name, count, shapes), lambda begin=begin, count=count: _pieces(path, begin, count)
    unknown = sorted(set(shapes or {}) - found)
    if unknown:
        raise _bad_shapes(f'it names {", ".join(unknown[:5])}, which the file does not hold')


def _shape(name: str, count: int, shapes: dict[str, Any] | None) -> list[int]:
    shape = (shapes or {}).get(name)
    if shape is None:
        return [count]
    product = 1
    for side in shape:
        product *= side
    if product != count:
        raise _bad_shapes(f'{name} has {count} values, its shape {shape} needs {product}')
    return list(shape)


def _pieces(path: str, begin: int, count: int) -> Iterator[Any]:
    torch = import_torch()
    with open(path, 'rb') as file:
        file.seek(begin)
        while count > 0:
            take = min(_VALUES, count)
            try:
                data = bytearray(binascii.unhexlify(file.read(take * _VALUE).replace(b' ', b'')))
            except binascii.Error as error:
                raise _cut(path, 0, 0) from error
            if len(data) != take * 4:
                raise _cut(path, 0, 0)
            yield torch.frombuffer(data, dtype=torch.uint8).reshape(-1, 4).flip(1).contiguous().view(torch.float32).reshape(-1)
            count -= take


def _cut(path: str, promised: int, whole: int) -> WorkerError:
    return WorkerError(
        'FILE_TRUNCATED',
        f'{os.path.basename(path)} is no whole .wts file: {whole} of {promised} tensors could be read.',
        'Get the file again, or write it again from the PyTorch file.',
        {'path': path, 'promised': promised, 'whole': whole},
    )


def _twice(path: str, name: str) -> WorkerError:
    return WorkerError(
        'CONVERT_FAILED',
        f'{os.path.basename(path)} holds two tensors of the name {name}, and .safetensors holds each name once.',
        'Write the file again from the PyTorch file, or give one of them another name.',
        {'path': path, 'name': name},
    )


def _bad_shapes(why: str) -> WorkerError:
    return WorkerError(
        'USAGE',
        f'The name map does not fit the file: {why}.',
        'Give the name map that was written with the .wts file, or none.',
        {'reason': why},
    )


def write_line(file: BinaryIO, name: str, count: int, pieces: Iterator[Any], step: Callable[[int], None]) -> None:
    """One tensor's line; ``step`` is told the elements of each piece that was written."""
    check_name(name)
    file.write(header(name, count))
    for piece in pieces:
        file.write(values(piece, name))
        step(piece.numel())
    file.write(b'\n')
