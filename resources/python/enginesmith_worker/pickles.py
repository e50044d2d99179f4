"""Finds every pickle in a file and lists the globals it names, with pickletools: nothing is ever unpickled."""

from __future__ import annotations

import io
import os
import pickletools
import re
import zipfile
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

# A global called so was named by something that this listing cannot follow: treat it as hostile.
UNKNOWN = 'unknown'

_STRINGS = ('SHORT_BINUNICODE', 'BINUNICODE', 'BINUNICODE8', 'UNICODE', 'STRING', 'BINSTRING', 'SHORT_BINSTRING')
_PUTS = ('PUT', 'BINPUT', 'LONG_BINPUT')
_GETS = ('GET', 'BINGET', 'LONG_BINGET')
_PICKLE_NAME = re.compile(r'\.(pkl|pickle|pck|pkl\d*)$', re.IGNORECASE)
_MAX_DEPTH = 4
_MAX_PICKLE = 1 << 31

# TorchScript's own unpickler, in C++, gives these names their meaning; they are no Python globals.
_TORCHSCRIPT = re.compile(r'^(__torch__\.|torch\.jit\._pickle\.)')

# Packages whose functions reach the system, files, the network or the interpreter: no model needs one.
_DANGEROUS_PACKAGES = frozenset(
    'os posix nt subprocess socket ctypes importlib multiprocessing asyncio http urllib urllib2 xmlrpc ssl pip setuptools '
    'distutils ensurepip idlelib lib2to3 dill cloudpickle joblib requests httplib numpy.testing torch.hub '
    'torch._dynamo torch._inductor torch.package torch.utils.bottleneck torch.utils.collect_env torch.utils.cpp_extension '
    'torch.utils.data.datapipes torch.jit.unsupported_tensor_ops torch._ops torch.ops torch.classes torch.multiprocessing '
    'torch.distributed.run torch.distributed.launch torch.distributed.elastic torch.distributed.rpc torch.testing._internal '
    'torch.utils._config_module torch.utils.model_zoo numpy.f2py numpy.distutils logging.config logging.handlers '
    'unittest test.support concurrent wsgiref tkinter sqlite3'.split()
)
# Single modules: a project may well have a folder of the same name (code.model.Net), so only exactly these.
_DANGEROUS_MODULES = frozenset(
    'sys shutil runpy pty pickle _pickle marshal code codeop webbrowser pydoc pdb bdb timeit trace inspect tempfile pathlib '
    'zipimport pkgutil site venv ftplib smtplib telnetlib commands platform signal threading _thread cProfile profile doctest '
    'operator functools types builtins linecache io _io fileinput glob '
    'socketserver selectors tarfile zipfile zipapp compileall py_compile cmd shelve atexit gc mmap fcntl resource crypt imaplib '
    'poplib antigravity torch.serialization torch.jit torch.fx.graph_module'.split()
)
# Single names of modules that are otherwise harmless: they read or write files, or unpickle what they are given.
_DANGEROUS_NAMES = frozenset(
    'codecs.open logging.FileHandler numpy.load numpy.save numpy.fromfile numpy.memmap numpy.lib.npyio.load '
    'numpy.lib._npyio_impl.load numpy.lib.npyio.NpzFile numpy.lib._npyio_impl.NpzFile numpy.lib.format.read_array '
    'numpy.lib._format_impl.read_array torch.load torch.save torch.from_file torch.storage._load_from_bytes '
    'pandas.read_pickle pandas.io.pickle.read_pickle uuid._get_command_stdout'.split()
)
# Modules that others happen to have imported: naming them through those is the same as naming them.
_REACHED = frozenset(
    'os sys posix nt subprocess socket shutil importlib ctypes pickle _pickle runpy builtins marshal multiprocessing'.split()
)
# Of those modules, names that real checkpoints use and that do nothing by themselves.
_HARMLESS = frozenset(
    'builtins.' + name
    for name in 'set frozenset list dict tuple int float complex bool str bytes bytearray slice range object type print len '
    'Exception NotImplementedError'.split()
) | frozenset(
    'functools.partial types.SimpleNamespace pathlib.Path pathlib.PosixPath pathlib.WindowsPath pathlib.PurePosixPath '
    'operator.itemgetter torch.jit.ScriptModule torch.fx.graph_module.GraphModule'.split()
)


@dataclass(frozen=True)
class Listing:
    """Globals of one pickle as ``module.name``, sorted; ``error`` says why the listing may be incomplete."""

    file: str
    globals: tuple[str, ...]
    #: Those that can run commands or code.
    dangerous: tuple[str, ...]
    error: str | None
    data: bytes


def is_dangerous(name: str) -> bool:
    """True for a global that can run commands or code; such a name can never be allowed one by one."""
    name = modern(name)
    if UNKNOWN in name.split('.'):
        return True
    if name in _HARMLESS:
        return False
    parts = name.split('.')
    if name in _DANGEROUS_NAMES or parts[-1] in _REACHED:
        return True
    packages = ('.'.join(parts[:count]) for count in range(1, len(parts)))
    return '.'.join(parts[:-1]) in _DANGEROUS_MODULES or any(package in _DANGEROUS_PACKAGES for package in packages)


def is_harmless(name: str) -> bool:
    """True for a name that does nothing by itself, though others of its module do."""
    return modern(name) in _HARMLESS


def _is_reaching(module: str, attribute: str) -> bool:
    """A dotted name walks through attributes: what a harmless module happens to have imported is reached so."""
    steps = attribute.split('.')
    if len(steps) > 1 and modern(f'{module}.{steps[0]}').rpartition('.')[0] in _DANGEROUS_MODULES:
        return True
    return len(steps) > 1 and any(step in _DANGEROUS_PACKAGES or step in _DANGEROUS_MODULES or step.startswith('__') for step in steps)


def globals_of(stream: BinaryIO) -> set[tuple[str, str]]:
    """Module and name of the globals in the pickle that begins here; the stream stands behind its STOP afterwards.

    Raises ValueError where the bytes are no pickle; what was found until then rides along as its second argument.
    """
    found: set[tuple[str, str]] = set()
    memo: dict[int, object] = {}
    recent: list[object] = []  # strings as they were pushed, None for anything else
    last: object = None
    try:
        for opcode, argument, _position in pickletools.genops(stream):
            name = opcode.name
            if name in ('GLOBAL', 'INST'):
                module, _, attribute = str(argument).partition(' ')
                found.add((module, attribute))
                last = None
            elif name == 'STACK_GLOBAL':
                pair = recent[-2:] if len(recent) >= 2 else []
                known = len(pair) == 2 and all(isinstance(item, str) for item in pair)
                found.add((str(pair[0]), str(pair[1])) if known else (UNKNOWN, UNKNOWN))
                last = None
            elif name.startswith('EXT'):
                # A name from a table of the reader's own, which cannot be known here.
                found.add((UNKNOWN, UNKNOWN))
                last = None
            elif name == 'MEMOIZE':
                memo[len(memo)] = last
                continue
            elif name in _PUTS:
                memo[int(argument)] = last
                continue
            elif name in _STRINGS:
                last = argument if isinstance(argument, str) else None
            elif name in _GETS:
                last = memo.get(int(argument))
            else:
                last = None
            recent = [*recent[-1:], last]
    except Exception as error:  # genops raises whatever the bytes lead it to
        raise ValueError(str(error) or type(error).__name__, found) from error
    return found


def _listing(file: str, found: set[tuple[str, str]], error: str | None, data: bytes) -> Listing:
    names = {f'{module}.{attribute}': _is_reaching(module, attribute) for module, attribute in found}
    dangerous = sorted(name for name, reaching in names.items() if reaching or is_dangerous(name))
    return Listing(file, tuple(sorted(names)), tuple(dangerous), error, data)


def list_pickles(path: str) -> list[Listing]:
    """Every pickle in a file: zip members, zips inside zips, the row of pickles of a legacy file."""
    with open(path, 'rb') as file:
        if zipfile.is_zipfile(file):
            file.seek(0)
            return list(_in_zip(file, '', 0))
        file.seek(0)
        return list(_in_row(file, os.path.basename(path)))


def _in_row(file: BinaryIO, label: str) -> Iterator[Listing]:
    """A legacy torch file is five pickles in a row, then raw numbers; a plain pickle is one."""
    index = 0
    while index < 64:
        start = file.tell()
        head = file.read(2)
        if not head or (index > 0 and not (head[:1] == b'\x80' and head[1:2] <= b'\x05')):
            return
        file.seek(start)
        name = label if index == 0 else f'{label}#{index}'
        try:
            found, error = globals_of(file), None
        except ValueError as problem:
            found, error = problem.args[1], problem.args[0]
            if index > 0 and not found:
                return  # raw numbers that happened to begin like a pickle
        end = file.tell()
        file.seek(start)
        yield _listing(name, found, error, file.read(min(end - start, _MAX_PICKLE)))
        if error:
            return
        index += 1


def _in_zip(file: BinaryIO, prefix: str, depth: int) -> Iterator[Listing]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            label = f'{prefix}{info.filename}'
            with archive.open(info) as member:
                head = member.read(4)
            named = bool(_PICKLE_NAME.search(info.filename))
            if head == b'PK\x03\x04':
                if depth >= _MAX_DEPTH:
                    yield Listing(label, (), (), 'archives are nested too deep', b'')
                else:
                    yield from _in_zip(io.BytesIO(archive.read(info)), f'{label}!', depth + 1)
            elif named or (head[:1] == b'\x80' and head[1:2] <= b'\x05') or (head[:1] in b'(c' and head):
                yield from _member(archive.read(info), label, named)


def _member(data: bytes, label: str, named: bool) -> Iterator[Listing]:
    for listing in _in_row(io.BytesIO(data), label):
        # Numbers or source code may begin like a pickle: only a name that says pickle makes unreadable bytes a fault.
        binary = data[:1] == b'\x80'
        if named or listing.error is None or (binary and listing.globals):
            names = tuple(name for name in listing.globals if not _TORCHSCRIPT.match(name))
            yield replace(listing, globals=names, error=listing.error if named else None)


def allowed_by_torch() -> set[str]:
    """Globals that ``weights_only=True`` takes in this torch without being told."""
    from .torch_import import import_torch

    import_torch()
    from torch import _weights_only_unpickler as unpickler

    return {str(name) for name in unpickler._get_allowed_globals()} | {'collections.OrderedDict'}


def refused_globals(path: str) -> list[str]:
    """Names in the file that ``weights_only=True`` refuses, sorted."""
    named = {name for listing in list_pickles(path) for name in listing.globals}
    return sorted(name for name in named if modern(name) not in allowed_by_torch())


def modern(name: str) -> str:
    """A global under Python 3's name; protocol 2 and older write Python 2's."""
    module, _, attribute = name.rpartition('.')
    module, attribute = NAME_MAPPING.get((module, attribute), (IMPORT_MAPPING.get(module, module), attribute))
    return f'{module}.{attribute}'
