"""Makes pickles that run something when they are loaded fully; each would create a canary file."""

from __future__ import annotations

import io
import os
import pickle
import zipfile

import torch


class Calls:
    """Pickles to a call of a function by its name."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def touch(canary):
    return Calls(os.system, f'touch "{canary}"')


def stack_global(canary) -> bytes:
    """The names of module and function put together on the stack from the memo, in protocol 4."""
    command = f'touch "{canary}"'.encode()
    return (
        b'\x80\x04'
        b'\x8c\x06system\x94\x8c\x05posix\x94'  # memo 0: system, 1: posix
        b'0' + b'h\x01h\x00\x93' + b'\x8c' + bytes([len(command)]) + command + b'\x85R.'
    )


def walking(canary) -> bytes:
    """A harmless module and a dotted name: torch happens to have imported os."""
    command = f'touch "{canary}"'.encode()
    return b'\x80\x04\x8c\x05torch\x8c\x09os.system\x93' + b'\x8c' + bytes([len(command)]) + command + b'\x85R.'


def old_opcodes(canary) -> bytes:
    """Protocol 0: INST and Python 2's name of builtins."""
    return f'(S\'open({str(canary)!r}, "w").close()\'\ni__builtin__\neval\n.'.encode()


def files(folder, canary) -> dict[str, str]:
    """Paths of hostile files by what is special about them."""
    made = {}

    def put(name, write):
        made[name] = str(folder / f'{name}.pt')
        write(made[name])

    weights = {'linear.weight': torch.ones(3, 4), 'linear.bias': torch.ones(3)}
    put('zip', lambda path: torch.save({**weights, 'x': touch(canary)}, path))
    put('legacy', lambda path: torch.save({**weights, 'x': touch(canary)}, path, _use_new_zipfile_serialization=False))
    put('plain', lambda path: write(path, pickle.dumps(touch(canary))))
    put('stack-global', lambda path: write(path, stack_global(canary)))
    put('walking', lambda path: write(path, walking(canary)))
    put('old-opcodes', lambda path: write(path, old_opcodes(canary)))
    put('eval', lambda path: write(path, pickle.dumps(Calls(eval, f'open({str(canary)!r}, "w").close()'))))
    put('in-zip', lambda path: in_zip(path, stack_global(canary)))
    put('before-the-error', lambda path: write(path, stack_global(canary)[:-1] + b'\xff\xff'))
    put('second-pickle', lambda path: write(path, pickle.dumps(weights and {'a': 1}) + stack_global(canary)))
    return made


def write(path, data: bytes) -> None:
    with open(path, 'wb') as file:
        file.write(data)


def in_zip(path, data: bytes) -> None:
    """As torch lays out a file, with this as data.pkl."""
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('archive/data.pkl', data)
        archive.writestr('archive/version', '3\n')
        archive.writestr('archive/byteorder', 'little')


def nested(path, inner: bytes, depth: int) -> None:
    """A pickle inside zips inside zips."""
    for level in range(depth):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w') as archive:
            archive.writestr(f'level{level}.pkl' if level == 0 else f'level{level}.bin', inner)
        inner = buffer.getvalue()
    write(path, inner)


def change_member(path, ending: str, change) -> None:
    """Rewrite one member of an archive: ``change`` takes its bytes and gives new ones, or None to drop it."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    changed = [(name, change(data) if name.endswith(ending) else data) for name, data in members]
    assert changed != members
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_STORED) as archive:
        for name, data in changed:
            if data is not None:
                archive.writestr(name, data)


def graph_member(path) -> str:
    """The member that holds the graph of an exported program, by the torch that wrote it."""
    with zipfile.ZipFile(path) as archive:
        return next(name for name in archive.namelist() if name.endswith(('models/model.json', 'serialized_exported_program.json')))
